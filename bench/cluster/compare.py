"""compare.py - allocators compared over hosts: ratios of rounds, hosts as a level of the bootstrap, verdicts and ranks.

The definitions are those of results/README.md, "Comparisons" and "Over hosts". A ratio is of one round on one host. Of a host it
is the median of its rounds; of several, the geometric mean of theirs. Times of different hosts never meet: there are none in a
row of more than one host.
"""

import math
import random
import re
import statistics

from units import Record
from page.explained import middle

RESAMPLES = 10000
RESAMPLES_JOINT = 2000  # of means over traces on several hosts: 50 of them are beyond each end of an interval
LEAST_ROUNDS, LEAST_OPS, FIRST_LOOK = 6, 10000, 10
MARGIN = 0.01
SEED = 42

KEPT = ("elapsed_ns", "cpu_ns", "reference_ns", "reference_cpu_ns", "ops", "peak_resident_bytes", "end_resident_bytes", "page_faults")
COMPARISON = ("trace,allocator,status,baseline,clock,traces,rounds,ops,trace_ops,rank,verdict,ratio,ratio_low,ratio_high,more_rounds,"
              "ns_per_op,least_ns,most_ns,peak_live_bytes,peak_resident_bytes,end_resident_bytes,memory_over_live,memory_ratio,page_faults,"
              "failures,saved_seconds,saved_share,problem,hosts").split(",")
VARIANTS = "allocator,library,settings,baseline,traces,ratio,ratio_low,ratio_high,memory_ratio,on_front,hosts".split(",")


class Block:
    """A unit of throughput on its host: the rows of its rounds, and what `run` made of them."""

    def __init__(self, unit, result, name):
        self.host = result.host
        self.rounds, self.cells, self.rivals = {}, {}, []
        self.trace = name
        for row in result.sections["comparison"].records():
            if row["trace"]:
                self.trace = name or row["trace"]
                self.cells[row["allocator"]] = row
            else:
                self.rivals.append(row["allocator"])
        self.trace = self.trace or unit.trace
        for row in result.sections["throughput"].records():
            self.rounds.setdefault(row["allocator"], []).append(Record((column, row[column]) for column in KEPT))
        self.variants = {row["allocator"]: row for row in result.sections["variants"].records()} if "variants" in result.sections else {}
        self.remarks = result.sections["remarks"].records() if "remarks" in result.sections else []


def ratios_of(block, allocator):
    cell = block.cells.get(allocator)
    mine, theirs = ("cpu_ns", "reference_cpu_ns") if cell and cell["clock"] == "processor" else ("elapsed_ns", "reference_ns")
    pairs = [(row.number(mine), row.number(theirs)) for row in block.rounds.get(allocator, [])]
    return [a / b for a, b in pairs if a and b]


# -- the bootstrap --


class Draws:
    """The places of the medians of resamples: of so many values in order the same for any values, and drawn once."""

    def __init__(self, rng):
        self.rng, self.places = rng, {}

    def of(self, count):
        if count not in self.places:
            low, high = (count - 1) // 2, count // 2
            resamples = (sorted(self.rng.choices(range(count), k=count)) for _ in range(RESAMPLES))
            self.places[count] = [(places[low], places[high]) for places in resamples]
        return self.places[count]

    def medians(self, values):
        """RESAMPLES times, the median of as many values drawn anew, as logarithms."""
        values = sorted(values)
        logs = {}
        for low, high in set(self.of(len(values))):
            logs[low, high] = math.log((values[low] + values[high]) / 2)
        return [logs[places] for places in self.of(len(values))]


def interval(drawn):
    """Of logarithms."""
    low, high = middle(drawn)
    return math.exp(low), math.exp(high)


def over_hosts(pools, rng):
    """Draws hosts, and for each the median of rounds drawn on it: `pools` has as many of these of each host."""
    if len(pools) == 1:
        return pools[0]
    every = [value for pool in pools for value in pool]
    drawn = rng.choices(every, k=RESAMPLES * len(pools))
    return [math.fsum(drawn[i:i + len(pools)]) / len(pools) for i in range(0, len(drawn), len(pools))]


