"""answer.py - the first screen: a row an allocator, the verdict in sentences, what it was measured on, what was left out.

Means, intervals, verdicts and ranks are those of comparison.csv; nothing is estimated again here. What is derived is a
geometric mean of the tails, over the programs that every allocator compared has one of.
"""

import math
import re

from page import show
from page.source import MOST_NAMES

# Of whole pages, no ratio to less (results/README.md, "Fragmentation").
LEAST_LIVE_BYTES = 1 << 20


def geometric_mean(values):
    return math.exp(sum(map(math.log, values)) / len(values)) if values and min(values) > 0 else None


def share(ratio):
    """What 0.654 is of 1, as people say it: 35 % less."""
    percent = 100 * abs(1 - ratio)
    text = f"{percent:.0f}" if percent >= 9.95 else f"{percent:.1f}"
    return f"{text} % {'less' if ratio < 1 else 'more'}"


class Contender:
    """An allocator that programs run on, over all traces."""

    def __init__(self, mean, rows):
        self.name = mean["allocator"]
        self.baseline = mean["baseline"]
        self.is_baseline = mean["verdict"] == "baseline"
        self.verdict = mean["verdict"]
        self.ratio, self.low, self.high = (mean.number(c) for c in ("ratio", "ratio_low", "ratio_high"))
        self.rank = mean.number("rank") if self.ratio is not None else None  # a rank by nothing is none
        self.memory_ratio = mean.number("memory_ratio")
        self.rows = [row for row in rows if row["allocator"] == self.name]
        self.traces = int(mean.number("traces") or 0)
        self.settings = self.tail = self.back = None
        self.problems = [f"{row['problem'] or row['status']} ({row['trace']})" for row in self.rows if row["problem"] or not row.has_figures]
        peaks = [row.number("peak_resident_bytes") for row in self.rows]
        self.peak = peaks[0] if len(peaks) == 1 else None
        saved = [row.number("saved_share") for row in self.rows]
        # A share may be below 0, which number() takes for unknown: then nothing is saved.
        self.saved = saved[0] if len(saved) == 1 and self.rank else None


def tails_of(results, percentile="99.9", kind="allocation"):
    """(trace, allocator) -> nanoseconds, of whole runs."""
    return {(row["trace"], row["allocator"]): row.number("ns") for row in results.records("latency")
            if row["kind"] == kind and row["percentile"] == percentile and row["status"] != "stopped"
            and row.number("ns") is not None}


def of_one_host(results, traces):
    """Of these traces, those that were measured on the host that measured most: times of two hosts have no mean."""
    host_of = {row["trace"]: row["host"] for row in results.records("latency")}
    hosts = [host_of.get(trace, "") for trace in traces]
    most = max(hosts, key=hosts.count, default="")
    return [trace for trace, host in zip(traces, hosts) if host == most]


def set_tails(results, contenders):
    """Of the traces that were compared: latency.csv may be an earlier run's, of others."""
    tails, compared = tails_of(results), {row["trace"] for row in results.records("comparison") if row["trace"]}
    traces = [trace for trace in dict.fromkeys(trace for trace, _ in tails) if not compared or trace in compared]
    known = [c for c in contenders if any((trace, c.name) in tails for trace in traces)]
    common = of_one_host(results, [trace for trace in traces if all((trace, c.name) in tails for c in known)])
    for contender in known:
        contender.tail = geometric_mean([max(1, tails[trace, contender.name]) for trace in common])


BURST = "storm"  # the workload of the question what comes back: a burst, and a drop to a tenth of it
BURSTS = (BURST, "storm-silent")  # without a call in its silences


def set_back(results, contenders):
    """The share that came back within 10 s after a burst, of what the program gave back then."""
    rows = [row for row in results.records("return_summary") if row["trace"] == BURST]
    for contender in contenders:
        for row in rows:
            peak, live, left = (row.number(c) for c in ("peak_resident_bytes", "drop_live_bytes", "drop_10s_bytes"))
            if row["allocator"] == contender.name and None not in (peak, live, left) and peak > live:
                contender.back = min(100, max(0, 100 * (peak - left) / (peak - live)))


def set_settings(results, contenders):
    settings = {row["allocator"]: row["settings"] for row in results.records("variants")}
    for contender in contenders:
        contender.settings = settings.get(contender.name)


def contenders_of(results):
    """By rank; those without one last."""
    records = results.records("comparison")
    rows = [row for row in records if row["trace"]]
    contenders = [Contender(row, rows) for row in records if not row["trace"]][:MOST_NAMES]
    contenders.sort(key=lambda c: (c.rank is None, c.rank or 0, c.ratio or 0))
    set_tails(results, contenders)
    set_back(results, contenders)
    set_settings(results, contenders)
    return contenders


# -- the verdict --


