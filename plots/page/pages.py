"""pages.py - what is on which page, and in which order; the words that are computed. The rest stands in the templates."""

import base64
import hashlib
import os
import re

import jinja2
from markupsafe import Markup

from page import alike, answer, explained, figures, show, tables
from page.source import MOST_NAMES, UNMISSED, read_file

FIRST, SECOND, THIRD = "report.html", "first-fit.html", "traces.html"
NAMES = (FIRST, SECOND, THIRD)
HERE = os.path.dirname(os.path.abspath(__file__))
PROVENANCE = ("run", "machine", "build", "libraries", "floor", "environ")


class Section:
    """A heading with its figures and tables; `title` is the answer's question. `warnings` stand above them."""

    def __init__(self, key, title, words=(), shown=(), tabled=(), warnings=()):
        self.warnings = warnings
        self.key, self.title, self.words = key, title, [w for w in words if w]
        self.figures, self.tables = [p for p in shown if p], [t for t in tabled if t]

    def __bool__(self):
        return bool(self.figures or self.tables)


class Drawn:
    """The pictures by name: those that there are."""

    def __init__(self, pictures):
        self.pictures = {p.figure.name: p for p in pictures if p.wide}

    def __call__(self, *names):
        return [self.pictures[name] for name in names if name in self.pictures]


def threads_section(results, drawn, ranked):
    """What was said of it, too; its verdict and its warnings are on the first screen where nothing else was compared."""
    said = answer.remarks_of(results, {row["trace"] for row in results.records("threads_remarks")}, "threads_remarks")
    doubts, alone = answer.untrusted(said), is_threads_alone(results)
    by_cpu = answer.threads_are_by_cpu(results)
    words = [tables.threads_words(results, {c.name for c in ranked}, by_cpu), *([] if alone else answer.threads_verdict(results)),
             *(remark for remark in said if remark not in doubts),
             *(["The picture is of elapsed time, in which the others' work is, too; the table has both."] if by_cpu else [])]
    return Section("threads", "Threads", words, drawn("threads"), [tables.threads(results)], [] if alone else doubts)


def is_threads_alone(results):
    return not results.records("comparison") and bool(tables.threads(results))


def first_sections(results, drawn, contenders, several):
    ranked = [c for c in contenders if c.rank]
    tails = [c for c in ranked if c.tail]
    quick = min(tails, key=lambda c: c.tail, default=None)
    steady = f"One allocation in a thousand takes {show.ns(quick.tail)} or longer with {quick.name}, the quickest there." if quick else ""
    settings = tables.variants(results)
    return [
        Section("time", "Time", [], drawn("throughput", *(["variants"] if settings else [])), [settings]),
        Section("memory", "Memory over time", [], drawn("resident")),
        Section("tails", "Tails: the slow calls", [steady], drawn("latency"), [tables.tails(results)]),
        threads_section(results, drawn, ranked),
        Section("return", "What comes back", [*workload_words(results), best_back(contenders)], drawn("return"), [tables.comes_back(results)]),
        Section("budget", "How little memory is enough", [
            "Libraries are given a budget on the writable memory that they reserve, in steps of 1 MiB, each step a whole replay."],
            [], [tables.least_memory(results)]),
        Section("programs", "Every program" if several else "All figures", [], [], [tables.every_program(results)]),
        Section("hosts", "Hosts", ["Ratios are within a host; hosts are a level of their intervals. No time of one is put together with another's."],
                [], [tables.hosts(results)]),
    ]


def workload_words(results):
    """What is replayed for the question what comes back: a generated burst, a trace with an end of its own, or both."""
    traces = {row["trace"] for name in ("return", "return_summary") for row in results.records(name)}
    generated = sorted(trace for trace in traces if trace in answer.BURSTS)
    words = []
    if generated:
        one = len(generated) == 1
        words.append(f"{show.listed(generated)} {'is a generated workload' if one else 'are generated workloads'}: a burst, nine tenths of it freed a second later, silence; the "
                     "same again, all of it freed, silence.")
    if traces - set(generated):
        words.append("What a trace leaves live at its end is freed, and then nothing happens for 10 s.")
    return words


