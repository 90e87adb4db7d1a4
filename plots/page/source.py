"""source.py - result files in memory, checked: provenance, one header line, rows of as many fields.

The format is that of results/README.md and nothing more: lines of provenance begin with '#' and come first; fields
hold no comma, quote or control character and are valid UTF-8; the last line is ended. What breaks a rule is refused
with its line, so that what is made of a file need not be careful about anything but its own escaping.
"""

import math
import os
import re
import stat

MOST_BYTES = 64 << 20
MOST_COLUMNS = 64
MOST_PROVENANCE = 256
MOST_FIELDS = 4 << 20
MOST_NAMES = 64  # of traces or allocators in a figure or across a table: more, nobody can tell apart

# In the order in which their provenance is shown.
FILES = ["comparison", "remarks", "throughput", "variants", "latency", "threads", "threads_remarks", "return", "return_summary",
         "fragmentation", "fragmentation_summary", "failure_points", "least_memory", "walk_cost", "walk_lengths", "walk_summary", "heap_map",
         "policies", "curve", "curve_summary", "ladder", "adversary", "misuse", "model_speed", "catalogue", "allocators", "hosts",
         "units"]
# What no page misses: facts about allocators and traces, sentences that are there where something was compared, and what is of several hosts.
UNMISSED = {"allocators", "catalogue", "remarks", "threads_remarks", "hosts", "units"}
NO_FIGURES = {"crashed", "timeout", "unavailable", "broken"}


class Failure(Exception):
    """What could not be done, as one sentence for whoever asked."""


class Damaged(Failure):
    """A file is there and is no result."""