def memory_words(contenders):
    """tcmalloc takes 66 % more memory at the peak, mimalloc 20 % more"""
    known = [c for c in contenders if c.memory_ratio and not c.is_baseline]
    words = []
    for i, contender in enumerate(known):
        same = abs(contender.memory_ratio - 1) < 0.01
        amount = "as much" if same else share(contender.memory_ratio)
        words.append(f"{contender.name} takes {amount} memory at its peak" if i == 0 else f"{contender.name} {amount}")
    return show.listed(words) + "." if words else ""


def frugal_words(first, ranked):
    """Of those that are faster, the one with the least memory, where that is not among the first."""
    faster = [c for c in ranked if c.verdict == "faster" and c.memory_ratio]
    if not faster or not all(c.memory_ratio for c in first):
        return ""
    frugal = min(faster, key=lambda c: c.memory_ratio)
    if frugal in first and len(first) == 1:
        return ""
    if frugal.memory_ratio > 0.97 * min(c.memory_ratio for c in first):
        return ""
    return f"Where memory is dear: {frugal.name}, {share(frugal.ratio)} time and {share(frugal.memory_ratio)} memory."


def lead_of(first, ranked, baseline):
    names = show.listed(c.name for c in first)
    traces = ranked[0].traces
    programs = "this program" if traces == 1 else f"{traces} programs"
    told = [f"{word} than {baseline}: {show.listed(c.name for c in ranked if c.verdict == word)}" for word in ("faster", "slower")
            if any(c.verdict == word for c in ranked)]
    if len(first) == len(ranked) and told:
        return f"Which is the fastest on {programs} is not shown; {'; '.join(told)}."
    if len(first) == len(ranked):
        return f"No difference in time between {names} is shown." if len(first) > 1 else f"{names} was compared with nothing."
    if first[0].is_baseline and len(first) == 1:
        second = ranked[1]
        if second.verdict != "slower":
            return f"{names} comes first on {programs}, but no difference to {second.name}, the next, is shown."
        return f"{names} is the fastest on {programs}: {second.name}, the next, takes {share(second.ratio)} time in malloc and free."
    others = [c for c in first if not c.is_baseline]
    amounts = show.listed(share(c.ratio).split(" %")[0] for c in others)
    word = "less" if others and others[0].ratio < 1 else "more"
    is_first = "is the fastest" if len(first) == 1 else "share the first place"
    return f"{names} {is_first} on {programs}: {amounts} % {word} time in malloc and free than {baseline}."


def verdict_of(results, contenders, traces):
    """The answer, and what is to be said beside it: sentences."""
    ranked = [c for c in contenders if c.rank]
    first = [c for c in ranked if c.rank == 1]
    if not first:
        said = [row["text"] for row in results.records("remarks") if row["kind"] == "verdict"]
        return ("Nothing was ranked." if len(set(said)) != 1 else sentence(said[0])), []
    more = [memory_words(first), frugal_words(first, ranked)]
    least = min((c for c in ranked if c.memory_ratio), key=lambda c: c.memory_ratio, default=None)
    if least is not None and least.is_baseline and len(ranked) > 1:
        more.append(f"None takes less memory than {least.name}.")
    if len(traces) == 1:
        more += [sentence(row["text"], {c.name for c in contenders}) for row in results.records("remarks")
                 if row["kind"] == "verdict" and (" would save " in row["text"] or " would add " in row["text"]
                                                  or row["text"].startswith("undecided"))]
    for contender in contenders:
        if not contender.rank and contender.problems:
            more.append(f"{contender.name} has no rank: {'; '.join(contender.problems[:2])}.")
    return lead_of(first, ranked, ranked[0].baseline), [words for words in more if words]


def sentence(words, names=()):
    """With a full stop, and a capital; but `names`, of allocators, are left as they are."""
    if re.split("[ ,:]", words)[0] not in names:
        words = words[:1].upper() + words[1:]
    return words + "." if words else ""


def allocators_of(results):
    return {row["allocator"] for name in ("comparison", "threads") for row in results.records(name)}


def threads_verdict(results):
    """The answer of a replay by threads, where that is all there is: sentences."""
    rows = [row for row in results.records("threads_remarks") if row["kind"] == "verdict"]
    if len({row["trace"] for row in rows}) == 1:
        return [sentence(row["text"], allocators_of(results)) for row in rows]
    return [f"On {row['trace']}: {row['text']}." for row in rows]


def threads_are_by_cpu(results):
    """Was a replay by threads judged by processor time, since others had the processors? As `run` says it."""
    return any("processor times of all threads" in row["text"] for row in results.records("threads_remarks"))


def remarks_of(results, traces, name="remarks"):
    """What `run` says besides the verdict: a sentence each, with the number of programs that it is said of."""
    said = {}
    for row in results.records(name):
        if row["kind"] == "warning":
            said.setdefault(re.sub(r"[0-9.]+", "#", row["text"]), []).append(row)
    allocators = allocators_of(results)
    words = []
    for rows in said.values():
        names = list(dict.fromkeys(row["trace"] for row in rows))
        where = show.listed(names) if len(names) <= 3 else f"{len(names)} of {len(traces)} programs"
        words.append(sentence(rows[0]["text"], allocators) if len(traces) == 1 else f"On {where}: {rows[0]['text']}.")
    return words


