"""reality_program.py - stands in for heapbench in a recipe: runs the recipe's program on a library.

A recipe calls it as `... record -o OUT -- PROGRAM ARGUMENTS`, after a file that says how:
  {"environment": {NAME: VALUE}, "out": FILE}
`out` gets the program's process id, by which what heap_probe.c wrote is found.
"""
import json
import os
import sys


def main():
    with open(sys.argv[1]) as text:
        how = json.load(text)
    command = sys.argv[sys.argv.index("--") + 1:]
    pid = os.posix_spawnp(command[0], command, {**os.environ, **how["environment"]})
    with open(how["out"], "w") as out:
        out.write(str(pid))
    return os.waitstatus_to_exitcode(os.wait4(pid, 0)[1])


sys.exit(main())