class Estimate:
    """A ratio with its interval; low 0: too few rounds for one."""

    def __init__(self, by_host, draws):
        self.rounds = sum(map(len, by_host.values()))
        self.medians = {host: statistics.median(values) for host, values in by_host.items()}
        self.ratio = math.exp(statistics.fmean(math.log(value) for value in self.medians.values()))
        self.pools, self.low, self.high = {}, 0, 0
        if min(map(len, by_host.values())) >= LEAST_ROUNDS:
            self.pools = {host: draws.medians(values) for host, values in by_host.items()}
            self.low, self.high = interval(over_hosts(list(self.pools.values()), draws.rng))


def judge(ratio, low, high, rounds):
    """The verdict, and about how many rounds more would decide."""
    if rounds < LEAST_ROUNDS or not low:
        return "undecided", max(1, FIRST_LOOK - rounds)
    if low >= 1 - MARGIN and high <= 1 + MARGIN:
        return "no difference", None
    if high < 1 or low > 1:
        return ("faster" if high < 1 else "slower"), None
    away, half = abs(ratio - 1), (high - low) / 2
    wanted = max(away if away > MARGIN / 2 else 0, MARGIN - away if away < MARGIN else 0)
    return "undecided", max(1, min(1000000, math.ceil(rounds * (half / wanted) ** 2 - rounds)))


def rank(rows):
    """Sets `rank` of rows with an interval: neighbours whose intervals touch share one."""
    highest, place = 0, 0
    for index, row in enumerate(sorted((row for row in rows if row.low), key=lambda row: row.ratio), 1):
        if row.low > highest:
            place = index
        highest = max(highest, row.high)
        row.rank = place


# -- a trace --


class Row:
    """An allocator on a trace, over all blocks and hosts."""

    def __init__(self, trace, allocator, blocks, draws):
        self.trace, self.allocator, self.blocks = trace, allocator, blocks
        self.cells = [block.cells[allocator] for block in blocks if allocator in block.cells]
        self.first = next((cell for cell in self.cells if cell["problem"]), self.cells[0])
        self.is_rival = any(allocator in block.rivals for block in blocks)
        self.baseline = self.first["baseline"]
        by_host = {}
        for block in blocks:
            if found := ratios_of(block, allocator):
                by_host.setdefault(block.host, []).extend(found)
        self.hosts = {block.host for block in blocks if allocator in block.cells}
        self.estimate = Estimate(by_host, draws) if by_host else None
        self.ratio = self.low = self.high = self.rank = self.verdict = self.more = None
        if self.estimate:
            self.ratio, self.low, self.high = self.estimate.ratio, self.estimate.low, self.estimate.high
        if self.estimate and not self.is_baseline:
            self.verdict, self.more = judge(self.ratio, self.low, self.high, self.estimate.rounds)
        elif self.estimate:
            self.verdict = "baseline"

    @property
    def is_baseline(self):
        return self.allocator == self.baseline

    @property
    def is_judged(self):
        """As each `run` judged it: whole, long enough, of a program's own kind."""
        return self.is_rival and self.estimate is not None and all(cell["verdict"] and not cell["problem"] for cell in self.cells) and \
            (self.first.number("trace_ops") or 0) >= LEAST_OPS and not any(cell.number("failures") for cell in self.cells)

    def rows(self):
        return [row for block in self.blocks for row in block.rounds.get(self.allocator, [])]

    def median(self, column):
        known = [row.number(column) for row in self.rows() if row.number(column) is not None]
        return int(statistics.median(known)) if known else None

    def times(self):
        """Median, least, most of an operation's nanoseconds: of one host alone."""
        mine = "cpu_ns" if self.first["clock"] == "processor" else "elapsed_ns"
        known = [row.number(mine) / row.number("ops") for row in self.rows() if row.number(mine) and row.number("ops")]
        return [statistics.median(known), min(known), max(known)] if known and len(self.hosts) == 1 else [None] * 3

    @property
    def clock(self):
        clocks = {cell["clock"] for cell in self.cells}
        return clocks.pop() if len(clocks) == 1 else ""

    @property
    def problem(self):
        bad = [(block.host, block.cells[self.allocator]["problem"]) for block in self.blocks
               if self.allocator in block.cells and block.cells[self.allocator]["problem"]]
        return "" if not bad else bad[0][1] if len(self.hosts) == 1 else f"{bad[0][1]} (on {bad[0][0]})"

    @property
    def over_live(self):
        peak, live = self.median("peak_resident_bytes"), self.first.number("peak_live_bytes")
        return peak / live if self.first.number("memory_over_live") and peak and live else None

    def fields(self):
        alone = len(self.blocks) == 1
        judged = self.is_judged or self.verdict == "baseline"
        return [self.trace, self.allocator, self.first["status"], self.baseline, self.clock, None, sum(int(cell.number("rounds") or 0) for cell in self.cells),
                self.first["ops"], self.first["trace_ops"], self.rank, self.verdict if self.is_rival and judged else None, self.ratio, self.low or None,
                self.high or None, self.more if self.is_rival and judged else None, *self.times(), self.first["peak_live_bytes"],
                *(self.median(column) if self.first[column] else None for column in ("peak_resident_bytes", "end_resident_bytes")), self.over_live, None,
                self.median("page_faults") if self.first["page_faults"] else None, self.first["failures"],
                self.first["saved_seconds"] if alone else None, self.first["saved_share"] if alone else None, self.problem, len(self.hosts)]


