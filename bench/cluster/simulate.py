#!/usr/bin/env python3
"""simulate.py - how long a study would take on 16 to 1000 hosts, from the unit times of one that was run.

Usage:  simulate.py DIR/units.csv [--copies 100] [--cores 2] [--dispatch 0.02] [--start 0.15] [--merge 0.014]
Input:  units.csv of `heapbench merge`; a study of `copies` times as many traces is drawn from its traces, with their units
Output: a row a number of hosts: time, speed-up over one host of so many cores, share of the ideal, and what it waits for
Model:  units go out in the order of the plan, one every `dispatch` seconds, each to the first free core. One of time waits until
        its host is empty and keeps it so. Each unit costs `start` seconds beside its own; merging is done at the end, by one core
Note:   hosts are as fast as the measured one and lose nothing. What a network or a file server adds is in `dispatch` alone.
"""

import argparse
import heapq
import os
import random
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))

from units import RANK, Failure, Table, tell  # noqa: E402

HOSTS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1000)
ENOUGH = 0.9


def draw_units(records, copies, seed):
    """(kind, seconds), exact ones first; a trace comes with all its units."""
    traces = {}
    for row in records:
        if row.number("seconds") is not None:
            traces.setdefault(row["trace"], []).append((row["kind"], row.number("seconds")))
    names, rng = list(traces), random.Random(seed)
    drawn = [unit for _ in range(copies * len(names)) for unit in traces[rng.choice(names)]]
    return sorted(drawn, key=lambda unit: RANK[unit[0]])


class Host:
    def __init__(self):
        self.shared_until = self.alone_until = 0.0

    def do(self, kind, at, seconds):
        """When the unit ends that a core is free for at `at`."""
        start = max(at, self.alone_until, self.shared_until if kind == "time" else 0)
        end = start + seconds
        if kind == "time":
            self.alone_until = end
        else:
            self.shared_until = max(self.shared_until, end)
        return end


def makespan(units, count, options):
    """When the last unit ends, and when the last one went out."""
    hosts = [Host() for _ in range(count)]
    cores = [(0.0, core * count + host, host) for host in range(count) for core in range(options.cores)]
    heapq.heapify(cores)
    sent = last = 0.0
    for kind, seconds in units:
        free, order, host = heapq.heappop(cores)
        sent = max(sent + options.dispatch, free)
        end = hosts[host].do(kind, sent, seconds + options.start)
        last = max(last, end)
        heapq.heappush(cores, (end, order, host))
    return last


def why(units, count, options, taken):
    """Of what no further host shortens, what takes longest; "work" while that is most of the time."""
    alone = sum(seconds + options.start for kind, seconds in units if kind == "time") / count
    shared = sum(seconds + options.start for kind, seconds in units if kind != "time") / count / options.cores
    bounds = {"sending units out": options.dispatch * len(units),
              "the longest unit": max(seconds for _, seconds in units) + options.start, "merging": options.merge * len(units)}
    return max(bounds, key=bounds.get) if alone + shared < ENOUGH * taken else "work"


def read_options(arguments):
    parser = argparse.ArgumentParser(prog="simulate.py", description=__doc__.split("\n", maxsplit=1)[0].split(" - ")[1])
    parser.add_argument("units")
    parser.add_argument("--copies", type=int, default=100)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--dispatch", type=float, default=0.02)
    parser.add_argument("--start", type=float, default=0.15)
    parser.add_argument("--merge", type=float, default=0.014)
    parser.add_argument("--seed", type=int, default=42)
    return parser.parse_args(arguments)


def main(arguments):
    options = read_options(arguments)
    units = draw_units(Table(options.units).records(), options.copies, options.seed)
    if not units:
        raise Failure(f"{options.units}: no unit has a time")
    merging = options.merge * len(units)
    work = {kind: sum(seconds for k, seconds in units if k == kind) for kind in RANK}
    size = "as large as this one" if options.copies == 1 else f"{options.copies} times as large"
    print(f"a study {size} (--copies), {len(units)} units: {', '.join(f'{seconds:.0f} s {kind}' for kind, seconds in work.items() if seconds)}; the longest "
          f"{max(seconds for _, seconds in units):.1f} s; merging {merging:.0f} s\n")
    print(f"{'hosts':>6} {'seconds':>10} {'speed-up':>9} {'of ideal':>9}  waits for")
    one, limit = None, None
    for count in HOSTS:
        taken = makespan(units, count, options) + merging
        one = one or taken
        share = one / taken / count
        limit = limit or (count if share < ENOUGH else None)
        print(f"{count:6} {taken:10.0f} {one / taken:9.1f} {100 * share:8.0f} %  {why(units, count, options, taken)}")
    print(f"\nBelow {100 * ENOUGH:.0f} % of the ideal " + (f"from {limit} hosts on." if limit else "nowhere."))


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Failure as failure:
        tell(str(failure))
        sys.exit(1)
