"""figures_test - every gnuplot script on invented results: well-formed, silent, and unharmed by what it is given."""

import atexit
import functools
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

HERE = os.path.dirname(os.path.abspath(__file__))
PLOTS = os.environ["PLOTS"]
MAKE = os.path.join(HERE, "make_results.py")
SCRIPTS = sorted(p for p in glob.glob(os.path.join(PLOTS, "*.gp")) if os.path.basename(p) not in ("style.gp", "ratios.gp"))
# Some figures are not about traces, and some do not name them: they have tests of their own.
LADDER = os.path.join(PLOTS, "ladder.gp")
RETURN = os.path.join(PLOTS, "return.gp")  # draws four of them, and no allocator of ours
ADVERSARY = os.path.join(PLOTS, "adversary.gp")
MODEL_SPEED = os.path.join(PLOTS, "model_speed.gp")
VARIANTS = os.path.join(PLOTS, "variants.gp")
EXPLAINED = os.path.join(PLOTS, "explained.gp")  # reads two files
# One is about policies and not about allocators.
POLICIES = os.path.join(PLOTS, "policies.gp")
HOSTILE = ["<script>alert(1)</script>", "it's $(touch pwned) `touch pwned`", "a_b^{c} @d & {/=40 e}", "back\\slash %s %d\\", "*",
           "{", "naïve – 東京", "x" * 200]


@functools.lru_cache(maxsize=None)
def made_results(names):
    """A folder of the results for these traces, made once."""
    folder = tempfile.mkdtemp(prefix="heapbench-made")
    atexit.register(shutil.rmtree, folder)
    subprocess.run([sys.executable, MAKE, folder, *names], check=True)
    return folder


def make_results(folder, names=()):
    shutil.copytree(made_results(tuple(names)), folder, dirs_exist_ok=True)


def header(script):
    with open(script, encoding="utf-8") as lines:
        return "".join(line for line in lines if line.startswith("#"))


def input_of(script):
    return header(script).split("# Input:")[1].split(",")[0].strip()


def draw(script, csv, *more, cwd=None, **environment):
    return subprocess.run(["gnuplot", "-d", "-c", script, csv, *more], capture_output=True, cwd=cwd, check=False,
                          env=dict(os.environ, **environment))


