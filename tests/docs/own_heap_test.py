#!/usr/bin/env python3
"""own_heap_test - the guide of allocator/simple/README.md does what it says, command by command.

Usage:  HEAPBENCH=build/release/bin/heapbench own_heap_test.py [FOLDER]

The commands of its section are run in a fresh folder beside a heap.c: own_heap/heap.c, or that of FOLDER, say the
tutorial's own. Long comparisons take one round here.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
HEAPBENCH = pathlib.Path(os.environ["HEAPBENCH"]).resolve()
HEADING = "## Your own heap, in the table"

faults = []


def commands():
    """Of each block of the guide, its lines."""
    text = (ROOT / "allocator" / "simple" / "README.md").read_text()
    section = text[text.index(HEADING):]
    return [block.strip().split("\n") for block in re.findall(r"```sh\n(.*?)```", section, re.S)]


def expect(told, command, result):
    if not told:
        faults.append(f"{command}: exit {result.returncode}\n{result.stdout}{result.stderr}")


def run(folder, command):
    environment = dict(os.environ, PATH=f"{HEAPBENCH.parent}:{os.environ['PATH']}",
                       HEAPBENCH_TRACES=str(ROOT / "workloads" / "traces"))
    return subprocess.run(["sh", "-c", command.replace("--rounds 3", "--rounds 1")], cwd=folder, env=environment,
                          capture_output=True, text=True, stdin=subprocess.DEVNULL)


def judge(command, result):
    """What the guide promises of a command."""
    out = result.stdout
    if "exit status 3" in command:
        wrong = re.search(r"^heap\.so: (broken|crashed).*operation \d+", out, re.M)
        expect(result.returncode == 3 and wrong, command, result)
    elif " check " in command:
        expect(result.returncode == 0 and out.startswith("heap.so: right on "), command, result)
    elif " run " in command:
        row = re.search(r"^ +\d* *heap\.so +\d", out, re.M)
        said = "calloc and realloc are made of them here" in out and "after simple_heap_init" in out
        expect(result.returncode == 0 and row and said, command, result)
    else:
        expect(result.returncode == 0, command, result)


def main():
    source = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "own_heap"
    blocks = commands()
    if len(blocks) != 3:
        faults.append(f"the guide has {len(blocks)} blocks of commands, not 3")
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(source / "heap.c", folder)
        for command in sum(blocks, []):
            judge(command, run(folder, command))
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"{sum(map(len, blocks))} commands of the guide, {len(faults)} faults")
    return 1 if faults else 0


sys.exit(main())
