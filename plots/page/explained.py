"""explained.py - how much of the memory that libraries hold the exact model explains: its extents beside measured peaks, over programs.

Both are taken over the most bytes live, and as logarithms: bytes against bytes would agree whatever was compared, since both grow
with what is live. The share explained is the square of Pearson's correlation, where that is not negative; its interval is a bootstrap
over programs, each with all its libraries, since what is odd about a program is odd on all of them.
"""

import math
import random
import statistics

from page import show

SEED, RESAMPLES = 42, 2000
LEAST_TRACES = 8  # among so many that are unrelated, r is 0.71 or more, or -0.71 or less, once in 20 times: chance explains half. Among fewer, more
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


def share_of(n, x, y, xx, yy, xy):
    """r squared of sums, 0 where r is negative; None where one of the two does not vary."""
    across, upward, both = n * xx - x * x, n * yy - y * y, max(0, n * xy - x * y)
    return both * both / (across * upward) if min(across, upward) > 1e-12 * n * n else None


def interval(groups):
    """Of the share: `groups` has the pairs of each program. None: too many drawings say nothing."""
    rng, sums = random.Random(SEED), [sums_of(pairs) for pairs in groups]
    drawn = [share_of(*map(sum, zip(*rng.choices(sums, k=len(sums))))) for _ in range(RESAMPLES)]
    known = [value for value in drawn if value is not None]
    return middle(known) if len(known) > RESAMPLES / 2 else (None, None)


class Fit:
    """What one policy explains of one library, or of all. Without enough programs, or where nothing varies, its figures are None; where r is
    negative, the share is."""

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
        if self.r is not None and self.r >= 0:
            groups = {}
            for p, x, y in zip(points, xs, ys):
                groups.setdefault(p.trace, []).append((x, y))
            self.share = self.r * self.r
            self.low, self.high = interval(groups.values())


def fits_of(points):
    """Of each policy, all libraries together and then each; in the order of the file."""
    allocators = list(dict.fromkeys(p.allocator for p in points))
    return [Fit(points, policy, name) for policy in POLICIES for name in ([ALL] if len(allocators) > 1 else []) + allocators]


ASKED = "How much of the memory that a real allocator holds comes of placing blocks as first fit does, without pages, caches and size classes?"


def named(fit):
    return "all libraries together" if fit.allocator == ALL else fit.allocator


def share_words(fits):
    """The shares, of the library with the largest one with its interval; "" without any."""
    shared = sorted((f for f in fits if f.share is not None), key=lambda f: (f.allocator == ALL, -f.share))
    if not shared:
        return ""
    first, *others = shared
    between = f" (95 % interval {100 * first.low:.0f} to {100 * first.high:.0f} %)" if first.low is not None else ""
    shares = show.listed([f"{100 * first.share:.0f} % on {named(first)}{between}", *(f"{100 * f.share:.0f} % on {named(f)}" for f in others if f.allocator != ALL)])
    together = "".join(f"; {100 * f.share:.0f} % over {named(f)}" for f in others if f.allocator == ALL)
    return ("Where one program's heap is larger than another's, for as much live, the extent of first fit that merges explains of the difference: "
            f"{shares}{together} ({first.traces} programs).")


def other_way_words(fits):
    against = [named(f) for f in fits if f.r is not None and f.r < 0]
    return f"On {show.listed(against)} it goes the other way: where first fit reaches further less is held, so that it explains nothing." if against else ""


def words_of(fits):
    """Of the policy that is drawn, in sentences."""
    mine = [f for f in fits if f.policy == POLICIES[DRAWN]]
    libraries = [f for f in mine if f.allocator != ALL]
    said, few = [words for words in (share_words(mine), other_way_words(mine)) if words], max((f.traces for f in mine), default=0)
    held = show.listed(f"{f.allocator} {show.ratio(f.over)}" for f in sorted(libraries, key=lambda f: f.over))
    median = f"In the median of the programs a library holds so many times the extent of first fit that merges: {held}."
    if not said and 0 < few < LEAST_TRACES:
        return [f"{ASKED} Of {show.counted(few, 'program')} no share is told: among fewer than {LEAST_TRACES}, chance alone explains half of the differences more often "
                "than once in 20 times.", median]
    return [" ".join([ASKED, *said]), median,
            "Both are taken over the most bytes live. The bytes themselves would correlate whatever was compared, since both grow with what is live (the table's last "
            "column): that says nothing. The interval is a bootstrap over programs; of few programs it is wide."] if said else []