def order(row):
    return (not row.rank, row.problem != "", not row.is_rival, row.rank or 0, row.ratio or 0)


def rows_of(trace, blocks, draws):
    allocators = list(dict.fromkeys(name for block in blocks for name in block.cells))
    rows = [Row(trace, allocator, blocks, draws) for allocator in allocators]
    rank([row for row in rows if row.is_judged])
    return sorted(rows, key=order)


# -- over all traces --


class Mean:
    """An allocator over all traces on which it was ranked."""

    def __init__(self, allocator, rows, rng):
        self.allocator, self.rows = allocator, [row for row in rows if row.rank]
        self.ratio = self.low = self.high = self.rank = None
        self.baseline = rows[0].baseline
        self.hosts = {host for row in rows for host in row.hosts}
        if len(self.rows) == 1:  # with the interval that stands beside that trace, not with another
            self.ratio, self.low, self.high = self.rows[0].ratio, self.rows[0].low, self.rows[0].high
        elif self.rows:
            self.ratio = math.exp(statistics.fmean(math.log(row.ratio) for row in self.rows))
            drawn = self.draw(rng)
            # A median of few rounds drawn anew lies a little to one side of theirs: over many traces that is more than the interval.
            middle = statistics.fmean(statistics.fmean(map(statistics.fmean, row.estimate.pools.values())) for row in self.rows)
            aside = math.log(self.ratio) - middle
            self.low, self.high = interval([value + aside for value in drawn])
        self.verdict = None if not self.rows else "baseline" if allocator == self.baseline else \
            judge(self.ratio, self.low, self.high, min(row.estimate.rounds for row in self.rows))[0]

    def draw(self, rng):
        """Hosts are drawn once for all traces, since what a host does to an allocator it may do on each of them."""
        hosts = sorted({host for row in self.rows for host in row.estimate.pools})
        if len(hosts) == 1:
            pools = [row.estimate.pools[hosts[0]] for row in self.rows]
            return [math.fsum(rng.choice(pool) for pool in pools) / len(pools) for _ in range(RESAMPLES_JOINT)]
        drawn = []
        for _ in range(RESAMPLES_JOINT):
            chosen = rng.choices(hosts, k=len(hosts))
            drawn.append(statistics.fmean(self.draw_trace(row.estimate.pools, chosen, rng) for row in self.rows))
        return drawn

    @staticmethod
    def draw_trace(pools, chosen, rng):
        there = [host for host in chosen if host in pools] or [rng.choice(list(pools))]
        return math.fsum(rng.choice(pools[host]) for host in there) / len(there)

    def memory(self, baselines):
        """Geometric, of the traces on which both took enough to say; and on how many."""
        known = [(row.median("peak_resident_bytes"), baselines.get(row.trace)) for row in self.rows if row.over_live]
        logs = [math.log(mine / theirs) for mine, theirs in known if mine and theirs]
        return (math.exp(statistics.fmean(logs)) if logs else None), len(logs)


def means_of(traces, rng):
    rows = [row for found in traces.values() for row in found if row.is_rival]
    ranked = sum(any(row.rank for row in found) for found in traces.values())
    baselines = {row.trace: row.median("peak_resident_bytes") for row in rows if row.is_baseline and row.over_live}
    means = [Mean(name, [row for row in rows if row.allocator == name], rng) for name in dict.fromkeys(row.allocator for row in rows)]
    rank([mean for mean in means if mean.rows and len(mean.rows) == ranked])
    memory = {mean.allocator: mean.memory(baselines) for mean in means}
    most = max((count for _, count in memory.values()), default=0)
    for mean in means:
        ratio, count = memory[mean.allocator]
        mean.memory_ratio = ratio if count == most else None
    return sorted(means, key=lambda mean: (not mean.rank, mean.rank or 0, mean.ratio or 0))