def untrusted(remarks):
    return [remark for remark in remarks if "not to be trusted" in remark.lower()]


def warnings_of(results, remarks):
    """What stands against the verdict."""
    words = untrusted(remarks)
    words += [f"{name}.csv is of a build that is {table.said('build')}; its times say little of any allocator."
              for name, table in results.tables.items() if (table.said("build") or "").startswith("NOT OPTIMISED: ")]
    return words


# -- what it was measured on --


class Trace:
    def __init__(self, name):
        self.name, self.ops, self.live = name, 0, 0

    @property
    def size(self):
        parts = [show.counted(self.ops, "operation") if self.ops else "", f"{show.size(self.live)} live at most" if self.live else ""]
        return ", ".join(part for part in parts if part)


def traces_of(results):
    """Of all files, in their order; how long each is, as far as a row says whose replay was not stopped early."""
    traces = {}
    for table in results.tables.values():
        if "trace" not in table.columns or table.name in ("remarks.csv", "threads_remarks.csv", "catalogue.csv"):  # which names what was not measured here, too
            continue
        known = [c for c in ("trace_ops", "ops", "peak_live_bytes") if c in table.columns]
        at = {c: table.columns.index(c) for c in known}
        place, status = table.columns.index("trace"), table.columns.index("status") if "status" in table.columns else None
        for row in table.rows:
            if not row[place]:
                continue
            trace = traces.setdefault(row[place], Trace(row[place]))
            if status is not None and row[status] == "stopped" and "trace_ops" not in at:
                continue
            for column, index in at.items():
                text = row[index]
                value = int(text) if text.isdigit() and len(text) < 19 else 0
                if column == "peak_live_bytes":
                    trace.live = max(trace.live, value)
                elif status is None or row[status] != "stopped" or column == "trace_ops":
                    trace.ops = max(trace.ops, value)
    return list(traces.values())


def compared_of(results, traces):
    """Those on which allocators were ranked; else those that were compared; else all."""
    rows = [row for row in results.records("comparison") if row["trace"]]
    for names in ({row["trace"] for row in rows if row["rank"]}, {row["trace"] for row in rows}):
        if names:
            return [trace for trace in traces if trace.name in names]
    return traces


# -- what was left out --

# What each part of the two pages is made of, in words, and what measures it.
FIRST_PARTS = {
    "comparison": ("which allocator is the fastest", "heapbench run TRACE --results DIR"),
    "latency": ("tails: how long single calls take", "heapbench run TRACE --results DIR"),
    "fragmentation": ("memory over time", "heapbench run TRACE --results DIR"),
    "threads": ("what threads cost each other", "heapbench run TRACE --threads --results DIR"),
    "return": ("what comes back when the program rests", "heapbench run TRACE --return --results DIR"),
    "least_memory": ("the least memory that suffices", "heapbench run TRACE --results DIR"),
}
SECOND_PARTS = {
    "walk_cost": ("how far first fit walks", "walk_cost --results=DIR"),
    "curve": ("when first fit fails", "heapbench curve --all --results DIR"),
    "ladder": ("what each idea buys", "ladder --results=DIR"),
    "policies": ("the classic policies", "heapbench model --all --results DIR"),
    "adversary": ("the worst that is known", "heapbench adversary --all --results DIR"),
    "misuse": ("what comes of misuse", "heapbench misuse --results DIR"),
    "model_speed": ("what computing a walk costs", "model_speed --results=DIR"),
}


# The questions of a plan that have these parts as their answers.
PLANNED = {"comparison": "throughput", "latency": "latency", "fragmentation": "fragmentation", "threads": "threads",
           "least_memory": "failure_points", "walk_cost": "walk_cost", "ladder": "ladder"}


def in_a_study(name, command):
    """A study gets one more plan."""
    question = PLANNED.get(name)
    return f"heapbench plan TRACE -q {question} -o DIR/{question}.tsv" if question else command


def not_measured(results, parts):
    study = "units" in results
    return [(what, in_a_study(name, command) if study else command, name + ".csv")
            for name, (what, command) in parts.items() if name in results.missing]


def threads_done(results):
    """How a file begins what it says of each trace that threads.csv has all the same, from another run in the same folder."""
    traces = {row["trace"] for row in results.records("threads") if row.has_figures}
    return tuple(f"{FIRST_PARTS['threads'][0]}: {trace} was recorded from " for trace in traces)


def left_out_words(results):
    """What the programs that made the files did not do, in their own words: each once, of the first file that says it."""
    said, groups, done = set(), [], threads_done(results)
    for name, table in results.tables.items():
        new = [text for text in dict.fromkeys(table.all_said("left out")) if text not in said and not text.startswith(done)]
        said.update(new)
        if new:
            groups.append((name + ".csv", new))
    return groups
