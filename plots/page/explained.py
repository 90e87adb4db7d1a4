"""explained.py - how much of the memory that libraries hold the exact model explains: its extents beside measured peaks, over programs.

Both are taken over the most bytes live, and as logarithms: bytes against bytes would agree whatever was compared, since both grow
with what is live. The share explained is the square of Pearson's correlation; its interval is a bootstrap over programs, each
with all its libraries, since what is odd about a program is odd on all of them.
"""

import math
import random
import statistics

from page import show

SEED, RESAMPLES = 42, 2000
LEAST_TRACES = 3  # two points lie on a line
ALL = "all"
# As a real allocator has them: a header of 8 bytes, aligned to 16. The first one is drawn.
SETTING = ("8", "16")
POLICIES = {("first", "yes"): "first fit", ("best", "yes"): "best fit", ("first", "no"): "first fit, never merging"}
DRAWN = ("first", "yes")


class Point:
    """A program on a library: `held` and, by policy, `extents`, over the most bytes live."""

    def __init__(self, record, extents):
        self.trace, self.allocator, self.extents = record["trace"], record["allocator"], extents
        self.live, self.held = record.number("peak_live_bytes"), record.number("memory_over_live")


def extents_of(records):
    """By trace and the most bytes live: by policy, how far the heap reached over that."""
    found = {}
    for r in records:
        live, extent = r.number("peak_live_bytes"), r.number("peak_extent_bytes")
        if r["status"] == "ok" and (r["header_bytes"], r["align"]) == SETTING and (r["policy"], r["merge"]) in POLICIES and live and extent:
            found.setdefault((r["trace"], live), {})[r["policy"], r["merge"]] = extent / live
    return found


def points_of(policies, comparison):
    """Of records of policies.csv and comparison.csv: the programs that are in both and the same, on what programs run on."""
    extents = extents_of(policies)
    known = [r for r in comparison if r["trace"] and r["status"] == "ok" and r.number("rank") and r.number("memory_over_live")]
    points = [Point(r, extents.get((r["trace"], r.number("peak_live_bytes")), {})) for r in known]
    return [p for p in points if DRAWN in p.extents]


def ranks(values):
    """From 0; the mean of their places for equal ones."""
    order, found = sorted(range(len(values)), key=lambda i: values[i]), [0.0] * len(values)
    start = 0
    while start < len(order):
        end = start
        while end + 1 < len(order) and values[order[end + 1]] == values[order[start]]:
            end += 1
        for i in order[start:end + 1]:
            found[i] = (start + end) / 2
        start = end + 1
    return found


def correlation(xs, ys):
    """Pearson's; None where one of the two does not vary."""
    return statistics.correlation(xs, ys) if min(len(set(xs)), len(set(ys))) > 1 else None


def middle(drawn):
    """The middle 95 %, by nearest rank."""
    drawn = sorted(drawn)
    cut = int(0.025 * len(drawn))
    return drawn[cut], drawn[-1 - cut]


def sums_of(pairs):
    xs, ys = zip(*pairs)
    return len(xs), sum(xs), sum(ys), sum(x * x for x in xs), sum(y * y for y in ys), sum(x * y for x, y in pairs)


def square_of(n, x, y, xx, yy, xy):
    """r squared of sums; None where one of the two does not vary."""
    across, upward, both = n * xx - x * x, n * yy - y * y, n * xy - x * y
    return both * both / (across * upward) if min(across, upward) > 1e-12 * n * n else None


def interval(groups):
    """Of r squared: `groups` has the pairs of each program. None: too many drawings say nothing."""
    rng, sums = random.Random(SEED), [sums_of(pairs) for pairs in groups]
    drawn = [square_of(*map(sum, zip(*rng.choices(sums, k=len(sums))))) for _ in range(RESAMPLES)]
    known = [value for value in drawn if value is not None]
    return middle(known) if len(known) > RESAMPLES / 2 else (None, None)


class Fit:
    """What one policy explains of one library, or of all. Without enough programs, or where nothing varies, its figures are None."""

    def __init__(self, points, policy, allocator):
        self.policy, self.allocator = POLICIES[policy], allocator
        mine = [p for p in points if policy in p.extents and allocator in (ALL, p.allocator)]
        self.traces = len({p.trace for p in mine})
        self.over = statistics.median(p.held / p.extents[policy] for p in mine) if mine else None
        self.r = self.rank = self.share = self.low = self.high = self.bytes_r = None
        if self.traces >= LEAST_TRACES:
            self.correlate(mine, policy)

    def correlate(self, points, policy):
        xs, ys, lives = [math.log(p.extents[policy]) for p in points], [math.log(p.held) for p in points], [math.log(p.live) for p in points]
        self.r, self.rank = correlation(xs, ys), correlation(ranks(xs), ranks(ys))
        self.bytes_r = correlation([x + live for x, live in zip(xs, lives)], [y + live for y, live in zip(ys, lives)])
        if self.r is not None:
            groups = {}
            for p, x, y in zip(points, xs, ys):
                groups.setdefault(p.trace, []).append((x, y))
            self.share = self.r * self.r
            self.low, self.high = interval(groups.values())


def fits_of(points):
    """Of each policy, all libraries together and then each; in the order of the file."""
    allocators = list(dict.fromkeys(p.allocator for p in points))
    return [Fit(points, policy, name) for policy in POLICIES for name in ([ALL] if len(allocators) > 1 else []) + allocators]


def words_of(fits):
    """Of the policy that is drawn, in sentences."""
    mine = sorted((f for f in fits if f.policy == POLICIES[DRAWN] and f.share is not None), key=lambda f: (f.allocator == ALL, -f.share))
    libraries = [f for f in mine if f.allocator != ALL]
    if not libraries:
        return []
    first, *others = libraries
    between = f" (95 % interval {100 * first.low:.0f} to {100 * first.high:.0f} %)" if first.low is not None else ""
    shares = show.listed([f"{100 * first.share:.0f} % on {first.allocator}{between}", *(f"{100 * f.share:.0f} % on {f.allocator}" for f in others)])
    together = "".join(f"; {100 * f.share:.0f} % over all libraries together" for f in mine if f.allocator == ALL)
    held = show.listed(f"{f.allocator} {show.ratio(f.over)}" for f in sorted(libraries, key=lambda f: f.over))
    return [
        "How much of the memory that a real allocator holds comes of placing blocks as first fit does, without pages, caches and size classes? Where one program's "
        f"heap is larger than another's, for as much live, the extent of first fit that merges explains of the difference: {shares}{together} ({first.traces} programs).",
        f"In the median of the programs a library holds so many times that extent: {held}.",
        "Both are taken over the most bytes live. The bytes themselves would correlate whatever was compared, since both grow with what is live (the table's last "
        "column): that says nothing. The interval is a bootstrap over programs; of few programs it is wide."]