def mean_fields(mean):
    fields = dict.fromkeys(COMPARISON)
    fields.update(allocator=mean.allocator, baseline=mean.baseline, traces=len(mean.rows), rank=mean.rank, verdict=mean.verdict, ratio=mean.ratio,
                  ratio_low=mean.low, ratio_high=mean.high, memory_ratio=mean.memory_ratio, hosts=len(mean.hosts))
    return list(fields.values())


def variant_fields(mean, means, known):
    front = None
    if mean.memory_ratio:
        front = "no" if any(other.rank and other.memory_ratio and other.memory_ratio <= mean.memory_ratio and other.high < mean.low
                            for other in means) else "yes"
    row = known.get(mean.allocator, {})
    return [mean.allocator, row.get("library", mean.allocator), row.get("settings", ""), mean.baseline, len(mean.rows), mean.ratio, mean.low, mean.high,
            mean.memory_ratio, front, len(mean.hosts)]


# -- sentences --


def less(ratio):
    return f"{100 * abs(1 - ratio):.1f}"


def verdict_words(rows):
    ranked = [row for row in rows if row.rank]
    first = [row for row in ranked if row.rank == 1]
    if len(ranked) < 2:
        return "nothing was ranked"
    names = " and ".join(row.allocator for row in first)
    if len(first) == len(ranked):
        return f"no difference between {names} is shown"
    lead = "is the fastest" if len(first) == 1 else "share the first place"
    best = next((row for row in first if not row.is_baseline), None)
    if best is None:
        return f"{names} {lead}"
    ends = f"{less(max(best.low, best.high))} to {less(min(best.low, best.high))} %" if best.verdict == "faster" else "not shown"
    return f"{names} {lead}: the calls of {best.allocator} take {less(best.ratio)} % {'less' if best.ratio < 1 else 'more'} time than {best.baseline}'s ({ends})"


def disagreement(row):
    """Faster on one host and slower on another, by each one's own rounds."""
    ends = {host: interval(pool) for host, pool in row.estimate.pools.items()} if row.estimate else {}
    fast = [host for host, (_, high) in ends.items() if high < 1 - MARGIN]
    slow = [host for host, (low, _) in ends.items() if low > 1 + MARGIN]
    if not fast or not slow:
        return None
    return f"hosts disagree on {row.allocator}: {row.estimate.medians[fast[0]]:.3f} on {fast[0]}, {row.estimate.medians[slow[0]]:.3f} on {slow[0]}"


def remarks_of(trace, rows, blocks):
    if len(blocks) == 1:
        return [[trace, row["kind"], row["text"]] for row in blocks[0].remarks]
    said = [[trace, "verdict", verdict_words(rows)]]
    warnings = {}
    for block in blocks:
        for row in block.remarks:
            if row["kind"] == "warning":
                warnings.setdefault(re.sub(r"[0-9.]+", "#", row["text"]), row["text"])
    words = list(warnings.values()) + [text for text in map(disagreement, rows) if text]
    return said + [[trace, "warning", text] for text in words]


# -- the files --


def files(blocks):
    """name -> schema, columns and rows, of all blocks."""
    draws = Draws(random.Random(SEED))
    by_trace = {}
    for block in blocks:
        by_trace.setdefault(block.trace, []).append(block)
    traces = {trace: rows_of(trace, of_trace, draws) for trace, of_trace in by_trace.items()}
    means = means_of(traces, draws.rng)
    known = {name: row for block in blocks for name, row in block.variants.items()}
    rows = [row.fields() for found in traces.values() for row in found]
    return {
        "comparison": ("comparison/1", COMPARISON, rows + [mean_fields(mean) for mean in means]),
        "variants": ("variants/1", VARIANTS, [variant_fields(mean, means, known) for mean in means if mean.rank]),
        "remarks": ("remarks/1", ["trace", "kind", "text"],
                    [remark for trace, found in traces.items() for remark in remarks_of(trace, found, by_trace[trace])]),
    }
