#!/usr/bin/env python3
"""report.py - the page that says which allocator to use, and the page of first fit's science, from result files alone.

Usage:  report.py [DIR] [-o DIR] [--png]       what `heapbench report` runs; results/latest, else results/reference, without DIR
Input:  the CSV files of DIR (results/README.md); what they lack is left out, and said
Output: report.html and, where there is something for it, first-fit.html; plots/ with the figures. Prints the first one's path
Exit:   0 done; 1 it could not be done, for the reason on standard error; 3 done, but for a part
"""

import signal

signal.signal(signal.SIGINT, signal.SIG_DFL)  # at once and without a traceback, even now
signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])  # whoever started this held it until here

import argparse  # noqa: E402
import concurrent.futures  # noqa: E402
import ctypes  # noqa: E402
import os  # noqa: E402
import sys  # noqa: E402

sys.dont_write_bytecode = True  # an installed tree stays as it is
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

try:
    import jinja2  # noqa: F401 (whether it is there)
except ImportError:
    SYSTEM = "/usr/bin/python3"
    # A python3 of one's own, before that of the system, which has the packages.
    if os.path.realpath(sys.executable) != os.path.realpath(SYSTEM) and os.path.exists(SYSTEM):
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
        os.execv(SYSTEM, [SYSTEM, "-B", *sys.argv])
    print("heapbench: Jinja2, which makes the page, was not found; Debian and Ubuntu: apt-get install python3-jinja2, or "
          "run ./setup", file=sys.stderr)
    sys.exit(1)

from page import figures, pages  # noqa: E402
from page.output import printable, tell, write_whole  # noqa: E402
from page.source import Failure, Results, holds_results  # noqa: E402

DONE, FAILED, PARTIAL = 0, 1, 3


class Picture:
    """A figure of the page: its SVG for a wide and for a narrow screen, or the reason why there is none."""

    def __init__(self, figure):
        self.figure = figure
        self.wide = self.narrow = self.failure = None

    def draw(self, csv, plots, png):
        figure = self.figure
        try:
            wide, narrow = (figures.describe(figure.draw(csv, terminal), f"{figure.name}-{terminal}", figure.title, figure.caption)
                            for terminal in ("svg", "narrow"))
            write_whole(os.path.join(plots, figure.name + ".svg"), wide.encode("utf-8"))
            if png:
                write_whole(os.path.join(plots, figure.name + ".png"), figure.draw(csv, "png"))
        except (figures.Nothing, figures.Broken) as failure:
            self.failure = failure
            return
        self.wide, self.narrow = wide, narrow


def read_figures(folder, results):
    """The figures whose file was read, each with a script that reads that file as it is."""
    pictures = []
    for name in figures.FIRST + figures.SECOND:
        if not os.path.exists(os.path.join(folder, name + ".gp")):
            continue
        figure = figures.Figure(folder, name)
        if figure.input in results:
            figure.check(results.tables[figure.input])
            pictures.append(Picture(figure))
    return pictures


def make_folder(path, chosen):
    """The folder to write to, and whether it can be written: drawing first would be in vain."""
    hint = "" if chosen else "; -o DIR writes elsewhere"
    try:
        os.makedirs(os.path.join(path, "plots"), exist_ok=True)
    except OSError as error:
        raise Failure(f"{error.filename}: cannot be made: {error.strerror}{hint}") from None
    for place in (path, os.path.join(path, "plots")):
        if not os.access(place, os.W_OK | os.X_OK):
            raise Failure(f"{place}: cannot be written{hint}")


def draw_all(pictures, results, output, png):
    plots = os.path.join(output, "plots")
    shown = sys.stderr.isatty()
    with concurrent.futures.ThreadPoolExecutor(max(1, os.cpu_count() or 1)) as pool:
        jobs = [pool.submit(picture.draw, os.path.join(results.folder, picture.figure.input + ".csv"), plots, png)
                for picture in pictures]
        try:
            for done, job in enumerate(concurrent.futures.as_completed(jobs), 1):
                job.result()
                if shown:
                    print(f"\rdrawing: {done} of {len(jobs)}\033[K", end="", file=sys.stderr, flush=True)
        finally:
            for job in jobs:
                job.cancel()
            if shown:
                print("\r\033[K", end="", file=sys.stderr, flush=True)


def tell_left_out(pictures, results):
    """A line for each file that is damaged and each figure that failed. True: there was one."""
    said = list(results.damaged.values()) + [str(p.failure) for p in pictures if isinstance(p.failure, figures.Broken)]
    for text in said:
        tell("left out: " + text)
    return bool(said)


def copy_files(results, output):
    """For whoever reads the page elsewhere: the files beside it. Returns their folder as the page has it."""
    if os.path.realpath(output) == results.folder:
        return ""
    folder = os.path.join(output, "csv")
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise Failure(f"{folder}: cannot be made: {error.strerror}") from None
    for name in results.tables:
        with open(os.path.join(results.folder, name + ".csv"), "rb") as file:
            write_whole(os.path.join(folder, name + ".csv"), file.read())
    return "csv/"


def default_results():
    found = next((folder for folder in ("results/latest", "results/reference") if holds_results(folder)), None)
    if found is None:
        raise Failure("neither results/latest nor results/reference holds results here; name a folder, or a trace to be "
                      "measured: 'heapbench report web.trace'")
    return found


def report(options):
    results_folder = options.results or default_results()
    output = options.output or results_folder
    results = Results(results_folder)
    pictures = read_figures(HERE, results)
    figures.try_gnuplot()
    make_folder(output, options.output is not None)
    draw_all(pictures, results, output, options.png)
    partial = tell_left_out(pictures, results)
    csv = copy_files(results, output)
    made = pages.make(results, pictures, csv, os.path.exists(os.path.join(output, "lab.html")))
    for name, text in made.items():
        write_whole(os.path.join(output, name), text.encode("utf-8"))
    for name in set(pages.NAMES) - set(made):
        if os.path.lexists(os.path.join(output, name)):
            os.remove(os.path.join(output, name))  # of results that were here before
    print(printable(os.path.join(output, "report.html")), flush=True)
    return PARTIAL if partial else DONE


def end_with(parent):
    """This process ends when the one that started it does, however that ends: nobody waits for the page any more."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG; files are written whole or not at all
    if os.getppid() != parent:
        sys.exit(FAILED)


def parse(arguments):
    parser = argparse.ArgumentParser(prog="report.py", description=__doc__.split("\n")[0].split(" - ")[1])
    parser.add_argument("results", nargs="?", metavar="DIR", help="the folder of results")
    parser.add_argument("-o", "--output", metavar="DIR", help="write DIR/report.html and DIR/plots/")
    parser.add_argument("--png", action="store_true", help="draw PNG files beside the SVG ones")
    parser.add_argument("--try", dest="only_try", action="store_true", help="only say whether there is all that this needs")
    parser.add_argument("--parent", type=int, metavar="PID", help="end when this process, which started it, ends")
    return parser.parse_args(arguments)


def main(arguments):
    options = parse(arguments)
    if options.parent is not None:
        end_with(options.parent)
    try:
        if options.only_try:
            figures.try_gnuplot()
            return DONE
        return report(options)
    except Failure as failure:
        tell(str(failure))
    except MemoryError:
        tell("out of memory for the page")
    except OSError as error:  # standard output, or a place that vanished
        tell(f"{error.filename or 'standard output'}: {error.strerror}")
    return FAILED


if __name__ == "__main__":
    code = main(sys.argv[1:])
    try:
        sys.stdout.flush()
    except OSError:
        os._exit(FAILED)  # it was said
    sys.exit(code)
