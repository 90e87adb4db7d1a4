"""reality_program.py - stands in for heapbench in a recipe: runs the recipe's program on a library, and measures it.

A recipe calls it as `... record -o OUT -- PROGRAM ARGUMENTS`, after a file that says how:
  {"preload": [LIBRARIES], "environment": {NAME: VALUE}, "out": FILE}
`out` gets a JSON object: "pid", and "cpu_s" and "faults" of the program and its children, as wait4 counts them.
"""
import json
import os
import sys


def main():
    with open(sys.argv[1]) as text:
        how = json.load(text)
    command = sys.argv[sys.argv.index("--") + 1:]
    pid = os.posix_spawnp(command[0], command, {**os.environ, "LD_PRELOAD": ":".join(how["preload"]), **how["environment"]})
    _, status, usage = os.wait4(pid, 0)
    with open(how["out"], "w") as out:
        json.dump({"pid": pid, "cpu_s": usage.ru_utime + usage.ru_stime, "faults": usage.ru_minflt + usage.ru_majflt}, out)
    return os.waitstatus_to_exitcode(status)


sys.exit(main())