def open_file(path):
    """A regular file, for reading bytes; Failure says why not. Neither a pipe nor a device keeps anybody waiting."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        # A socket cannot be opened at all.
        raise Failure(f"{path}: cannot be read: {error.strerror}") from None
    except ValueError as error:  # no path has a NUL
        raise Failure(f"{path}: cannot be read: {error}") from None
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        kind = "it is a pipe; save what it gives as a file first" if stat.S_ISFIFO(mode) else \
            "it is a folder" if stat.S_ISDIR(mode) else "it is no file"
        raise Failure(f"{path}: cannot be read: {kind}")
    return open(descriptor, "rb")


def read_file(path, most=MOST_BYTES):
    """The bytes of a regular file of at most `most`; Failure says why not."""
    with open_file(path) as file:
        try:
            data = file.read(most + 1)
        except OSError as error:
            raise Failure(f"{path}: cannot be read: {error.strerror}") from None
    if len(data) > most:
        raise Failure(f"{path}: is larger than {most >> 20} MiB, which no result is")
    return data


# U+2028 and its like are no end of a line here: only \n is.
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")
ESCAPES = {"\\x2c": ",", "\\x22": '"', "\\x23": "#"}
ESCAPED = re.compile(r"\\x2[c23]")


def restore(field):
    """The characters that a field cannot hold as they are (results.h), given back."""
    return ESCAPED.sub(lambda found: ESCAPES[found.group()], field) if "\\" in field else field


class Table:
    """One result file: `columns`, `rows` (tuples of text), `provenance` (pairs of a key and what it says)."""

    def __init__(self, path, data=None):
        self.path = path
        self.name = os.path.basename(path)
        data = read_file(path) if data is None else data
        self.lines = self.cut_lines(data)
        self.provenance = self.take_provenance()
        self.columns = self.take_header()
        self.rows = self.take_rows()
        del self.lines

    def refuse(self, index, why):
        raise Damaged(f"{self.path}:{index + 1}: {why}")

    def cut_lines(self, data):
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            self.refuse(data.count(b"\n", 0, error.start), "not valid UTF-8")
        found = CONTROL.search(text)
        if found:
            self.refuse(text.count("\n", 0, found.start()), "holds a control character")
        if text and not text.endswith("\n"):
            self.refuse(text.count("\n"), "ends in the middle of a line")
        return text.split("\n")[:-1]

    def take_provenance(self):
        count = next((i for i, line in enumerate(self.lines) if not line.startswith("#")), len(self.lines))
        if count > MOST_PROVENANCE:
            self.refuse(MOST_PROVENANCE, f"more than {MOST_PROVENANCE} lines of provenance")
        if count == len(self.lines):
            self.refuse(count, "no header line")
        self.head = count
        return [cut_key(line) for line in self.lines[:count]]

    def take_header(self):
        line = self.lines[self.head]
        if '"' in line:
            self.refuse(self.head, "holds a quote, which no result does")
        columns = [restore(field) for field in line.split(",")]
        if len(columns) > MOST_COLUMNS:
            self.refuse(self.head, f"more than {MOST_COLUMNS} columns")
        if "" in columns:
            self.refuse(self.head, "a column has no name")
        if len(set(columns)) < len(columns):
            self.refuse(self.head, "two columns have the same name")
        return columns

    def take_rows(self):
        width = len(self.columns)
        if (len(self.lines) - self.head) * width > MOST_FIELDS:
            raise Damaged(f"{self.path}: has more than {MOST_FIELDS} fields, which no result has")
        rows = []
        for index in range(self.head + 1, len(self.lines)):
            line = self.lines[index]
            if line.startswith("#"):
                self.refuse(index, "a line of provenance after the header")
            if '"' in line:
                self.refuse(index, "holds a quote, which no result does")
            fields = tuple(line.split(","))
            if len(fields) != width:
                self.refuse(index, f"{'fewer' if len(fields) < width else 'more'} fields than the header has")
            rows.append(tuple(map(restore, fields)) if "\\" in line else fields)
        return rows

    def said(self, key):
        """What the first line of provenance with this key says; None where there is none."""
        return next((text for known, text in self.provenance if known == key), None)

    def all_said(self, key):
        return [text for known, text in self.provenance if known == key]

    def records(self):
        """The rows as dictionaries. A column that is not there is one of which nothing is known."""
        return [Record(zip(self.columns, row)) for row in self.rows]

    def names(self, column):
        """The distinct values of a column, empty ones apart, in the order of the file."""
        if column not in self.columns:
            return []
        at = self.columns.index(column)
        return [name for name in dict.fromkeys(row[at] for row in self.rows) if name]


class Record(dict):
    """A row by the names of its columns."""

    def __missing__(self, column):
        return ""

    def number(self, column):
        return number(self[column])

    @property
    def has_figures(self):
        return self["status"] not in NO_FIGURES


KEYS = ("left out",)  # of two words


def cut_key(line):
    """("machine", "AMD EPYC, ...") of "# machine   AMD EPYC, ..."."""
    line = line[1:].strip(" ")
    for key in KEYS:
        if line.startswith(key + " "):
            return key, line[len(key):].strip(" ")
    key, _, text = line.partition(" ")
    return key, text.strip(" ")


LOOKS_LIKE_NUMBER = re.compile(r"[0-9][0-9]*(\.[0-9]*)?([eE][+-]?[0-9]+)?")


def number(text):
    """A finite number of 0 or more; None where the text is empty or anything else."""
    if not LOOKS_LIKE_NUMBER.fullmatch(text):
        return None
    value = float(text)
    return value if math.isfinite(value) else None


def holds_results(folder):
    return any(os.path.lexists(os.path.join(folder, name + ".csv")) for name in FILES)


class Results:
    """The files of a folder: `tables` by name, and why others are not there: `missing`, `damaged`."""

    def __init__(self, folder):
        self.folder = os.path.realpath(folder)
        if not os.path.isdir(self.folder):
            why = "it is no folder" if os.path.exists(self.folder) else "No such file or directory"
            raise Failure(f"{folder}: cannot be opened: {why}")
        if not holds_results(self.folder):
            raise Failure(f"{folder}: holds no results; 'heapbench run --results {folder}' makes some")
        self.tables, self.missing, self.damaged = {}, [], {}
        for name in FILES:
            path = os.path.join(self.folder, name + ".csv")
            if not os.path.lexists(path):
                self.missing.append(name)
                continue
            try:
                self.tables[name] = Table(path)
            except Failure as failure:
                self.damaged[name] = str(failure)

    def __contains__(self, name):
        return name in self.tables

    def records(self, name):
        return self.tables[name].records() if name in self.tables else []

    def said(self, key):
        """What the first file with that line of provenance says; "" where none does."""
        return next((table.said(key) for table in self.tables.values() if table.said(key)), "")
