"""trust.py - what aa, ab and, in part, pace share: comparisons of two copies of one library by `heapbench run`, and their counts."""
import argparse
import collections
import json
import math
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build/release"
PLAIN, PLANTED = "one.so", "two.so"  # as long as each other: the loader keeps names in the heap under test

# Blocks that glibc keeps in no cache of a thread, few enough for the processor's own: a replay takes some 3 ms and needs
# few page faults, so that a round is short and its ratio steady. What --trace names takes longer to know as well.
GENERATED = ["steady", "live=100", "steps=200K", "smallest=2K", "largest=2K"]

Run = collections.namedtuple("Run", "verdict ratio low high rounds ratios")


def parse(description, examples, add=lambda parser: None):
    parser = argparse.ArgumentParser(description=description, epilog=examples,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    add(parser)
    parser.add_argument("--runs", type=int, default=100, help="whole runs to count (default: 100)")
    parser.add_argument("--trace", help="a trace's name or file (default: one that is generated, %s)" % " ".join(GENERATED))
    parser.add_argument("--run", dest="options", metavar="OPTIONS", default="",
                        help="more options of heapbench run, as one word: --run='--rounds 20'")
    parser.add_argument("--seed", type=int, default=1, help="of the first run; each has the next (default: 1)")
    parser.add_argument("--verbose", action="store_true", help="a line for each run")
    parser.add_argument("--heapbench", default=BUILD / "bin/heapbench", help="the program (default: %(default)s)")
    parser.add_argument("--library", default=BUILD / "tests/libplanted.so", help="of planted.c (default: %(default)s)")
    options = parser.parse_args()
    if options.runs < 1:
        parser.error("--runs is 1 or more")
    return options


def need(path, target):
    if not os.path.exists(path):
        sys.exit("%s is not there: cmake --build --preset release --target %s" % (path, target))


class Bench:
    """Runs heapbench on a trace with the library under two names, in a folder of its own."""

    def __init__(self, options):
        self.options = options
        self.folder = tempfile.TemporaryDirectory(prefix="heapbench-trust-")
        need(options.heapbench, "heapbench")
        need(options.library, "planted")
        for name in (PLAIN, PLANTED):
            shutil.copy(options.library, self.path(name))
        self.trace = options.trace or self.path("generated.trace")
        if not options.trace:
            self.heapbench("generate", *GENERATED, "-o", self.trace)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def heapbench(self, *arguments, **environment):
        done = subprocess.run([self.options.heapbench, *arguments], capture_output=True, text=True,
                              env={**os.environ, **environment})
        if done.returncode != 0:
            sys.exit("%s %s: exit status %d\n%s" % (self.options.heapbench, " ".join(arguments), done.returncode,
                                                   done.stderr.strip()))
        return done.stdout

    def compare(self, seed, *options, steps=0):
        """One comparison. The check before it would take as long as the comparison, and the library is ours."""
        libraries = ",".join([self.path(PLAIN), self.path(PLANTED)])
        out = self.heapbench("run", self.trace, "-a", libraries, "--baseline", self.path(PLAIN), "--json",
                             "--no-check", "--seed", str(seed), *options, PLANTED_IN=PLANTED, PLANTED_STEPS=str(steps))
        rows = {row["allocator"]: row for row in json.loads(out)["rows"]}
        row, times = rows[PLANTED], [rows[name]["cpu_times"] for name in (PLANTED, PLAIN)]
        return Run(row["verdict"], row["ratio"], row["ratio_low"], row["ratio_high"], row["rounds"],
                   [a / b for a, b in zip(*times) if a and b])

    def repeat(self, *options, steps=0):
        """As many comparisons as were asked for."""
        runs = []
        for i in range(self.options.runs):
            runs.append(self.compare(self.options.seed + i, *options, *self.options.options.split(), steps=steps))
            self.tell(runs)
        if sys.stderr.isatty():
            print("\r\033[K", end="", file=sys.stderr)
        return runs

    def tell(self, runs):
        last = runs[-1]
        if self.options.verbose:
            print("%4d  %.4f  %.4f - %.4f  %5d rounds  %s" % (len(runs), last.ratio, last.low, last.high, last.rounds,
                                                            last.verdict), flush=True)
        elif sys.stderr.isatty():
            print("\r\033[K%d of %d: %s" % (len(runs), self.options.runs, tally(runs)), end="", file=sys.stderr, flush=True)


def in_95_of_100(right, runs):
    return 100 * right >= 95 * len(runs)


def tally(runs):
    counts = collections.Counter(run.verdict for run in runs)
    return ", ".join("%d %s" % (count, verdict) for verdict, count in counts.most_common())


def together(runs):
    """The median ratio of all rounds of all runs, in percent over 1, with the ends of its 95 % interval."""
    ratios = sorted(ratio for run in runs for ratio in run.ratios)
    half = 0.98 * math.sqrt(len(ratios))  # in ranks, of the median: by the binomial distribution
    at = [max(math.floor(len(ratios) / 2 - half), 0), min(math.ceil(len(ratios) / 2 + half), len(ratios) - 1)]
    return [100 * (ratio - 1) for ratio in (statistics.median(ratios), ratios[at[0]], ratios[at[1]])]


def load_and_verdict(holds):
    return "load %.1f on %d cores: %s" % (os.getloadavg()[0], os.cpu_count(), "holds" if holds else "DOES NOT HOLD")


def conclude(what, runs, holds):
    """The line of the result, and the exit status."""
    rounds = statistics.median(run.rounds for run in runs)
    print("%s: %s, of %d; %d rounds a run; by all rounds together %+.2f %% (%+.2f to %+.2f); %s"
          % (what, tally(runs), len(runs), rounds, *together(runs), load_and_verdict(holds)), flush=True)
    return holds
