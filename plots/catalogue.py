#!/usr/bin/env python3
"""catalogue.py - what each trace is, in figures, and which traces are alike: a result file, or a table for people.

Usage:  catalogue.py [--heapbench PROGRAM] [--results DIR]       writes DIR/catalogue.csv, which `heapbench report DIR` makes a page of
        catalogue.py ... --markdown FILE                         writes FILE instead
Input:  `heapbench list --json`, `heapbench info --json` of every trace; the first sentence of its recipe; and
        DIR/comparison.csv, where it is there: how far apart allocators are
Read:   results/README.md has the columns, "Catalogue of traces" the distance
Exit:   0 done; 1 it could not be done, for the reason on standard error
"""

import argparse
import concurrent.futures
import json
import os
import re
import subprocess
import sys
import textwrap

sys.dont_write_bytecode = True  # an installed tree stays as it is
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from page import alike, show  # noqa: E402
from page.output import tell, write_whole  # noqa: E402
from page.source import Failure, Table  # noqa: E402

COLUMNS = ["trace", "chosen", "what", "ops", "objects", "peak_live_bytes", "peak_live_objects", "size_p50", "size_p99", "size_mean",
           "lifetime_p50", "lifetime_p90", "never_freed_share", "threads", "busiest_thread_share", "handovers", "duration_us", "silent_us",
           "realloc_share", "file_bytes", "fastest", "slowest", "time_spread", "memory_spread",
           "nearest", "nearest_distance", "stands_for_it", "stands_distance", "recipe_seconds"]
ESCAPES = {",": "\\x2c", '"': "\\x22", "#": "\\x23"}


def ask(program, *arguments):
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    if done.returncode not in (0, 3):
        raise Failure(done.stderr.strip().removeprefix("heapbench: ") or f"{program} {arguments[0]} ended with {done.returncode}")
    return json.loads(done.stdout)


def recipe_of(trace_path, name):
    """The text of the recipe that records the trace; empty where there is none."""
    folder = os.path.dirname(trace_path)
    for place in ("../recipes", "../../recipes"):
        recipe = os.path.join(folder, place, name + ".sh")
        if os.path.isfile(recipe):
            with open(recipe, encoding="utf-8") as file:
                return file.read()
    return ""


def sentence_of(recipe, command):
    """What the recipe's head says that it records; where there is no recipe, the command."""
    if not recipe:
        return " ".join(command) if isinstance(command, list) else command or "made by hand"
    head = re.split(r"\n#\n|\n[^#]", recipe, maxsplit=1)[0]
    text = " ".join(line.lstrip("# ") for line in head.split("\n")[1:])
    return re.split(r"(?<=\w)\.(?= |$)", text.split(" - ", 1)[1], maxsplit=1)[0]


def seconds_of(recipe):
    """How long its head says that it takes."""
    said = re.search(r"(?m)^# Takes: (\d+) s$", recipe)
    return int(said[1]) if said else None


def facts_of(program, trace):
    info = ask(program, "info", "--json", trace["path"])
    recipe = recipe_of(trace["path"], trace["name"])
    silent = None if info["duration_us"] is None else info["duration_us"] - info["burst_us"]
    return {"trace": trace["name"], "chosen": "yes" if trace["chosen"] else "no",
            "what": sentence_of(recipe, info.get("command")), "recipe_seconds": seconds_of(recipe),
            **{key: info[key] for key in COLUMNS if key in info},
            "never_freed_share": info["live_objects_at_end"] / max(1, info["objects"]),
            "busiest_thread_share": max(info["ops_by_thread"], default=0) / max(1, info["ops"]),
            "realloc_share": info["reallocs"] / max(1, info["ops"]), "silent_us": silent}


def add_spreads(rows, results):
    """How far apart the ranked allocators are on each trace that was compared."""
    path = os.path.join(results, "comparison.csv")
    if not os.path.exists(path):
        return
    ranked = [r for r in Table(path).records() if r.number("rank") and r["status"] == "ok"]
    for row in rows:
        here = [r for r in ranked if r["trace"] == row["trace"]]
        times = sorted((r.number("ns_per_op"), r["allocator"]) for r in here if r.number("ns_per_op"))
        peaks = [r.number("peak_resident_bytes") for r in here if r.number("peak_resident_bytes")]
        if len(times) > 1:
            row.update(fastest=times[0][1], slowest=times[-1][1], time_spread=times[-1][0] / times[0][0])
        if len(peaks) > 1:
            row.update(memory_spread=max(peaks) / min(peaks))


def add_likeness(rows):
    """Which is nearest to each, and which of the chosen ones. Returns what there is to say of all."""
    real = [row for row in rows if row["ops"] >= alike.FEW_OPS]
    distances = alike.distances_of([row.get for row in real]) if real else []
    chosen = [i for i, row in enumerate(real) if row["chosen"] == "yes"]
    for i, row in enumerate(real):
        near = alike.nearest(distances, i, range(len(real)))
        if near is not None:
            row.update(nearest=real[near]["trace"], nearest_distance=distances[i][near])
        if chosen:
            near = min(chosen, key=lambda j: distances[i][j])
            row.update(stands_for_it=real[near]["trace"], stands_distance=distances[i][near])
    return alike.words_of([row["trace"] for row in real], chosen, distances)


