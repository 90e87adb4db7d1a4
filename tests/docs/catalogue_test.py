#!/usr/bin/env python3
"""catalogue_test - workloads/CATALOGUE.md and results/library/catalogue.csv are what plots/catalogue.py makes of the traces.

With --update both are written anew; the comparison in results/library stays as it is.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIBRARY = ROOT / "results/library"


def make(*arguments):
    environment = dict(os.environ, HEAPBENCH_TRACES=str(ROOT / "workloads/traces"))
    subprocess.run([sys.executable, ROOT / "plots/catalogue.py", "--heapbench", os.environ["HEAPBENCH"], *arguments], env=environment,
                   stdout=subprocess.DEVNULL, check=True)


def without_version(text):
    return text.split("\n", 1)[1]


def main():
    page = ROOT / "workloads/CATALOGUE.md"
    if "--update" in sys.argv[1:]:
        make("--results", LIBRARY)
        make("--results", LIBRARY, "--markdown", page)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        made = pathlib.Path(folder, "made.md")
        (pathlib.Path(folder) / "comparison.csv").symlink_to(LIBRARY / "comparison.csv")
        make("--results", folder, "--markdown", made)
        make("--results", folder)
        same = made.read_text() == page.read_text(), \
            without_version(pathlib.Path(folder, "catalogue.csv").read_text()) == without_version((LIBRARY / "catalogue.csv").read_text())
    for told, path in zip(same, (page, LIBRARY / "catalogue.csv")):
        if not told:
            print(f"{path.relative_to(ROOT)} is not what plots/catalogue.py makes of the traces: run tests/docs/catalogue_test.py --update, with HEAPBENCH set")
    return 0 if all(same) else 1


sys.exit(main())
