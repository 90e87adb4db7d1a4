"""alike.py - which traces are alike: a distance over standardised features, and the few that stand for all.

A feature is a figure of the catalogue, as a logarithm or a square root where figures span decades, less its mean over the
traces and over its standard deviation. The distance of two traces is the root of the mean of the squared differences.
"""

import math
import statistics

from page.source import MOST_NAMES

FEW_OPS = 1000  # a trace of fewer operations, such as the tutorial's example, is like nothing


def log(value):
    return math.log10(1 + max(0, value or 0))


# `r` gives the figure of that name, or None where it is not known.
FEATURES = {
    "operations": lambda r: log(r("ops")),
    "median size": lambda r: log(r("size_p50")),
    "99th percentile of size": lambda r: log(r("size_p99")),
    "median lifetime": lambda r: log(r("lifetime_p50")),
    "90th percentile of lifetime": lambda r: log(r("lifetime_p90")),
    "share of objects never freed": lambda r: r("never_freed_share"),
    "peak live bytes": lambda r: log(r("peak_live_bytes")),
    "peak live objects": lambda r: log(r("peak_live_objects")),
    "bytes asked for over peak live": lambda r: log(r("size_mean") * r("objects") / max(1, r("peak_live_bytes"))),
    "share of reallocs": lambda r: math.sqrt(r("realloc_share")),
    "threads": lambda r: log(r("threads") - 1),
    "share of all but the busiest thread": lambda r: math.sqrt(1 - r("busiest_thread_share")),
    "hand-overs an operation": lambda r: math.sqrt(r("handovers") / max(1, r("ops"))),
    "seconds of silence": lambda r: log((r("silent_us") or 0) / 1e6),
}


def standardised(values):
    mean, deviation = statistics.fmean(values), statistics.pstdev(values)
    return [(value - mean) / deviation if deviation else 0.0 for value in values]


def distances_of(rows):
    """`rows`: functions that give a figure by its name. A list of rows of distances."""
    columns = [standardised([get(row) for row in rows]) for get in FEATURES.values()]
    points = list(zip(*columns))
    return [[math.sqrt(sum((x - y) ** 2 for x, y in zip(a, b)) / len(columns)) for b in points] for a in points]


def nearest(distances, at, among):
    return min((j for j in among if j != at), key=lambda j: distances[at][j], default=None)


def cost(distances, medoids):
    """The mean distance of a trace to the nearest of these."""
    return sum(min(row[m] for m in medoids) for row in distances) / len(distances)


def best_medoids(distances, count):
    """Partitioning around medoids (Kaufman and Rousseeuw, 1987): each added where it helps most, then swapped while that helps."""
    everyone, medoids = range(len(distances)), []
    while len(medoids) < min(count, len(distances)):
        medoids.append(min((i for i in everyone if i not in medoids), key=lambda i: cost(distances, medoids + [i])))
    while True:
        swaps = [(cost(distances, [n if m == old else m for m in medoids]), old, n)
                 for old in medoids for n in everyone if n not in medoids]
        if not swaps or min(swaps)[0] >= cost(distances, medoids) - 1e-12:
            return sorted(medoids)
        _, old, new = min(swaps)
        medoids[medoids.index(old)] = new


def words_of(names, chosen, distances):
    """What there is to say of them, in sentences. `chosen`: indexes."""
    pairs = sorted((distances[i][j], i, j) for i in range(len(names)) for j in range(i))
    said = [f"The distance of two traces is the root mean square of the differences of {len(FEATURES)} figures, each standardised over the traces (mean 0, "
            "standard deviation 1; as logarithms or square roots where they span decades): " + ", ".join(FEATURES) + "."]
    if not pairs:
        return said
    said[0] += f" Two traces are {statistics.median(d for d, _, _ in pairs):.2f} apart in the median."
    if chosen:
        within = sum(min(row[m] for m in chosen) <= 1 for row in distances)
        best = best_medoids(distances, len(chosen))
        said.append(f"The chosen {len(chosen)} are {', '.join(names[i] for i in chosen)}. The mean distance of a trace to the nearest of them is "
                    f"{cost(distances, chosen):.2f}, and {within} of {len(names)} have one within 1. The best {len(chosen)} that k-medoids finds would have "
                    f"{cost(distances, best):.2f}: {', '.join(names[i] for i in best)}.")
        said.append("How many would do, by the mean distance to the best so many: " + ", ".join(
            f"{cost(distances, best_medoids(distances, k)):.2f} with {k}" for k in (1, 2, 4, 6, 8, 12, 16, 24) if k < len(names)) + ".")
    said.append("The most alike: " + ", ".join(f"{names[j]} and {names[i]} ({d:.2f})" for d, i, j in pairs[:8]) + ".")
    return said


def lines_of(records):
    """The same, of the records of catalogue.csv."""
    known = [r for r in records if (r.number("ops") or 0) >= FEW_OPS]
    if not known or len(known) > MOST_NAMES:
        return []
    try:
        distances = distances_of([r.number for r in known])
    except (TypeError, ValueError, OverflowError, AttributeError):
        return []  # a figure is missing, or none that a catalogue has
    return words_of([r["trace"] for r in known], [i for i, r in enumerate(known) if r["chosen"] == "yes"], distances)
