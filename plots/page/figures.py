"""figures.py - the figures: each is a gnuplot script whose own header says what it draws, of which file, and how to read it."""

import os
import re
import shutil
import subprocess
import xml.etree.ElementTree as xml

from page.source import Damaged, Failure, read_file

# Of the first page, then of the second, each in the order in which it tells its story.
FIRST = ["throughput", "variants", "resident", "latency", "threads", "return"]
SECOND = ["walk_length", "walk_distribution", "simple_latency", "memory", "heap_map", "curve", "ladder", "policies", "explained", "adversary", "model_speed"]
NOTHING_TO_DRAW = 2  # the exit status by which a script says, in one line, that its input has nothing for it
SECONDS = 300
MOST_PICTURE_BYTES = 64 << 20


class Nothing(Failure):
    """The file has no row for this figure."""


class Broken(Failure):
    """gnuplot failed or complained: the others are drawn all the same."""


def header_field(text, key):
    """The text after `key`, to the comment line that begins another field, as one line."""
    found = re.search(re.escape(key) + r"((?:.*)(?:\n#   .*)*)", text)
    return " ".join(found.group(1).replace("\n#", "\n").split()) if found else None


class Figure:
    """A script: its `title`, `caption`, `input` (the name of a result file, without its ending) and `schema`."""

    def __init__(self, folder, name):
        self.name = name
        self.script = os.path.join(os.path.realpath(folder), name + ".gp")
        text = read_file(self.script, 1 << 20).decode("utf-8")
        self.title = header_field(text, f"# {name}.gp - ")
        self.caption = header_field(text, "\n# Caption:")
        fed = header_field(text, "\n# Input:")
        for value, what in ((self.title, "a first line with its name and what it draws"), (self.caption, "'# Caption:'"),
                            (fed, "'# Input:'")):
            if not value:
                raise Damaged(f"{self.script}: its header lacks {what}")
        self.title = self.title.rstrip(".")
        self.input = fed.split(".csv")[0]
        found = re.search(r", schema (\S+)", fed)
        self.schema = found.group(1) if found else None

    def check(self, table):
        """A file that is read by names of columns would be half understood where these mean something else."""
        schema = table.said("schema")
        if schema and self.schema and schema != self.schema:
            raise Failure(f"{table.path}: is of the schema {schema}, and this heapbench draws {self.schema}: measure again")

    def draw(self, csv, terminal="svg"):
        """The picture of the file `csv`, as bytes; `terminal`: svg, narrow (for a phone) or png. No shell is between: names may hold anything."""
        # -d: without the user's own settings. In another locale than one of UTF-8 gnuplot complains of names, and some
        # write 0,5 for a half.
        environment = {**os.environ, "LC_ALL": "C.UTF-8"}
        try:
            done = subprocess.run(["gnuplot", "-d", "-c", self.script, csv, terminal], env=environment, check=False,
                                  stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS)
        except subprocess.TimeoutExpired:
            raise Broken(f"{self.name}: gnuplot was still drawing after {SECONDS} s") from None
        except OSError as error:
            raise not_started(error) from None
        self.judge(done, csv)
        return done.stdout

    def judge(self, done, csv):
        complaint = last_line(done.stderr)
        # Files are named with their folders, which are no news on a page.
        for folder in (os.path.dirname(csv), os.path.dirname(self.script)):
            complaint = complaint.replace(folder + "/", "")
        if done.returncode < 0:
            raise Broken(f"{self.name}: gnuplot was ended by signal {-done.returncode}")
        if done.returncode == NOTHING_TO_DRAW and complaint:
            raise Nothing(f"{self.name}: {complaint}")
        if complaint:
            raise Broken(f"{self.name}: gnuplot says: {complaint}")
        if done.returncode != 0:
            raise Broken(f"{self.name}: gnuplot failed with status {done.returncode}")
        if len(done.stdout) > MOST_PICTURE_BYTES:
            raise Broken(f"{self.name}: the picture is larger than {MOST_PICTURE_BYTES >> 20} MiB")


def not_started(error):
    if isinstance(error, FileNotFoundError):
        return Failure("gnuplot was not found, so no figure can be drawn; Debian and Ubuntu: apt-get install gnuplot-nox, "
                       "or run ./setup")
    return Failure(f"gnuplot could not be started: {error.strerror}")


def try_gnuplot():
    """To be asked before what takes long."""
    if shutil.which("gnuplot") is None:
        raise not_started(FileNotFoundError())


def last_line(said):
    """gnuplot shows the command first and then says what is wrong with it."""
    lines = [line.strip() for line in said.decode("utf-8", "replace").splitlines() if line.strip()]
    return "".join(c if c.isprintable() else " " for c in lines[-1])[:250] if lines else ""


SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
xml.register_namespace("", SVG)
xml.register_namespace("xlink", XLINK)
URL = re.compile(r"url\(#")


def describe(picture, name, title, description):
    """An SVG with a title and a description that a screen reader says, and without gnuplot's own tooltips; its ids begin
    with `name`, so that two pictures can stand on one page."""
    try:
        root = xml.fromstring(picture)
    except xml.ParseError as error:
        raise Broken(f"{name}: gnuplot's picture is no SVG: {error}") from None
    for parent in list(root.iter()):
        for child in [c for c in parent if c.tag in (f"{{{SVG}}}title", f"{{{SVG}}}desc")]:
            parent.remove(child)
        for key, value in parent.attrib.items():
            if key == "id":
                parent.set(key, f"{name}-{value}")
            elif key in ("href", f"{{{XLINK}}}href") and value.startswith("#"):
                parent.set(key, f"#{name}-{value[1:]}")
            elif "url(#" in value:
                parent.set(key, URL.sub(f"url(#{name}-", value))
    for index, (tag, text) in enumerate((("title", title), ("desc", description))):
        element = xml.Element(f"{{{SVG}}}{tag}", {"id": f"{name}-{tag}"})
        element.text = text
        root.insert(index, element)
    root.set("role", "img")
    root.set("aria-labelledby", f"{name}-title")
    root.set("aria-describedby", f"{name}-desc")
    return xml.tostring(root, encoding="unicode")
