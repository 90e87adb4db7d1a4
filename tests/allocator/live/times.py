#!/usr/bin/env python3
"""times.py - what real programs take on each of our heaps: processor time over that on the C library's.

Usage:  tests/allocator/live/times.py [--rounds N] [--rungs A,B] [--programs A,B] [--short | --long]

The same programs that the tests run (programs.py), from build/release. In each round a program runs on glibc and then on
each heap, so that what else the machine does meets all alike; printed is the median of the rounds' ratios. Without --short
and --long, the long form where a heap examines few ranges and the short one elsewhere, as in the tests: s and l beside it.
"""

import argparse
import os
import pathlib
import statistics
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[3]
BUILD = ROOT / "build" / "release"
HEAPS = sorted(path.name[len("libheapbench-") : -len(".so")] for path in (BUILD / "lib").glob("libheapbench-*.so"))
os.environ["PROGRAMS"] = str(BUILD / "bin")
os.environ["RUNGS"] = ",".join(HEAPS)

from living import QUICK, RUNGS, on  # noqa: E402 - reads the environment
from programs import PROGRAMS  # noqa: E402


def measure(program, folder, rungs, rounds, forms):
    """By rung, the ratios; and the first output that is not glibc's."""
    ratios = {rung: [] for rung in rungs}
    for _ in range(rounds):
        plain = {}
        for is_long in set(forms.values()):
            output = program.output(list, folder, is_long)
            plain[is_long] = output, program.seconds
        for rung in rungs:
            output = program.output(lambda words, rung=rung: on(rung, words), folder, forms[rung])
            ratios[rung].append(program.seconds / plain[forms[rung]][1] if output == plain[forms[rung]][0] else None)
    return ratios


def cell(ratios, is_long):
    if None in ratios:
        return "other output"
    return f"{statistics.median(ratios):.2f} {'l' if is_long else 's'}"


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("Usage:")[1].split("\n")[0].strip())
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rungs", type=lambda text: text.split(","), default=RUNGS)
    parser.add_argument("--programs", type=lambda text: text.split(","), default=list(PROGRAMS))
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--long", action="store_true")
    options = parser.parse_args()
    forms = {rung: options.long or (rung in QUICK and not options.short) for rung in options.rungs}
    print("| program | " + " | ".join(options.rungs) + " |\n|---|" + "--:|" * len(options.rungs))
    for name in options.programs:
        program = PROGRAMS[name]
        if program.missing():
            print(f"| {name}: {program.missing()} |")
            continue
        with tempfile.TemporaryDirectory(prefix="heapbench-living") as folder:
            program.make(folder)
            ratios = measure(program, folder, options.rungs, options.rounds, forms)
        print(f"| {name} | " + " | ".join(cell(ratios[rung], forms[rung]) for rung in options.rungs) + " |", flush=True)


main()