def make(program, results):
    traces = [trace for trace in ask(program, "list", "--json")["traces"] if "error" not in trace]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        rows = list(pool.map(lambda trace: facts_of(program, trace), traces))
    add_spreads(rows, results)
    return rows, add_likeness(rows)


# -- the result file --

def field(value):
    if value is None:
        return ""
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    return re.sub('[,"#]', lambda found: ESCAPES[found.group()], text)


def csv_of(rows, program):
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    lines = [f"# {version}", "# command   plots/catalogue.py", "# schema    catalogue/1", ",".join(COLUMNS)]
    return "\n".join(lines + [",".join(field(row.get(name)) for name in COLUMNS) for row in rows]) + "\n"


# -- the table for people --

def spread(value):
    return show.UNKNOWN if value is None else f"{value:.2f}"


MARKDOWN = [
    ("trace", lambda r: f"**{r['trace']}**" if r["chosen"] == "yes" else r["trace"]), ("what", lambda r: r["what"]),
    ("operations", lambda r: show.count(r["ops"])), ("objects", lambda r: show.count(r["objects"])),
    ("peak live", lambda r: show.size(r["peak_live_bytes"])), ("size, median", lambda r: show.size(r["size_p50"])),
    ("size, p99", lambda r: show.size(r["size_p99"])), ("lifetime, median", lambda r: show.count(r["lifetime_p50"])),
    ("lifetime, p90", lambda r: show.count(r["lifetime_p90"])), ("threads", lambda r: show.count(r["threads"])),
    ("hand-overs", lambda r: show.count(r["handovers"])), ("silent", lambda r: show.silence(None if r["silent_us"] is None else r["silent_us"] / 1e6)),
    ("reallocs", lambda r: show.percent(100 * r["realloc_share"])), ("time, slowest / fastest", lambda r: spread(r.get("time_spread"))),
    ("peak memory, most / least", lambda r: spread(r.get("memory_spread"))),
    ("recipe takes", lambda r: show.UNKNOWN if r["recipe_seconds"] is None else f"{r['recipe_seconds']} s"),
]
LIKENESS = [
    ("trace", MARKDOWN[0][1]), ("most alike", lambda r: r["nearest"]), ("distance", lambda r: spread(r["nearest_distance"])),
    ("the chosen one that stands for it", lambda r: r["stands_for_it"] if r["chosen"] == "no" else "itself"),
    ("distance", lambda r: spread(r["stands_distance"]) if r["chosen"] == "no" else "0"),
]


def table_of(columns, rows):
    lines = ["| " + " | ".join(title for title, _ in columns) + " |",
             "|" + "|".join("---" if title in ("trace", "what", "most alike") or "stands" in title else "--:" for title, _ in columns) + "|"]
    return "\n".join(lines + ["| " + " | ".join(get(row).replace("|", "\\|") for _, get in columns) + " |" for row in rows]) + "\n"


def wrapped(text):
    return textwrap.fill(text, 140, break_long_words=False, break_on_hyphens=False)


def markdown_of(rows, said):
    return ("# The traces\n\n" + wrapped(
        "Made by plots/catalogue.py of the traces, of the heads of their [recipes](recipes) and, for how far apart allocators are, of "
        "[comparison.csv](../results/library/comparison.csv), which is of one machine: not to be edited. Bold: the few that `heapbench run`, the "
        "benchmarks and the report take by default; `--all` takes all, and any command takes any of them by name. Lifetimes are in operations; "
        "*silent* is the time in waits of more than 10 ms, a dash where the trace has no times; a recipe takes so long on two cores of that machine.")
            + "\n\n" + table_of(MARKDOWN, rows) + "\n## Which are alike\n\n" + "\n\n".join(map(wrapped, said))
            + "\n\n" + table_of(LIKENESS, [row for row in rows if "nearest" in row]))


def find_program():
    built = os.path.join(HERE, "../build/release/bin/heapbench")
    installed = os.path.join(HERE, "../../../bin/heapbench")
    return os.environ.get("HEAPBENCH") or next((p for p in (built, installed) if os.path.exists(p)), "heapbench")


def main(arguments):
    parser = argparse.ArgumentParser(prog="catalogue.py", description=__doc__.split("\n")[0].split(" - ")[1])
    parser.add_argument("--heapbench", default=find_program(), metavar="PROGRAM", help="the tool (default: %(default)s)")
    parser.add_argument("--results", default=os.path.join(HERE, "../results/library"), metavar="DIR",
                        help="where comparison.csv is, and catalogue.csv is written (default: results/library)")
    parser.add_argument("--markdown", metavar="FILE", help="write a table for people instead")
    options = parser.parse_args(arguments)
    try:
        rows, said = make(options.heapbench, options.results)
        if options.markdown:
            write_whole(options.markdown, markdown_of(rows, said).encode())
        else:
            write_whole(os.path.join(options.results, "catalogue.csv"), csv_of(rows, options.heapbench).encode())
    except (Failure, OSError) as failure:
        tell(str(failure))
        return 1
    print(options.markdown or os.path.join(options.results, "catalogue.csv"))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