def best_back(contenders):
    known = [c for c in contenders if c.back is not None]
    if not known:
        return ""
    best = max(known, key=lambda c: c.back)
    return f"Within 10 s after a burst {best.name} gives back {show.percent(best.back)} of what the program freed, the most of all."


def extremes(results, name, column):
    """(least, its trace, most, its trace) over simple's rows of real programs; None where there is none."""
    known = [(r.number(column), r["trace"]) for r in results.records(name)
             if r["allocator"] == "simple" and r.has_figures and r.number(column) is not None
             and max(r.number("trace_ops") or 0, r.number("ops") or 0) >= tables.FEW_OPS]
    return (*min(known), *max(known)) if known else None


def spread(results, name, column, shown, words):
    found = extremes(results, name, column)
    if not found:
        return ""
    least, where, most, there = found
    if where == there:
        return words.format(f"{shown(least)} ({where})")
    return words.format(f"{shown(least)} ({where}) to {shown(most)} ({there})")


def smallest_heap(results):
    ratios = {}
    for record in results.records("curve_summary"):
        value = tables.over("minimum_heap_bytes", "peak_live_bytes")(record)
        if value is not None and (record.number("ops") or 0) >= tables.FEW_OPS:
            ratios.setdefault(record["allocator"], []).append(value)
    simple, merging = (answer.geometric_mean(ratios.get(name, [])) for name in ("simple", "first-merge"))
    if not simple or not merging:
        return ""
    return (f"In the mean of the programs it completes in {show.ratio(simple)} the bytes that are live at most. Merging free neighbours "
            f"alone brings that to {show.ratio(merging)}.")


def second_sections(results, drawn):
    fits = explained.fits_of(explained.points_of(results.records("policies"), results.records("comparison")))
    return [
        Section("walks", "How far it walks", [
            spread(results, "walk_summary", "walk_mean", show.count, "A malloc examines {} ranges in the mean of a whole program."),
            "A free is a flipped bit. A malloc pays for it: it looks at every range from the start of the heap, in use or free, "
            "until one is free and long enough."], drawn("walk_length", "walk_distribution", "simple_latency"), [tables.walks(results)]),
        Section("waste", "What it wastes", [
            spread(results, "fragmentation_summary", "measure4", show.percent,
                   "At its largest the heap is {} larger than the most that was ever live."),
            "Nothing is lost in one place. Each split leaves a smaller rest, and no rest ever becomes part of a larger range again: "
            "what was once cut small stays small.",
            "In the table two bounds stand beside each program, without headers and alignment, so that they hold for every allocator. The optimum: the "
            "smallest heap that was found by knowing all lifetimes beforehand, within what is said of the smallest that could be. And Robson's lower bound (Journal of the ACM 21, 1974): M, the most that is live, "
            "times about 1 + log2(n) / 2, n being the largest block over the smallest. Some program with that M and n makes any allocator need at least so "
            "much that cannot move blocks. That is no ceiling, and says nothing of this program."], drawn("memory", "heap_map"), [tables.fragmentation(results)]),
        Section("failure", "When it fails", [
            smallest_heap(results),
            "A malloc fails for one of three reasons. full: less is free than it asks for. unmerged: adjacent free ranges would "
            "have held it. scattered: enough is free, but nowhere together."], drawn("curve"), [tables.curves(results)]),
        Section("ideas", "What each idea buys", [
            "The same heap, one idea added at a time, then other policies beside it: each idea's worth is a measured difference. Two rows of "
            "the table of policies are bounds: no heap is smaller than the most that is live, and Robson's is that of the section on waste."],
            drawn("ladder", "policies"), [tables.ladder(results), tables.policies(results)]),
        Section("explained", "What it explains of real allocators", explained.words_of(fits), drawn("explained"), [tables.explained(fits)]),
        Section("worst", "The worst that is known", [
            "An adversary sees every address that it is given and frees and allocates so as to make the holes useless. Robson "
            "proved in 1974 how much memory any allocator can be made to need that cannot move blocks."],
            drawn("adversary"), [tables.adversaries(results)]),
        Section("misuse", "When the program is wrong", [
            "C does not ask of malloc and free that they notice. Caught at once or late, the program is told; a crash tells it where "
            "the damage came to light; silent is what an attacker hopes for. Checked heaps look at each block that they are given."],
            [], [tables.misuse(results)]),
        Section("exact", "How this is known exactly", [
            "Walks and placements on these pages are computed by a model that keeps the ranges in a balanced tree and counts what a walk "
            "would have examined without walking. It agrees with the allocator on every placement and every walk."],
            drawn("model_speed"), [tables.model_speed(results)]),
    ]