class Figures(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="heapbench plots' \"test")
        self.addCleanup(shutil.rmtree, self.folder)

    def each_script(self):
        """Those that draw traces."""
        self.assertGreaterEqual(len(SCRIPTS), 10)
        return [script for script in SCRIPTS if script not in (ADVERSARY, MODEL_SPEED, VARIANTS, EXPLAINED)]

    def assert_drawn(self, script, csv, done=None):
        """Silent, exit 0, a well-formed SVG; returns its texts. `done`: it was drawn already."""
        done = done or draw(script, csv, cwd=self.folder)
        self.assertEqual(done.stderr.decode(), "", script)
        self.assertEqual(done.returncode, 0, script)
        root = xml.etree.ElementTree.fromstring(done.stdout)
        self.assertTrue(root.tag.endswith("}svg"))
        return ["".join(node.itertext()) for node in root.iter() if node.tag.endswith("}text")]

    def test_each_number_of_traces_is_drawn(self):
        for count in (1, 4, 12):
            results = os.path.join(self.folder, str(count))
            make_results(results, [f"trace_{i}" for i in range(count)])
            for script in self.each_script():
                texts = self.assert_drawn(script, os.path.join(results, input_of(script)))
                for i in range(0 if script in (LADDER, POLICIES) else min(count, 4) if script == RETURN else count):
                    self.assertTrue(any(f"trace_{i}" in text for text in texts), f"trace_{i} is not named")

    def test_hostile_names_are_only_names(self):
        make_results(self.folder, HOSTILE)
        for script in self.each_script():
            texts = " ".join(self.assert_drawn(script, os.path.join(self.folder, input_of(script))))
            for name in ("<script>alert", "it's $(touch", "a_b^{c} @d") if script not in (LADDER, POLICIES) else ():
                self.assertIn(name, texts)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "pwned")))

    def test_a_missing_input_is_exit_2_and_one_line(self):
        for script in self.each_script():
            for csv in ("", "not there.csv", "it's $(touch pwned).csv", self.folder):
                done = draw(script, csv, cwd=self.folder)
                self.assertEqual(done.returncode, 2, csv)
                self.assertEqual(done.stderr.decode().count("\n"), 1)
                self.assertIn("cannot be read", done.stderr.decode())
                self.assertEqual(done.stdout, b"")
        self.assertFalse(os.path.exists(os.path.join(self.folder, "pwned")))

    def test_an_input_without_rows_is_exit_2_and_one_line(self):
        make_results(self.folder, ["one"])
        for script in self.each_script():
            csv = os.path.join(self.folder, input_of(script))
            with open(csv, encoding="utf-8") as lines:
                kept = [line for line in lines if line.startswith("#") or line.startswith("trace,")]
            empty = csv + ".empty"
            with open(empty, "w", encoding="utf-8") as out:
                out.writelines(kept)
            done = draw(script, empty)
            self.assertEqual(done.returncode, 2)
            self.assertIn("no row that this figure could draw", done.stderr.decode())
            self.assertEqual(done.stderr.decode().count("\n"), 1)

    def test_a_missing_column_is_named_in_one_line(self):
        make_results(self.folder, ["one"])
        for script in self.each_script():
            csv = os.path.join(self.folder, input_of(script))
            with open(csv, encoding="utf-8") as lines:
                text = lines.read().replace("\ntrace,", "\nprogram,")
            with open(csv + ".renamed", "w", encoding="utf-8") as out:
                out.write(text)
            done = draw(script, csv + ".renamed")
            self.assertEqual(done.returncode, 2)
            self.assertEqual(done.stderr.decode(), f"{csv}.renamed: no column trace\n")

    def test_a_trace_of_a_few_operations_is_left_out_unless_it_is_alone(self):
        make_results(self.folder, ["long"])
        for script in self.each_script():
            csv = os.path.join(self.folder, input_of(script))
            with open(csv, encoding="utf-8") as lines:
                text = lines.read()
            names = [line for line in text.split("\n") if line.startswith("trace,")][0].split(",")
            if not {"op", "ops"} & set(names) or os.path.basename(csv) == "fragmentation_summary.csv":
                continue
            rows = [dict(zip(names, line.split(","))) for line in text.split("\n") if line.startswith("long,")]
            for row in rows:
                row["trace"] = "tiny"
                for column in {"op", "ops", "trace_ops", "first_failure"} & set(names):
                    row[column] = row[column] and str(int(row[column]) % 90 + 1)
            tiny = "".join(",".join(row[name] for name in names) + "\n" for row in rows)
            both, alone = csv + ".both", csv + ".alone"
            for path, content in ((both, text + tiny), (alone, text[:text.index("\nlong,") + 1] + tiny)):
                with open(path, "w", encoding="utf-8") as out:
                    out.write(content)
            self.assertFalse(any("tiny" in text for text in self.assert_drawn(script, both)), script)
            texts = self.assert_drawn(script, alone)
            if script in (LADDER, POLICIES):
                self.assertEqual(self.assert_drawn(script, both), self.assert_drawn(script, csv))
            else:
                self.assertTrue(any("tiny" in text for text in texts), script)

    def test_one_allocator_alone_is_drawn_or_refused_in_one_line(self):
        make_results(self.folder, ["one", "two"])
        for allocator in ("simple", "glibc"):
            for script in self.each_script():
                if script in (POLICIES, RETURN):
                    continue
                csv = os.path.join(self.folder, input_of(script))
                with open(csv, encoding="utf-8") as lines:
                    kept = [line for line in lines if line[0] == "#" or line.startswith("trace,") or f",{allocator}," in line]
                alone = os.path.join(self.folder, "alone.csv")
                with open(alone, "w", encoding="utf-8") as out:
                    out.writelines(kept)
                done = draw(script, alone)
                if done.returncode == 2:
                    self.assertIn("no row that this figure could draw", done.stderr.decode())
                    self.assertNotEqual(allocator, "simple")
                else:
                    self.assert_drawn(script, alone, done)

    def test_policies_are_drawn_with_published_figures_and_without(self):
        make_results(self.folder, ["one", "two"])
        csv = os.path.join(self.folder, "policies.csv")
        with open(csv, encoding="utf-8") as lines:
            text = lines.read()
        texts = " ".join(self.assert_drawn(POLICIES, csv))
        for word in ("offline packing", "LIFO first fit", "published", "first fit, never merging"):
            self.assertIn(word, texts)
        for word in (",best,yes,", ",next,no,8,16,", ",buddy,", ",packing,,0,", ",published,"):
            alone = csv + ".alone"
            with open(alone, "w", encoding="utf-8") as out:
                out.writelines(line + "\n" for line in text.split("\n")
                               if line.startswith(("#", "trace,")) or word in line)
            if word == ",published,":
                self.assertEqual(draw(POLICIES, alone).returncode, 2)
            else:
                self.assert_drawn(POLICIES, alone)

    def test_what_has_no_room_on_the_axis_is_a_number(self):
        path = os.path.join(self.folder, "policies.csv")
        with open(path, "w", encoding="utf-8") as out:
            out.write("trace,policy,merge,header_bytes,align,status,ops,measure4\na,next,no,0,1,ok,5000,900\nb,next,no,0,1,ok,5000,100\n")
        self.assertIn("mean 500 %, 900 %", self.assert_drawn(POLICIES, path))
        path = os.path.join(self.folder, "comparison.csv")
        with open(path, "w", encoding="utf-8") as out:
            out.write("trace,allocator,status,baseline,ratio,ratio_low,ratio_high,trace_ops\na,glibc,ok,glibc,1,1,1,5000\n"
                      "a,slow,stopped,glibc,216.3,200,230,5000\n")
        self.assertIn("slow 216×", self.assert_drawn(os.path.join(PLOTS, "throughput.gp"), path))

    def test_simples_tail_stands_among_those_that_programs_run_on(self):
        make_results(self.folder)
        path = os.path.join(self.folder, "latency.csv")
        texts = self.assert_drawn(os.path.join(PLOTS, "simple_latency.gp"), path)
        for name in ("simple", "null", "glibc"):
            self.assertIn(name, texts)
        self.assertNotIn("bump", texts)
        self.assertNotIn("simple", self.assert_drawn(os.path.join(PLOTS, "latency.gp"), path))

    def test_an_unknown_allocator_is_drawn_in_a_colour_of_its_own(self):
        make_results(self.folder, ["one"])
        for script in self.each_script():
            csv = os.path.join(self.folder, input_of(script))
            with open(csv, encoding="utf-8") as lines:
                text = lines.read().replace(",tbbmalloc,", ",libmine_1.so,")
            with open(csv, "w", encoding="utf-8") as out:
                out.write(text)
            self.assert_drawn(script, csv)

    def test_colours_come_from_the_facts_beside_the_file(self):
        make_results(self.folder, ["one"])
        script = os.path.join(PLOTS, "throughput.gp")
        csv = os.path.join(self.folder, input_of(script))
        self.assertIn(b"rgb(  0,   0,  18)", draw(script, csv).stdout)  # simple's
        os.remove(os.path.join(self.folder, "allocators.csv"))
        self.assertNotIn(b"rgb(  0,   0,  18)", draw(script, csv).stdout)
        self.assert_drawn(script, csv)

    def test_columns_are_read_by_name(self):
        make_results(self.folder, ["one", "two"])
        for script in self.each_script():
            csv = os.path.join(self.folder, input_of(script))
            before = self.assert_drawn(script, csv)
            turned = os.path.join(self.folder, "turned.csv")
            with open(csv, encoding="utf-8") as lines, open(turned, "w", encoding="utf-8") as out:
                for line in lines:
                    fields = line.rstrip("\n").split(",")
                    out.write(line if line[0] == "#" else ",".join(["new" if fields[0] == "trace" else "7"] + fields[::-1]) + "\n")
            self.assertEqual(self.assert_drawn(script, turned), before)

    def test_every_rung_has_the_mean_of_the_programs_beside_it(self):
        path = os.path.join(self.folder, "ladder.csv")
        with open(path, "w", encoding="utf-8") as out:
            out.write("trace,allocator,status,ops,walk_mean,ratio_to_glibc,extent_over_live,time_ops\n"
                      "a,simple,ok,5000,100,4,2,5000\nb,simple,ok,5000,400,16,8,5000\na,glibc,ok,5000,,1,1.5,5000\ntiny,simple,ok,9,1,1,1,9\n")
        texts = self.assert_drawn(LADDER, path)
        for word in ("simple", "200", "8.00×", "4.00×", "glibc", "1.50×", "ranges examined per malloc"):
            self.assertIn(word, texts)

    def test_no_more_names_are_drawn_than_anyone_can_tell_apart(self):
        path = os.path.join(self.folder, "comparison.csv")
        with open(path, "w", encoding="utf-8") as out:
            out.write("trace,allocator,status,baseline,ratio,ratio_low,ratio_high,trace_ops\n")
            out.writelines(f"t{t}.,a{a}.,ok,none,1.5,1,2,5000\n" for t in range(100) for a in range(100))
        texts = self.assert_drawn(os.path.join(PLOTS, "throughput.gp"), path)
        self.assertEqual([sum(text.startswith(first) and text.endswith(".") for text in texts) for first in "ta"], [64, 64])

    def test_a_phone_has_a_picture_of_its_own(self):
        make_results(self.folder, HOSTILE)
        for script in SCRIPTS:
            done = draw(script, os.path.join(self.folder, input_of(script)), "narrow")
            self.assertEqual((done.stderr.decode(), done.returncode), ("", 0), script)
            self.assertLessEqual(float(xml.etree.ElementTree.fromstring(done.stdout).get("width")), 480, script)

    def test_a_picture_is_the_same_each_time(self):
        make_results(self.folder)
        for script in self.each_script():
            csv = os.path.join(self.folder, input_of(script))
            self.assertEqual(draw(script, csv).stdout, draw(script, csv).stdout)

    def test_a_picture_is_the_same_with_a_decimal_comma(self):
        locales = os.path.join(self.folder, "locales")
        os.mkdir(locales)
        made = shutil.which("localedef") and subprocess.run(
            ["localedef", "-i", "de_DE", "-f", "UTF-8", os.path.join(locales, "de_DE.UTF-8")], capture_output=True, check=False)
        if not made or made.returncode != 0:
            self.skipTest("no locale with a decimal comma can be made here")
        make_results(self.folder)
        for script in self.each_script():
            csv = os.path.join(self.folder, input_of(script))
            self.assertEqual(draw(script, csv, LOCPATH=locales, LC_ALL="de_DE.UTF-8").stdout, draw(script, csv).stdout)

    def test_png_on_request(self):
        make_results(self.folder)
        for script in self.each_script():
            csv = os.path.join(self.folder, input_of(script))
            done = draw(script, csv, "png")
            self.assertEqual(done.stderr.decode(), "")
            self.assertEqual(done.stdout[:8], b"\x89PNG\r\n\x1a\n")
        done = subprocess.run(["gnuplot", "-d", "-e", "in='comparison.csv'; terminal='png'",
                               os.path.join(PLOTS, "throughput.gp")], capture_output=True, cwd=self.folder, check=False)
        self.assertEqual(done.stderr.decode(), "")
        self.assertEqual(done.stdout[:8], b"\x89PNG\r\n\x1a\n")

    def test_every_header_says_what_a_reader_needs(self):
        for script in SCRIPTS:
            text = header(script)
            self.assertTrue(text.startswith(f"# {os.path.basename(script)} - "))
            for part in ("# Caption:", "# Usage:", "# Input:", "# Read:", "# Note:"):
                self.assertIn(part, text)

    def adversary_rows(self, keep=lambda line: True):
        """A file of the rows of adversary.csv that `keep` wants; comments and header stay."""
        make_results(self.folder, ["one"])
        with open(os.path.join(self.folder, "adversary.csv"), encoding="utf-8") as lines:
            kept = [line for line in lines if line[0] == "#" or line.startswith("adversary,") or keep(line)]
        path = os.path.join(self.folder, "kept.csv")
        with open(path, "w", encoding="utf-8") as out:
            out.writelines(kept)
        return path

    def test_adversaries_are_drawn_with_every_allocator_that_has_figures(self):
        texts = " ".join(self.assert_drawn(ADVERSARY, self.adversary_rows()))
        for word in ("Robson: no allocator escapes", "ramp: against never merging", "what is proved", "simple", "tbbmalloc", "model-first"):
            self.assertIn(word, texts)
        self.assertEqual(draw(ADVERSARY, self.adversary_rows(), "png").stdout[:8], b"\x89PNG\r\n\x1a\n")

    def test_one_adversary_or_one_allocator_alone_is_drawn(self):
        for word in ("robson,", "best-fit,", ",glibc,", ",simple,"):
            self.assert_drawn(ADVERSARY, self.adversary_rows(lambda line, word=word: word in line))

    def test_an_adversary_or_an_allocator_with_a_hostile_name_is_only_a_name(self):
        for name in HOSTILE:
            path = self.adversary_rows()
            with open(path, encoding="utf-8") as lines:
                text = lines.read()
            with open(path, "w", encoding="utf-8") as out:
                out.write(text.replace(",jemalloc,", f",{name},").replace("\nramp,", f"\n{name},"))
            self.assertTrue(any(name[:8] in text for text in self.assert_drawn(ADVERSARY, path)), name)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "pwned")))

    def test_adversaries_without_rows_or_columns_are_exit_2_and_one_line(self):
        done = draw(ADVERSARY, self.adversary_rows(lambda line: False))
        self.assertEqual(done.returncode, 2)
        self.assertIn("no row that this figure could draw", done.stderr.decode())
        done = draw(ADVERSARY, self.adversary_rows(lambda line: "crashed" in line))
        self.assertEqual(done.returncode, 2)
        done = draw(ADVERSARY, os.path.join(self.folder, "throughput.csv"))
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stderr.decode().count("\n"), 1)
        self.assertIn("no column adversary", done.stderr.decode())

    def held(self, rows, policies="trace,policy,merge,header_bytes,align,status,peak_live_bytes,peak_extent_bytes\n"):
        """The two files that explained.gp reads: (trace, extent over what is live, allocator, held over that)."""
        make_results(self.folder, ["one"])
        with open(os.path.join(self.folder, "comparison.csv"), "w", encoding="utf-8") as out:
            out.write("trace,allocator,status,rank,peak_live_bytes,memory_over_live\n")
            out.writelines(f"{trace},{allocator},ok,1,1000,{held}\n" for trace, _, allocator, held in rows)
        path = os.path.join(self.folder, "policies.csv")
        with open(path, "w", encoding="utf-8") as out:
            out.write(policies)
            out.writelines(f"{trace},first,yes,8,16,ok,1000,{int(1000 * extent)}\n" for trace, extent in {r[0]: r[1] for r in rows}.items())
        return path

    def test_what_is_explained_stands_beside_each_library(self):
        rows = [(f"t{i}", 1 + i / 10, a, held) for i in range(8) for a, held in (("glibc", (1 + i / 10) ** 2), ("mine.so", 1.5))]
        path = self.held(rows)
        texts = self.assert_drawn(EXPLAINED, path)
        for word in ("glibc 100 %", "mine.so", "t0", "held is that extent"):
            self.assertIn(word, texts)
        self.assertEqual(draw(EXPLAINED, path).stdout, draw(EXPLAINED, path).stdout)
        self.assertEqual(draw(EXPLAINED, path, "png").stdout[:8], b"\x89PNG\r\n\x1a\n")
        self.assertIn("glibc", self.assert_drawn(EXPLAINED, self.held(rows[:2])))  # of one program, nothing is explained

    def test_the_odd_ones_are_named_and_no_more(self):
        rows = [(f"t{i:02}", 1.1, "glibc", 1.1 + (0.1 * i if i % 5 == 0 else 0)) for i in range(40)]
        names = [text for text in self.assert_drawn(EXPLAINED, self.held(rows)) if re.fullmatch("t[0-9]+", text)]
        self.assertEqual(sorted(names), ["t10", "t15", "t20", "t25", "t30", "t35"])

    def test_a_program_that_is_odd_and_has_a_hostile_name_is_only_named(self):
        for name in HOSTILE:
            hidden = name.replace(",", "\\x2c")
            texts = self.assert_drawn(EXPLAINED, self.held([(hidden, 1.2, "glibc", 3), ("b", 1.2, hidden, 1), ("c", 1.1, "glibc", 1)]))
            self.assertTrue(any(name[:8] in text for text in texts), name)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "pwned")))

    def test_without_what_libraries_held_nothing_is_explained(self):
        path = self.held([("t", 1.1, "glibc", 1.2)])
        os.remove(os.path.join(self.folder, "comparison.csv"))
        done = draw(EXPLAINED, path)
        self.assertEqual((done.returncode, done.stderr.decode()), (2, path + ": no row that this figure could draw\n"))
        done = draw(EXPLAINED, self.held([], "trace,policy\nt,first\n"))
        self.assertEqual((done.returncode, done.stderr.decode()), (2, path + ": no column merge\n"))

    def model_speed_rows(self, change=lambda row: row):
        """A copy of model_speed.csv, each row as `change` makes it, or without it where that is None."""
        make_results(self.folder, ["one"])
        path = os.path.join(self.folder, "changed.csv")
        with open(os.path.join(self.folder, "model_speed.csv"), encoding="utf-8") as lines, open(path, "w", encoding="utf-8") as out:
            for line in lines:
                fields = line.rstrip("\n").split(",")
                row = fields if line[0] == "#" or fields[0] == "allocator" else change(fields)
                out.write(",".join(row) + "\n" if row else "")
        return path

    def test_a_model_is_drawn_beside_walking_with_how_many_times_as_long_that_takes(self):
        texts = " ".join(self.assert_drawn(MODEL_SPEED, self.model_speed_rows()))
        for word in ("simple walks", "model-first computes", "times as long", "at 1M ranges"):
            self.assertIn(word, texts)
        self.assertEqual(draw(MODEL_SPEED, self.model_speed_rows(), "png").stdout[:8], b"\x89PNG\r\n\x1a\n")

    def test_the_times_as_long_are_of_medians_at_the_most_ranges_of_both(self):
        ns = {("simple", "100"): "10", ("simple", "10000"): "7000"}
        path = self.model_speed_rows(lambda row: row[1] == "model-first" and row[2] in ("100", "10000") and
                                     row[:7] + ["1", ns.get((row[0], row[2]), "1")] + row[9:])
        texts = self.assert_drawn(MODEL_SPEED, path)
        self.assertIn("7000 times as long", texts)
        self.assertIn("at 10k ranges", texts)

    def test_the_order_of_the_rows_does_not_matter(self):
        path = self.model_speed_rows()
        before = self.assert_drawn(MODEL_SPEED, path)
        with open(path, encoding="utf-8") as lines:
            text = lines.read().split("\n")[:-1]
        first = next(i for i, line in enumerate(text) if line[0] != "#") + 1
        by_ranges = sorted(text[first:], key=lambda line: (line.split(",")[1], -int(line.split(",")[2])))
        with open(path, "w", encoding="utf-8") as out:
            out.write("\n".join(text[:first] + sorted(by_ranges, key=lambda line: text.index(line) // 30)) + "\n")
        self.assertEqual(sorted(self.assert_drawn(MODEL_SPEED, path)), sorted(before))

    def test_a_model_or_an_allocator_that_walks_alone_is_drawn(self):
        for alone in ("model-first", "simple"):
            self.assert_drawn(MODEL_SPEED, self.model_speed_rows(lambda row, alone=alone: row[0] == alone and row))

    def test_a_model_with_a_hostile_name_is_only_a_name(self):
        for name in HOSTILE:
            self.assert_drawn(MODEL_SPEED, self.model_speed_rows(
                lambda row, name=name: [name if field in ("simple", "model-best") else field for field in row]))
        self.assertFalse(os.path.exists(os.path.join(self.folder, "pwned")))

    def test_models_without_rows_or_columns_are_exit_2_and_one_line(self):
        done = draw(MODEL_SPEED, self.model_speed_rows(lambda row: None))
        self.assertEqual(done.returncode, 2)
        self.assertIn("no row that this figure could draw", done.stderr.decode())
        done = draw(MODEL_SPEED, os.path.join(self.folder, "throughput.csv"))
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stderr.decode().count("\n"), 1)
        self.assertIn("no column model", done.stderr.decode())

    def variant_rows(self, change=lambda row: row):
        """A copy of variants.csv, each row as `change` makes it, or without it where that is None."""
        make_results(self.folder, ["one"])
        path = os.path.join(self.folder, "changed.csv")
        with open(os.path.join(self.folder, "variants.csv"), encoding="utf-8") as lines, open(path, "w", encoding="utf-8") as out:
            for line in lines:
                fields = line.rstrip("\n").split(",")
                row = fields if line[0] == "#" or fields[0] == "allocator" else change(fields)
                out.write(",".join(row) + "\n" if row else "")
        return path

    def test_every_variant_is_a_point_with_its_name(self):
        texts = self.assert_drawn(VARIANTS, self.variant_rows())
        for name in ("glibc", "jemalloc", "eager", "glibc-no-tcache", "elsewhere", "time over glibc's"):
            self.assertIn(name, texts)
        self.assertEqual(draw(VARIANTS, self.variant_rows(), "png").stdout[:8], b"\x89PNG\r\n\x1a\n")
        self.assertEqual(draw(VARIANTS, self.variant_rows()).stdout, draw(VARIANTS, self.variant_rows()).stdout)

    def test_a_variant_has_the_colour_of_its_library_and_is_hollow(self):
        svg = draw(VARIANTS, self.variant_rows(lambda row: row if row[0] in ("glibc", "eager") else None)).stdout.decode()
        shapes = re.findall(r"#gpPt(\d+)' transform='[^']*' color='rgb\(  0,   0,  20\)'", svg)  # jemalloc's
        self.assertEqual(shapes, ["8", "7"])  # filled in the legend, hollow in the picture

    def test_variants_without_intervals_or_memory_are_drawn_or_left_out(self):
        self.assert_drawn(VARIANTS, self.variant_rows(lambda row: row[:6] + ["", ""] + row[8:]))
        texts = self.assert_drawn(VARIANTS, self.variant_rows(lambda row: row[:8] + ["", ""] if row[0] == "eager" else row))
        self.assertNotIn("eager", texts)

    def test_a_variant_or_a_baseline_with_a_hostile_name_is_only_a_name(self):
        for name in HOSTILE:
            texts = self.assert_drawn(VARIANTS, self.variant_rows(
                lambda row, name=name: [name if field in ("eager", "glibc") else field for field in row]))
            if "\\" not in name:  # which gnuplot takes away
                self.assertIn(f"time over {name}'s", texts)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "pwned")))

    def test_variants_to_compare_are_two_or_more(self):
        for change in (lambda row: None, lambda row: row if row[0] == "glibc" else None):
            done = draw(VARIANTS, self.variant_rows(change))
            self.assertEqual(done.returncode, 2)
            self.assertIn("no row that this figure could draw", done.stderr.decode())
        done = draw(VARIANTS, os.path.join(self.folder, "throughput.csv"))
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stderr.decode().count("\n"), 1)
        self.assertIn("no column library", done.stderr.decode())

    def test_as_many_variants_as_there_are_have_names_on_the_picture(self):
        many = [["v%d" % i, "jemalloc", "", "glibc", "9", str(0.5 + i / 100), "", "", str(2 - i / 50), "yes"] for i in range(70)]
        path = self.variant_rows(lambda row: None)
        with open(path, "a", encoding="utf-8") as out:
            out.writelines(",".join(row) + "\n" for row in many)
        texts = self.assert_drawn(VARIANTS, path)
        self.assertEqual(sum(text.startswith("v") for text in texts), 64)


def skip_without_gnuplot():
    if shutil.which("gnuplot") is None:
        print("skipped: gnuplot was not found")
        sys.exit(77)


if __name__ == "__main__":
    skip_without_gnuplot()
    unittest.main()
