"""command_test - heapbench report: the whole page, parts of one, and everything that can go wrong around it."""

import atexit
import base64
import functools
import hashlib
import html.parser
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

import figures_test

HEAPBENCH = os.environ["HEAPBENCH"]
FIGURES = [os.path.basename(script)[:-3] for script in figures_test.SCRIPTS]


def until(holds, seconds=60):
    """What holds() says once it is true; its last word after so long."""
    end = time.monotonic() + seconds
    while not (found := holds()) and time.monotonic() < end:
        time.sleep(0.005)
    return found


def child_of(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as children:
        return children.read().split()[:1]


def is_over(pid):
    """It is gone, or a zombie that nobody waits for."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
            return stat.read().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


class Page(html.parser.HTMLParser):
    """What a page has: its text, its ids, its captions, and whether tags close."""

    VOID = {"meta", "br", "img", "link", "input", "hr"}

    def __init__(self, text):
        super().__init__()
        self.open, self.ids, self.references, self.tags, self.words, self.captions = [], [], [], [], [], []
        self.empty = []    # headings, innermost last, under which nothing has come yet
        self.hollow = []   # what was still empty when the next heading, or the end, came
        self.feed(text)
        self.hollow += self.empty

    LEVEL = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "th": 5}
    CONTENT = {"svg", "td", "li", "pre", "dd"}

    def note(self, tag, attrs):
        """A heading, or the name of a group of rows, is to be followed by something before the next one like it."""
        if tag in self.LEVEL and (tag != "th" or ("scope", "rowgroup") in attrs):
            self.hollow += [open for open in self.empty if self.LEVEL[open[0]] >= self.LEVEL[tag]]
            self.empty = [open for open in self.empty if self.LEVEL[open[0]] < self.LEVEL[tag]] + [(tag, self.getpos())]
        elif tag in self.CONTENT:
            self.empty = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.note(tag, attrs)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value)
            if name in ("href", "xlink:href", "src"):
                self.references.append(value)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if self.open.pop() != tag:
            raise ValueError(f"</{tag}> closes something else")

    def handle_data(self, data):
        self.words.append(data)
        if "figcaption" in self.open:
            self.captions.append(data)


def report_on(results, output, *arguments, env=None, cwd="/"):
    return subprocess.run([HEAPBENCH, "report", *arguments, "--results", results, "-o", output], capture_output=True,
                          text=True, cwd=cwd, env={**os.environ, "HEAPBENCH_PLOTS": os.environ["PLOTS"], **(env or {})}, check=False)


@functools.lru_cache(maxsize=None)
def drawn(names):
    """The report on results that nobody changed, drawn once: its folder and what was said."""
    output = tempfile.mkdtemp(prefix="heapbench-drawn")
    atexit.register(shutil.rmtree, output)
    return output, report_on(figures_test.made_results(names), output)


class Report(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="heapbench report' \"test $(x)")
        self.addCleanup(shutil.rmtree, self.folder)
        self.results = os.path.join(self.folder, "<results> & more")
        self.output = os.path.join(self.folder, "out")

    def run_report(self, *arguments, env=None, cwd=None):
        return subprocess.run([HEAPBENCH, "report", *arguments], capture_output=True, text=True, cwd=cwd or self.folder,
                              env={**os.environ, "HEAPBENCH_PLOTS": os.environ["PLOTS"], **(env or {})}, check=False)

    def report(self, *arguments, expect=0, env=None):
        """Runs it on the results into the output; the page's text and what was said."""
        done = self.run_report("--results", self.results, "-o", self.output, *arguments, env=env)
        self.assertEqual(done.returncode, expect, done.stderr)
        self.assertEqual(done.stdout, os.path.join(self.output, "report.html") + "\n")
        with open(os.path.join(self.output, "report.html"), encoding="utf-8") as page:
            return page.read(), done.stderr

    def page_drawn_once(self, names=(), name="report.html"):
        """The page's text and what was said, of results that nobody changed."""
        output, done = drawn(tuple(names))
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(os.path.join(output, name), encoding="utf-8") as page:
            return page.read(), done.stderr

    def both_pages(self):
        """Of the output: the two pages' texts together."""
        text = ""
        for name in ("report.html", "first-fit.html"):
            if os.path.exists(os.path.join(self.output, name)):
                with open(os.path.join(self.output, name), encoding="utf-8") as page:
                    text += page.read()
        return text

    def keep_only(self, *kept):
        """Leaves these files alone in the results: a figure or two instead of all."""
        for name in self.files(self.results):
            if name not in kept:
                os.remove(os.path.join(self.results, name))

    def add_to(self, name, line):
        path = os.path.join(self.results, name)
        with open(path, encoding="utf-8") as lines:
            rows = lines.read()
        with open(path, "w", encoding="utf-8") as out:
            out.write(line + "\n" + rows)

    def assert_fails(self, done, *words, status=1):
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertTrue(done.stderr.startswith("heapbench: "))
        for word in words:
            self.assertIn(word, done.stderr)

    def files(self, folder):
        return sorted(os.listdir(folder))

    def test_every_figure_is_drawn_and_shown_with_its_caption(self):
        shown, captions = 0, ""
        for name in ("report.html", "first-fit.html"):
            text, said = self.page_drawn_once(name=name)
            page = Page(text)
            self.assertEqual(said, "")
            self.assertEqual(page.open, [])
            shown += page.tags.count("svg")
            captions += " ".join(page.captions)
        self.assertEqual(shown, 2 * len(FIGURES))  # for a wide screen and for a narrow one
        self.assertEqual(self.files(os.path.join(drawn(())[0], "plots")), sorted(name + ".svg" for name in FIGURES))
        for script in figures_test.SCRIPTS:
            caption = figures_test.header(script).split("# Caption:")[1].split("\n#\n")[0].replace("\n#", " ").split()
            self.assertIn(" ".join(caption[:12]), captions)
            self.assertIn(" ".join(caption[-12:]), captions)

    def test_the_pages_need_nothing_from_anywhere(self):
        folder = drawn(())[0]
        for name in ("report.html", "first-fit.html"):
            text = self.page_drawn_once(name=name)[0]
            page = Page(text)
            self.assertEqual(len(page.ids), len(set(page.ids)))
            for reference in page.references:
                if reference.startswith("data:image/png;base64,"):
                    continue  # the picture itself
                if reference.startswith("#"):
                    self.assertIn(reference[1:], page.ids)
                else:
                    self.assertTrue(os.path.isfile(os.path.join(folder, reference)), reference)
            self.assertNotIn("link", page.tags)

    def test_only_our_own_script_may_run_and_the_page_says_so(self):
        text = self.page_drawn_once()[0]
        self.assertEqual(Page(text).tags.count("script"), 1)
        script = re.search("<script>(.*)</script>", text, re.S).group(1)
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        self.assertIn(f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{digest}'", text)

    def test_hostile_names_stay_text(self):
        figures_test.make_results(self.results, figures_test.HOSTILE)
        self.report()
        for name in ("report.html", "first-fit.html"):
            with open(os.path.join(self.output, name), encoding="utf-8") as file:
                text = file.read()
            page = Page(text)
            self.assertEqual(page.open, [])
            self.assertEqual(page.tags.count("script"), 1)
            self.assertEqual(text.count("<script"), 1)
            for hostile in figures_test.HOSTILE:
                self.assertIn(hostile, "".join(page.words))
        self.assertFalse(any("pwned" in name for name in self.files(self.folder)))

    def test_provenance_and_what_was_left_out_are_on_the_page_once(self):
        figures_test.make_results(self.results)
        self.keep_only("throughput.csv", "curve.csv")
        self.add_to("throughput.csv", "# machine   <b>a machine</b>")
        text, _ = self.report()
        self.assertIn("<dd>&lt;b&gt;a machine&lt;/b&gt;</dd>", text)
        self.assertEqual(text.count("<li>simple on everything after operation 120000"), 1)
        self.assertEqual(self.files(os.path.join(self.output, "csv")), ["curve.csv", "throughput.csv"])

    def test_an_unoptimised_build_is_said_on_the_page(self):
        self.assertNotIn("NOT OPTIMISED", self.page_drawn_once()[0])
        figures_test.make_results(self.results)
        self.keep_only("throughput.csv", "curve.csv")
        self.add_to("throughput.csv", "# build     NOT OPTIMISED: gcc, <Debug>")
        text, _ = self.report()
        self.assertIn("throughput.csv is of a build that is NOT OPTIMISED: gcc, &lt;Debug&gt;;", text)

    def test_png_files_on_request(self):
        figures_test.make_results(self.results)
        self.report("--png")
        self.assertEqual(self.files(os.path.join(self.output, "plots")),
                         sorted([name + ".svg" for name in FIGURES] + [name + ".png" for name in FIGURES]))

    def test_the_page_lands_beside_the_results_unless_told(self):
        figures_test.make_results(self.results, ["one"])
        self.keep_only("comparison.csv")
        done = self.run_report("--results", self.results)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.files(self.results), ["comparison.csv", "plots", "report.html"])
        self.assertEqual([name for name in self.files(self.results) if ".part" in name], [])

    def test_a_results_folder_that_cannot_be_written_is_said_before_anything_is_drawn(self):
        figures_test.make_results(self.results, ["one"])
        os.symlink("/dev/null/nowhere", os.path.join(self.results, "plots"))
        self.assert_fails(self.run_report("--results", self.results), "plots", "-o DIR writes elsewhere")

    def test_figures_are_drawn_in_every_locale(self):
        figures_test.make_results(self.results, ["one"])
        for locale in ["C", "POSIX", "xx_XX.unknown"]:
            _, said = self.report(env={"LC_ALL": locale})
            self.assertEqual(said, "")

    def test_a_picture_that_does_not_fit_on_the_disk_is_an_error(self):
        figures_test.make_results(self.results, ["one"])
        os.makedirs(os.path.join(self.output, "plots"))
        os.symlink("/dev/full", os.path.join(self.output, "plots", "throughput.svg"))
        self.assert_fails(self.run_report("--results", self.results, "-o", self.output), "cannot be written",
                          "No space left on device")
        self.assertNotIn("report.html", self.files(self.output))

    def test_latest_is_preferred_to_reference(self):
        for name, traces in (("reference", ["old"]), ("latest", ["new"])):
            self.results = os.path.join(self.folder, "results", name)
            figures_test.make_results(self.results, traces)
            self.keep_only("throughput.csv")
            done = self.run_report()
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(done.stdout, f"results/{name}/report.html\n")

    def test_partial_results_give_a_partial_page_that_says_so(self):
        figures_test.make_results(self.results)
        self.keep_only("comparison.csv")
        text, said = self.report()
        self.assertEqual(Page(text).tags.count("svg"), 2)
        self.assertEqual(said, "")
        self.assertEqual(re.findall('<section id="(.*?)"', text), ["answer", "time", "programs", "sources"])
        self.assertEqual(self.files(self.output), ["csv", "plots", "report.html"])
        self.assertEqual(Page(text).hollow, [])
        self.assertIn("<li>tails: how long single calls take: <code>heapbench run TRACE --results DIR</code></li>", text)
        absent = re.findall("<li>not measured: (.*)</li>", text)
        self.assertEqual(len(absent), 1)
        self.assertLessEqual({"walk_cost.csv", "failure_points.csv", "model_speed.csv"}, set(absent[0].split(", ")))

    def test_results_without_simple_leave_its_figures_out(self):
        figures_test.make_results(self.results)
        for name in self.files(self.results):
            path = os.path.join(self.results, name)
            with open(path, encoding="utf-8") as lines:
                kept = [line for line in lines if ",simple," not in line]
            with open(path, "w", encoding="utf-8") as out:
                out.writelines(kept)
        text, said = self.report()
        self.assertGreaterEqual(Page(text).tags.count("svg"), 4)
        self.assertIn("<li>walk_length: walk_cost.csv: no row that this figure could draw</li>", text)
        self.assertEqual(said, "")
        self.assertEqual(Page(text).hollow, [])

    def test_no_heading_is_empty_and_only_sections_with_content_are_named(self):
        page = Page(self.page_drawn_once()[0])
        self.assertEqual(page.hollow, [])
        figures_test.make_results(self.results, ["one"])
        for name in self.files(self.results):
            path = os.path.join(self.results, name)
            with open(path, encoding="utf-8") as lines:
                rows = lines.readlines()
            header = next(i for i, line in enumerate(rows) if not line.startswith("#"))
            with open(path, "w", encoding="utf-8") as out:
                out.writelines(rows if name == "curve.csv" else rows[:header + 1])
        self.report()
        text = self.both_pages()
        self.assertEqual(re.findall('<section id="(.*?)"', text), ["answer", "sources", "story", "failure", "sources"])
        self.assertEqual(re.findall('<a href="#(.*?)">', text), ["sources", "failure", "sources"])

    def test_the_checker_of_headings_sees_an_empty_one(self):
        for empty in ("<h2>a</h2><h2>b</h2><p>x<pre>y</pre></p>", "<h2>a</h2><h3>b</h3>", "<h2>a</h2><pre></pre><h3>b</h3>",
                      '<h2>a</h2><table><tr><th scope="rowgroup">b</th></tr><tr><th scope="rowgroup">c</th></tr><tr><td>1</td></tr></table>'):
            self.assertNotEqual(Page(empty).hollow, [], empty)

    def test_results_of_another_schema_are_named_with_both(self):
        figures_test.make_results(self.results, ["one"])
        path = os.path.join(self.results, "walk_cost.csv")
        with open(path, encoding="utf-8") as lines:
            rows = lines.read()
        with open(path, "w", encoding="utf-8") as out:
            out.write(re.sub(r"(# schema +walk_cost/)\d+", r"\g<1>0", rows))
        done = self.run_report(self.results, "-o", self.output)
        self.assert_fails(done, "walk_cost.csv: is of the schema walk_cost/0, and this heapbench draws walk_cost/", "measure again")
        self.assertFalse(os.path.exists(self.output))

    def test_a_damaged_file_is_named_with_its_line_and_exit_3(self):
        figures_test.make_results(self.results)
        with open(os.path.join(self.results, "walk_cost.csv"), "a", encoding="utf-8") as out:
            out.write("one,simple,ok\n")
        text, said = self.report(expect=3)
        self.assertRegex(said, r"heapbench: left out: .*walk_cost\.csv:\d+: fewer fields than the header has\n")
        self.assertRegex(text, r"<li class=\"damaged\">.*walk_cost\.csv:\d+: fewer fields")
        self.assertEqual(Page(self.both_pages()).tags.count("svg"), 2 * (len(FIGURES) - 1))

    def test_no_folder_no_results_and_a_file_for_a_folder_are_one_line_each(self):
        self.assert_fails(self.run_report("--results", self.results), self.results, "cannot be opened")
        os.mkdir(self.results)
        self.assert_fails(self.run_report("--results", self.results), "holds no results", "heapbench run")
        self.assert_fails(self.run_report(self.results), "holds no results", "heapbench run")
        self.assert_fails(self.run_report(), "results/latest", "name a folder", "a trace")
        figures_test.make_results(self.results, ["one"])
        with open(self.output, "w", encoding="utf-8"):
            pass
        self.assert_fails(self.run_report("--results", self.results, "-o", self.output), self.output)

    def test_a_folder_that_cannot_be_written_is_one_line_and_keeps_the_old_page(self):
        figures_test.make_results(self.results, ["one"])
        self.keep_only("comparison.csv")
        self.report()
        if os.geteuid() == 0:
            self.assert_fails(self.run_report("--results", self.results, "-o", "/proc/1/report"), "/proc/1/report")
            return
        os.chmod(os.path.join(self.output, "plots"), 0o500)
        self.addCleanup(os.chmod, os.path.join(self.output, "plots"), 0o700)
        self.assert_fails(self.run_report("--results", self.results, "-o", self.output), "cannot be written")
        self.assertIn("report.html", self.files(self.output))

    def test_no_gnuplot_names_the_package(self):
        figures_test.make_results(self.results, ["one"])
        os.symlink(sys.executable, os.path.join(self.folder, "python3"))
        done = self.run_report("--results", self.results, "-o", self.output, env={"PATH": self.folder})
        self.assert_fails(done, "gnuplot was not found", "gnuplot-nox")
        self.assertFalse(os.path.exists(self.output))

    def test_no_python_names_the_package(self):
        figures_test.make_results(self.results, ["one"])
        os.mkdir(os.path.join(self.folder, "empty"))
        done = self.run_report("--results", self.results, "-o", self.output, env={"PATH": os.path.join(self.folder, "empty")})
        self.assert_fails(done, "python3, which makes the page, could not be started", "apt-get install python3 python3-jinja2")
        self.assertFalse(os.path.exists(self.output))

    def test_a_gnuplot_that_complains_is_not_believed(self):
        figures_test.make_results(self.results, ["one"])
        fake = os.path.join(self.folder, "bin")
        os.mkdir(fake)
        for script, word in (("echo '<svg></svg>'; echo 'it is odd' >&2", "it is odd"), ("kill -SEGV $$", "signal 11"),
                             ("exit 5", "status 5")):
            with open(os.path.join(fake, "gnuplot"), "w", encoding="utf-8") as out:
                out.write(f"#!/bin/sh\n{script}\n")
            os.chmod(os.path.join(fake, "gnuplot"), 0o755)
            done = self.run_report("--results", self.results, "-o", self.output,
                                   env={"PATH": fake + ":" + os.environ["PATH"]})
            self.assertEqual(done.returncode, 3, done.stderr)
            self.assertEqual(done.stderr.count(word), len(FIGURES), done.stderr)
            self.assertEqual(self.files(os.path.join(self.output, "plots")), [])

    def test_the_users_own_gnuplot_settings_change_nothing(self):
        figures_test.make_results(self.results, ["one"])
        with open(os.path.join(self.folder, ".gnuplot"), "w", encoding="utf-8") as out:
            out.write("set terminal dumb\nset title 'mine'\n")
        before, after = self.page_drawn_once(["one"])[0], self.report(env={"HOME": self.folder})[0]
        self.assertEqual(re.sub("<dl.*", "", after), re.sub("<dl.*", "", before))

    def test_a_full_disk_is_exit_1_and_leaves_no_page(self):
        figures_test.make_results(self.results, ["one"])
        os.makedirs(self.output)
        os.symlink("/dev/full", os.path.join(self.output, "report.html"))
        done = self.run_report("--results", self.results, "-o", self.output)
        self.assert_fails(done, "/dev/full", "No space left")
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run([HEAPBENCH, "report", "--results", self.results], stdout=full, stderr=subprocess.PIPE, check=False)
        self.assertEqual(done.returncode, 1)

    def test_the_script_ends_with_the_command_that_started_it(self):
        figures_test.make_results(self.results, ["one", "two"])
        with subprocess.Popen([HEAPBENCH, "report", self.results], cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              env={**os.environ, "HEAPBENCH_PLOTS": os.environ["PLOTS"]}) as command:
            script = until(lambda: child_of(command.pid))
            self.assertTrue(script)
            command.kill()
        self.assertTrue(until(lambda: is_over(script[0])))
        self.assertFalse(os.path.exists(os.path.join(self.results, "report.html")))

    def test_wrong_usage_is_exit_2(self):
        for arguments in (["--resluts", "x"], ["too", "many"], ["--results"], ["x", "--results", "y"]):
            done = self.run_report(*arguments)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertEqual(done.stdout, "")
        done = self.run_report("--help")
        self.assertEqual(done.returncode, 0)
        self.assertIn("Example: heapbench report", done.stdout)

    def test_a_folder_is_an_argument_too(self):
        figures_test.make_results(self.results, ["one"])
        self.keep_only("throughput.csv")
        done = self.run_report(self.results)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout, os.path.join(self.results, "report.html") + "\n")


