#!/usr/bin/env python3
"""definitions_test - results/README.md has every column of every CSV and every key of every JSON.

Usage:  HEAPBENCH=build/release/bin/heapbench definitions_test.py

Files are written anew from the demo workload where the build keeps results, and the shipped ones are looked at as well:
a column that is new in either must be defined. A schema's section has the header line, to the letter; and each column
stands between backquotes in that section, or in one that is of all files.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
HEAPBENCH = pathlib.Path(os.environ["HEAPBENCH"]).resolve()
README = (ROOT / "results" / "README.md").read_text()
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", README, re.M | re.S))
FOR_ALL = SECTIONS["Common columns"] + SECTIONS["What is counted"]

QUESTIONS = ["walk_cost", "fragmentation", "failure_points", "ladder"]
WRITING = [
    ["heapbench", "run", "demo", "ranked.txt", "-a", "simple,glibc", "--variant", "again=glibc X=1", "--rounds", "1"],
    ["heapbench", "curve", "demo"],
    ["heapbench", "model", "--all", "demo"],
    ["heapbench", "adversary", "--all", "two-size"],
    ["heapbench", "misuse", "-a", "simple,glibc"],
    ["model_speed", "--up-to=100", "--rounds=1"],
    ["return", "--allocators=glibc", "--traces=demo"],
    ["threads", "--allocators=glibc", "--traces=two.txt", "--rounds=1"],
] + [[question, "--allocators=simple,glibc", "--traces=demo", "--rounds=1"] for question in QUESTIONS]

# What is of many machines: a study of one unit.
STUDY = [["plan", "demo", "--questions", "curve", "-o", "study/plan.tsv"], ["run", "--unit", "1", "study/plan.tsv"], ["merge", "study"]]

# A trace with times, and a heap too small, so that no key is left out.
PRINTING = [
    ["model", "demo"],
    ["model", "demo", "--heap", "300"],
    ["replay", "demo", "-a", "simple"],
    ["replay", "demo", "-a", "glibc", "--idle", "1"],
    ["info", "demo"],
    ["info", "timed.txt"],
    ["curve", "demo"],
    ["curve", "one-more-byte.txt"],
    ["run", "demo", "-a", "simple,glibc", "--rounds", "1", "--idle", "1"],
    ["run", "two.txt", "-a", "simple,glibc", "--rounds", "1", "--threads"],
    ["replay", "two.txt", "-a", "simple", "--threads"],
    ["run", "demo", "ranked.txt", "-a", "simple,glibc,jemalloc", "--rounds", "6", "--step-limit", "1000"],
    ["check", "demo", "-a", "glibc"],
    ["list"],
    ["misuse", "-a", "simple,glibc"],
    ["adversary", "ramp", "-a", "model-first", "--live=64", "--ratio=4"],
]

faults = []


def run(program, *arguments):
    environment = dict(os.environ, HEAPBENCH_TRACES=str(ROOT / "workloads" / "traces"))
    return subprocess.run([HEAPBENCH.parent / program, *arguments], env=environment, capture_output=True, text=True,
                          check=False)


def quoted(text):
    """The words between backquotes; `measureN` is measure1, measure2 ..."""
    words = set()
    for code in re.findall(r"`([^`]+)`", text):
        if "," not in code:
            words.update(re.findall(r"\w+", code))
    return words


def is_defined(name, words):
    return name in words or re.sub(r"\d$", "N", name) in words


def check_csv(path):
    lines = path.read_text().splitlines()
    schema = next(line.split()[-1] for line in lines if line.startswith("# schema"))
    header = next(line for line in lines if not line.startswith("#"))
    sections = [text for title, text in SECTIONS.items() if title.startswith(schema + " ")]
    # New columns come at the end: those that the reference run does not have yet are in the next one.
    known = len(sections) == 1 and (f"`{header}`" in sections[0] or "results" in path.parts and f"`{header}," in sections[0])
    if not known:
        faults.append(f"{path.name}: results/README.md has no section of {schema} with its header line {header}")
        return
    words = quoted(sections[0]) | quoted(FOR_ALL)
    faults.extend(f"{path.name}: the column {name} is not defined" for name in header.split(",")
                  if not is_defined(name, words))


def keys_of(value):
    if isinstance(value, dict):
        return set(value).union(*map(keys_of, value.values()))
    return set().union(*map(keys_of, value)) if isinstance(value, list) else set()


def check_json(command, words):
    done = run("heapbench", *command, "--json")
    if done.returncode not in (0, 3):  # 3: a library that is not here
        faults.append(f"heapbench {' '.join(command)}: exit status {done.returncode}: {done.stderr.strip()}")
        return
    faults.extend(f"heapbench {' '.join(command)} --json: the key {name} is not defined"
                  for name in sorted(keys_of(json.loads(done.stdout))) if name not in words)


def write_results(folder):
    """False where the build refuses to keep figures."""
    for program, *arguments in WRITING:
        done = run(program, *arguments, "--results", folder)
        if done.returncode != 0 and "are not kept" in done.stderr:
            return False
        if done.returncode != 0:
            faults.append(f"{program}: exit status {done.returncode}: {done.stderr.strip()}")
    for arguments in STUDY:
        done = run("heapbench", *arguments)
        if done.returncode != 0:
            faults.append(f"heapbench {arguments[0]}: exit status {done.returncode}: {done.stderr.strip()}")
    return True


def main():
    folder = tempfile.mkdtemp()
    os.chdir(folder)
    pathlib.Path("timed.txt").write_text("a x 100\nw 25ms\na y 20\nf x\n")
    pathlib.Path("ranked.txt").write_text("a x 100\nf x\n" * 5000)
    pathlib.Path("two.txt").write_text("t 0\na x 100\nt 1\nf x\n")
    pathlib.Path("one-more-byte.txt").write_text("a x 12\nf x\na y 5\nf y\na z 6\n")
    pathlib.Path("ranked.txt").write_text("a y 2M\n" + "a x 16\nf x\n" * 5000)
    written = write_results("out")
    files = sorted([*(ROOT / "results/reference").glob("*.csv"), *(ROOT / "results/library").glob("*.csv")]) + sorted(pathlib.Path("out").glob("*.csv"))
    files += [path for path in (pathlib.Path("study/hosts.csv"), pathlib.Path("study/units.csv")) if path.exists()]
    for path in files:
        check_csv(path)
    words = quoted(SECTIONS["JSON"]) | quoted(SECTIONS["What is counted"])
    for command in PRINTING:
        check_json(command, words)
    schemas = {title.split(" ")[0] for title in SECTIONS if re.match(r"\w+/\d+ ", title)}
    found = {re.search(r"^# schema +(\S+)$", path.read_text(), re.M)[1] for path in files}
    if written:
        faults.extend(f"{schema}: a section without a file" for schema in sorted(schemas - found))
    for fault in dict.fromkeys(faults):
        print(fault)
    print(f"{len(files)} files, {'' if written else 'none written anew, '}{len(PRINTING)} commands")
    return 1 if faults else 0


sys.exit(main())