def third_sections(results):
    return [Section("traces", "Every trace", [
        "By default the chosen few are taken; --all takes all, and any command takes any of them by name. Lifetimes are in operations; silent is the "
        "time in waits of more than 10 ms.", *alike.lines_of(results.records("catalogue"))], [], [tables.catalogue(results)])]


def colours(results):
    return {r["allocator"]: "#" + r["colour"] for r in results.records("allocators")
            if re.fullmatch("[0-9A-Fa-f]{6}", r["colour"])}


def left_out(results, pictures):
    """What is not on the pages: damaged files, figures without rows, what was not measured, and in whose words why."""
    return {
        "damaged": list(results.damaged.values()) + [str(p.failure) for p in pictures if isinstance(p.failure, figures.Broken)],
        "empty": [str(p.failure) for p in pictures if isinstance(p.failure, figures.Nothing)],
        "parts": answer.not_measured(results, answer.FIRST_PARTS),
        "science": answer.not_measured(results, answer.SECOND_PARTS),
        "files": [name + ".csv" for name in results.missing if name not in UNMISSED],
        "words": answer.left_out_words(results),
    }


def text_of(name):
    return read_file(os.path.join(HERE, name), 1 << 20).decode("utf-8")


def environment():
    made = jinja2.Environment(loader=jinja2.FunctionLoader(text_of), autoescape=True, trim_blocks=True, lstrip_blocks=True,
                              undefined=jinja2.StrictUndefined)
    made.filters.update(count=show.count, ratio=show.ratio, size=show.size, ns=show.ns, percent=show.percent, rounded=show.rounded)
    made.globals.update(interval=show.interval, share=answer.share, counted=show.counted, listed=show.listed)
    return made


def make(results, pictures, csv, lab):
    """The pages' texts by their names. `csv`: the folder of the result files, as the pages have it; `lab`: is there one beside them?"""
    drawn, contenders, traces = Drawn(pictures), answer.contenders_of(results), answer.traces_of(results)
    compared = answer.compared_of(results, traces)
    alone = is_threads_alone(results)
    remarks = answer.remarks_of(results, compared, "threads_remarks" if alone else "remarks")
    warnings = answer.warnings_of(results, remarks)
    if tables.threads(results):
        remarks = [words for words in remarks if "what threads cost each other" not in words]  # that is on the page
    lead, more = answer.verdict_of(results, contenders, compared)
    if alone:
        remarks = warnings  # the others are beside the figure
        lead, *more = answer.threads_verdict(results) or ["These results are of replays by the programs' own threads alone."]
    more += [words for words in [tables.threads_words(results, {c.name for c in contenders if c.rank}, answer.threads_are_by_cpu(results))] if words]
    first = [section for section in first_sections(results, drawn, contenders, len(compared) > 1) if section]
    second = [section for section in second_sections(results, drawn) if section]
    third = [section for section in third_sections(results) if section]
    script = text_of("page.js")
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    known = {"results": results, "traces": traces, "compared": compared, "contenders": contenders, "lead": lead, "more": more, "threads_alone": alone,
             "warnings": warnings, "remarks": [words for words in remarks if words not in warnings], "colours": colours(results), "csv": csv,
             "facts": [(key, results.said(key)) for key in PROVENANCE if results.said(key)],
             "left_out": left_out(results, pictures), "style": Markup(text_of("page.css")), "script": Markup(script),
             "most": MOST_NAMES, "lab": "lab.html" if lab else "", "digest": digest, "first": FIRST, "second": SECOND if second else "",
             "third": THIRD if third else "", "svg": Markup}
    made = {FIRST: environment().get_template("report.html").render(sections=first, **known)}
    if second:
        made[SECOND] = environment().get_template("science.html").render(sections=second, **known)
    if third:
        made[THIRD] = environment().get_template("traces.html").render(sections=third, **known)
    return made