class OwnProgram(unittest.TestCase):
    """From a trace to the page of it: what is measured for it, and where it goes."""

    TRACE = "4096\n3\n20\n1\n" + "".join(f"a {i % 3} {100 + i}\nf {i % 3}\n" for i in range(10))

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="heapbench page")
        self.addCleanup(shutil.rmtree, self.folder)
        self.write("small.rep", self.TRACE)

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as out:
            out.write(text)

    def run_tool(self, *arguments, env=None):
        before = sorted(os.listdir(self.folder))
        done = subprocess.run([HEAPBENCH, *arguments], capture_output=True, text=True, cwd=self.folder, check=False,
                              env={**os.environ, "HEAPBENCH_PLOTS": os.environ["PLOTS"], **(env or {})})
        if "its figures are not kept" in done.stderr:
            self.assertEqual(sorted(os.listdir(self.folder)), before)
            self.skipTest("this build keeps no figures")
        return done

    def check_page(self, folder):
        with open(os.path.join(self.folder, folder, "report.html"), encoding="utf-8") as page:
            text = page.read()
        self.assertEqual(Page(text).hollow, [])
        self.assertIn("<h1>Which allocator should small use?</h1>", text)
        self.assertIn("<p><b>small</b> (20 operations, 109 B live at most)</p>", text)
        for name in ("throughput", "resident"):
            self.assertIn(name + ".svg", os.listdir(os.path.join(self.folder, folder, "plots")))
        return re.findall('<section id="(.*?)"', text)

    def test_run_and_report_give_a_page_of_the_trace(self):
        done = self.run_tool("run", "small.rep", "-a", "simple,glibc", "--rounds", "1", "--return", "--results", "out")
        self.assertEqual(done.returncode, 0, done.stderr)
        done = self.run_tool("report", "out")
        self.assertEqual((done.returncode, done.stdout), (0, "out/report.html\n"), done.stderr)
        self.assertEqual(self.check_page("out"), ["answer", "time", "memory", "tails", "return", "budget", "programs", "sources"])
        self.assertIn("first-fit.html", os.listdir(os.path.join(self.folder, "out")))

    def test_without_simple_nothing_is_said_of_it(self):
        done = self.run_tool("run", "small.rep", "-a", "glibc", "--rounds", "1", "--heap", "64M", "--results", "out")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.run_tool("report", "out").returncode, 0)
        self.assertEqual(self.check_page("out"), ["answer", "time", "memory", "tails", "budget", "programs", "sources"])
        self.assertNotIn("first-fit.html", os.listdir(os.path.join(self.folder, "out")))

    def test_what_threads_cost_is_not_left_out_where_it_was_measured_beside(self):
        self.write("two.txt", "t 1\na x 8\nt 2\nf x\n" * 5)
        done = self.run_tool("run", "two.txt", "-a", "simple,glibc", "--rounds", "1", "--results", "out")
        self.assertEqual(done.returncode, 0, done.stderr)
        for kept, left_out in ((True, False), (False, True)):
            if not kept:
                os.remove(os.path.join(self.folder, "out", "threads.csv"))
            self.assertEqual(self.run_tool("report", "out").returncode, 0)
            with open(os.path.join(self.folder, "out", "report.html"), encoding="utf-8") as page:
                self.assertEqual("<li>what threads cost each other: two was recorded from 2 threads" in page.read(), left_out)

    def test_a_trace_is_measured_first(self):
        done = self.run_tool("report", "small.rep")
        self.assertIn(done.returncode, (0, 3), done.stderr)
        self.assertTrue(done.stdout.startswith("small: 20 operations"), done.stdout)
        self.assertTrue(done.stdout.endswith("\nsmall-report/report.html\n"), done.stdout)
        self.assertIn("'heapbench report small-report' draws them again", done.stderr)
        self.check_page("small-report")

    def test_what_cannot_be_measured_is_one_line_and_leaves_nothing(self):
        self.run_tool("report", "small.rep", env={"HEAPBENCH_TRACES": "/nowhere"})  # or the build keeps no figures
        shutil.rmtree(os.path.join(self.folder, "small-report"))
        self.write("damaged.trace", "no trace")
        os.makedirs(os.path.join(self.folder, "others"))
        self.write("others/curve.csv", "trace\n")
        self.write("file", "")
        python = os.path.join(self.folder, "bin")
        os.mkdir(python)
        os.symlink(sys.executable, os.path.join(python, "python3"))
        before = sorted(os.listdir(self.folder))
        for arguments, env, word in (
                (["damaged.trace"], {}, "damaged.trace"),
                (["nothing"], {}, "nothing: neither a folder of results ('heapbench report DIR'"),
                (["nothing"], {}, "nor a trace ('heapbench report web.trace'"),
                (["small.rep"], {"PATH": python}, "gnuplot was not found"),
                (["small.rep", "-o", "others"], {}, "others/curve.csv: is of another measurement"),
                (["small.rep", "-o", "file"], {}, "file: ")):
            done = self.run_tool("report", *arguments, env=env)
            self.assertEqual((done.returncode, done.stdout, done.stderr.count("\n")), (1, "", 1), done.stderr)
            self.assertIn(word, done.stderr)
            self.assertEqual(sorted(os.listdir(self.folder)), before)


if __name__ == "__main__":
    tried = subprocess.run([sys.executable, "-B", os.path.join(os.environ["PLOTS"], "report.py"), "--try"], capture_output=True,
                           text=True, check=False)
    if tried.returncode != 0:
        print("skipped: " + tried.stderr)
        sys.exit(77)
    unittest.main()
