"""invented.py - for tests of what is made of invented samples: their log, files of results, and a test with a folder.

Times and resident memory are those of invented_samples.c, which says what its settings are.
"""

import os
import shutil
import subprocess
import tempfile
import unittest

PROGRAMS = os.environ["PROGRAMS"]  # with invented samples


def read_csv(path):
    """Rows as dicts of texts, and the provenance as lines."""
    with open(path, encoding="utf-8") as lines:
        head, rows = [], []
        for line in lines:
            (head if line.startswith("#") else rows).append(line.rstrip("\n"))
    columns = rows[0].split(",")
    assert all(len(row.split(",")) == len(columns) for row in rows)
    return [dict(zip(columns, row.split(","))) for row in rows[1:]], head


class Sample:
    def __init__(self, words):
        self.mode, self.allocator, self.outcome = words[0], words[1], words[10]
        self.ops, self.op_limit, self.heap, self.budget, self.step_limit = map(int, words[2:7])
        self.touch, self.timeout, self.points = map(int, words[7:10])
        self.elapsed, self.peak, self.faults, self.cpu, self.end = map(int, words[11:16])
        self.windows = []  # elapsed, resident
        self.calls = {}  # nanoseconds of each, by kind
        self.system = int(words[16])
        self.returned = None  # calls that give memory back, in the order of the columns
        self.slow = []  # operation, nanoseconds, live bytes
        self.threads = None  # how many, their time, what of it was waiting, the most live, how often objects changed hands

    def all_calls(self):
        """With all allocations as a kind of their own."""
        return {"allocation": sum((self.calls.get(kind, []) for kind in ("malloc", "calloc", "realloc")), []), **self.calls}


def read_log(path):
    samples = []
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            words = line.split()
            if words[0] == "window":
                samples[-1].windows.append((int(words[1]), int(words[2])))
            elif words[0] == "calls":
                samples[-1].calls[words[1]] = list(range(int(words[2]), int(words[2]) + int(words[3])))
            elif words[0] == "returned":
                samples[-1].returned = list(map(int, words[1:]))
            elif words[0] == "threads":
                samples[-1].threads = list(map(int, words[1:]))
            elif words[0] == "slow":
                samples[-1].slow.append(tuple(map(int, words[1:])))
            else:
                samples.append(Sample(words))
    return samples


class Test(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="heapbench-invented")
        self.addCleanup(shutil.rmtree, self.folder)

    def run(self, result=None):
        """For tests/mutants/run: ONLY_CASES is a part of the names of cases, and STOP_AT_FAILURE ends all at the first failure."""
        if os.environ.get("ONLY_CASES", "") not in self.id():
            return result
        if result is not None:
            result.failfast = "STOP_AT_FAILURE" in os.environ
        return super().run(result)

    def run_program(self, *arguments, status=0, **settings):
        """Standard output; the samples are then in self.samples. `settings`: crash="simple" is INVENTED_CRASH=simple."""
        log = os.path.join(self.folder, "log")
        if os.path.exists(log):
            os.unlink(log)
        environment = dict(os.environ, INVENTED_LOG=log)
        environment.update({"INVENTED_" + name.upper(): str(value) for name, value in settings.items()})
        done = subprocess.run([os.path.join(PROGRAMS, arguments[0]), *arguments[1:]], cwd=self.folder, capture_output=True,
                              env=environment, check=False)
        said = [line for line in done.stderr.decode().splitlines()
                if ": left out: " not in line and " cells have no figures; " not in line and not line.endswith("makes the page")]
        self.assertEqual((done.returncode, said), (status, []), arguments)
        self.samples = read_log(log) if os.path.exists(log) else []
        return done.stdout.decode()

    def rows(self, name, **columns):
        rows, self.head = read_csv(os.path.join(self.folder, "out", name + ".csv"))
        return [row for row in rows if all(row[c] == v for c, v in columns.items())]

    def timed(self, allocator, ops, mode="time"):
        """The samples of the rounds, which have a limit of operations; one of a baseline has none."""
        return [s for s in self.samples if s.mode == mode and s.allocator == allocator and s.op_limit == ops]


KINDS = ("allocation", "malloc", "calloc", "realloc", "free", "pair")
SHARES = {"50": 5000, "90": 9000, "99": 9900, "99.9": 9990, "99.99": 9999, "max": 10000}


def tail(calls, percentile):
    """Nearest rank, then what stands for the value: the largest whose eleven leading bits are the same."""
    calls = sorted(calls)
    value = calls[-(-len(calls) * SHARES[percentile] // 10000) - 1]
    width = 1 << max(0, value.bit_length() - 11)
    return calls[-1] if percentile == "max" else min(value // width * width + width - 1, calls[-1])


def tails(samples):
    """Kind, percentile, how many calls there are, their percentile over all samples, and the least and most of a sample."""
    rounds = [sample.all_calls() for sample in samples]
    for kind in (kind for kind in KINDS if rounds[0].get(kind)):
        together = sum((calls[kind] for calls in rounds), [])
        for percentile in SHARES:
            each = [tail(calls[kind], percentile) for calls in rounds]
            yield kind, percentile, len(together), tail(together, percentile), min(each), max(each)


def ratio(samples, references, clock="elapsed"):
    """The median over rounds of the ratio of the round."""
    return median([getattr(s, clock) / getattr(r, clock) for s, r in zip(samples, references, strict=True)])


def net_ratios(samples, references, null, clock="elapsed"):
    """Of the rounds in which both are slower than the null allocator."""
    rounds = [[getattr(s, clock) for s in samples_of] for samples_of in zip(samples, references, null, strict=True)]
    return [(own - floor) / (other - floor) for own, other, floor in rounds if own > floor < other]


def median(values):
    ordered = sorted(values)
    return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2
