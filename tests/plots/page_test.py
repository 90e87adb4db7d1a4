"""page_test - what the page is made of: files that are taken and refused, numbers, pictures, verdicts, tables."""

import os
import random
import stat
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.environ["PLOTS"])

import tidy  # noqa: E402
from page import answer, figures, pages, show, source, tables  # noqa: E402

SAMPLE = "# heapbench 0.1.0\n#   run      today\ntrace,allocator,ns\ncc1,glibc,12.5\ncafé x,simple,\n"


def table(text, name="x.csv"):
    return source.Table(name, text.encode("utf-8") if isinstance(text, str) else text)


class Made:
    """Results in memory: files by name."""

    def __init__(self, **texts):
        self.tables = {name: table(text, name + ".csv") for name, text in texts.items()}
        self.missing = [name for name in source.FILES if name not in texts]
        self.damaged = {}

    def __contains__(self, name):
        return name in self.tables

    records = source.Results.records
    said = source.Results.said


class Files(unittest.TestCase):
    def test_a_file_gives_its_provenance_columns_and_rows(self):
        csv = table(SAMPLE)
        self.assertEqual(csv.provenance, [("heapbench", "0.1.0"), ("run", "today")])
        self.assertEqual((csv.said("run"), csv.said("machine")), ("today", None))
        self.assertEqual(csv.columns, ["trace", "allocator", "ns"])
        self.assertEqual(csv.rows, [("cc1", "glibc", "12.5"), ("café x", "simple", "")])
        record = csv.records()[1]
        self.assertEqual((record["trace"], record["ns"], record["none"], record.number("ns"), record.number("none")),
                         ("café x", "", "", None, None))
        self.assertEqual(table("a,b\n").rows, [])

    def test_what_a_field_cannot_hold_is_given_back(self):
        self.assertEqual(table("a,b\n\\x2c\\x22\\x23,\\x5c\\x0a\n").rows, [(',"#', "\\x5c\\x0a")])
        self.assertEqual(table("a\n").columns, ["a"])

    def test_a_number_is_finite_and_not_negative_or_not_known(self):
        for text in ("", "-1", " 7", "7 ", "7x", "nan", "inf", "0x1p3", "1e999", "1e", "+1", ".5", "1.2.3", "one", "1_0", "٣"):
            self.assertIsNone(source.number(text), text)
        self.assertEqual((source.number("18446744073709551615"), source.number("2.5e-3"), source.number("0")), (2.0**64, 0.0025, 0))

    def test_what_breaks_a_rule_is_refused_with_its_line(self):
        for text, said in (
                (b"", "1: no header line"), (b"# only\n", "2: no header line"), (b"a,b", "1: ends in the middle of a line"),
                (b"a,b\n1,2\n3", "3: ends in the middle of a line"), (b"a,b\n1\n", "2: fewer fields than the header has"),
                (b"a,b\n1,2,3\n", "2: more fields than the header has"), (b"a,b\n\n", "2: fewer fields than the header has"),
                (b"a,\n", "1: a column has no name"), (b"a,b,a\n", "1: two columns have the same name"),
                (b"a,\"b\"\n", "1: holds a quote, which no result does"), (b"a\n\"\n", "2: holds a quote, which no result does"),
                (b"a\n1\n# late\n", "3: a line of provenance after the header"), (b"a\r\n", "1: holds a control character"),
                (b"a\n\x1b[31m\n", "2: holds a control character"), (b"a\n\xc2\x85\n", "2: holds a control character"),
                (b"a\n\0\n", "2: holds a control character"), (b"a\n\xff\n", "2: not valid UTF-8"), (b"a\n\xc0\xaf\n", "2: not valid UTF-8"),
                (b"a\n\xed\xa0\x80\n", "2: not valid UTF-8"), (b"a\n\xe2\x82\n", "2: not valid UTF-8"),
                (b"a," * 64 + b"a\n", "1: more than 64 columns"), (b"# x\n" * 257 + b"a\n", "257: more than 256 lines of provenance")):
            with self.assertRaises(source.Damaged) as caught:
                table(text)
            self.assertEqual(str(caught.exception), "x.csv:" + said)

    def test_a_line_separator_of_unicode_ends_no_line(self):
        self.assertEqual(table("a,b\n\u2028,\u2029\n").rows, [("\u2028", "\u2029")])

    def test_a_huge_file_is_refused_before_it_is_cut(self):
        with self.assertRaises(source.Damaged) as caught:
            table(",".join(map(str, range(64))) + "\n" * 70000)
        self.assertIn("more than 4194304 fields", str(caught.exception))
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "x.csv")
            with open(path, "wb") as file:
                file.truncate((64 << 20) + 1)
            with self.assertRaises(source.Failure) as caught:
                source.Table(path)
        self.assertIn("is larger than 64 MiB", str(caught.exception))

    def test_what_is_no_file_is_said_and_nothing_waits(self):
        with tempfile.TemporaryDirectory() as folder:
            os.mkfifo(os.path.join(folder, "pipe"))
            for name, said in (("pipe", "it is a pipe; save what it gives as a file first"), ("", "it is a folder"), ("none", "No such file")):
                with self.assertRaises(source.Failure) as caught:
                    source.Table(os.path.join(folder, name))
                self.assertIn("cannot be read: " + said, str(caught.exception))
            self.assertTrue(stat.S_ISFIFO(os.stat(os.path.join(folder, "pipe")).st_mode))

    def test_a_name_is_one_text_to_gnuplot(self):
        self.assertEqual(tidy.text("it's a\nsystem('x')\r\x1b 1\u202f234 é"), "'it''s a?system(''x'')?? 1\u202f234 é'")

    def test_no_mutation_is_misread(self):
        """Whatever is taken says what the file says."""
        chance = random.Random(20261123)
        sample, taken = SAMPLE.encode("utf-8"), 0
        for _ in range(5000):
            data = bytearray(sample)
            for _ in range(chance.randrange(4)):
                data[chance.randrange(len(data))] = chance.choice(b",\n#\"\xc3\xa9 a1\0\r\xff\\")
            try:
                csv = table(bytes(data))
            except source.Damaged:
                continue
            taken += 1
            lines = data.decode("utf-8").split("\n")[len(csv.provenance):-1]
            self.assertEqual([source.restore(line) for line in lines], [",".join(row) for row in [csv.columns, *csv.rows]])
        self.assertGreater(taken, 500)


class Numbers(unittest.TestCase):
    def test_numbers_have_three_digits_and_a_unit(self):
        for shown, value, text in (
                (show.ns, 1.534, "1.53 ns"), (show.ns, 12.34, "12.3 ns"), (show.ns, 999.4, "999 ns"), (show.ns, 2087, "2.09 µs"),
                (show.ns, 5.0e9, "5.00 s"), (show.ns, 5.0e12, "5000 s"), (show.size, 0, "0 B"), (show.size, 1023, "1023 B"),
                (show.size, 1024, "1.00 KiB"), (show.size, 1536 * 1024, "1.50 MiB"), (show.size, 200 << 30, "200 GiB"),
                (show.ratio, 0.534, "0.53×"), (show.ratio, 114.4, "114×"), (show.percent, 58.75, "58.8 %"), (show.count, 7, "7"),
                (show.count, 1234567, "1\u202f234\u202f567"), (show.count, None, "–"), (show.size, None, "–"), (show.ns, float("inf"), "–"),
                (show.ratio, -1, "–"), (show.ratio, float("nan"), "–")):
            self.assertEqual(shown(value), text)
        self.assertEqual(show.interval(0.619, 0.638), "0.619 – 0.638")
        self.assertEqual((show.interval(None, 1), show.listed("abc"), show.counted(1, "round")), ("", "a, b and c", "1 round"))


class Pictures(unittest.TestCase):
    def test_a_picture_has_our_title_and_its_ids_are_its_own(self):
        made = figures.describe(
            "<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink'><title>Gnuplot</title>"
            "<desc>by</desc><g><title>plot 1</title><path id='a' d=\"M 1\"/><use xlink:href='#a'/><g clip-path='url(#c)'/>"
            "<text> id='t' #a &lt;</text></g></svg>", "p", "A <title>", "Says \"it\"")
        for part in ('<title id="p-title">A &lt;title&gt;</title><desc id="p-desc">Says "it"</desc>', 'id="p-a"', 'xlink:href="#p-a"',
                     'clip-path="url(#p-c)"', "<text> id='t' #a &lt;</text>", 'role="img"', 'aria-labelledby="p-title"'):
            self.assertIn(part, made)
        self.assertNotIn("plot 1", made)
        self.assertNotIn("Gnuplot", made)

    def test_a_picture_that_is_cut_off_is_said(self):
        for picture in ("", "no picture", "<svg><g>"):
            with self.assertRaises(figures.Broken):
                figures.describe(picture, "p", "t", "d")


MEANS = "trace,allocator,status,baseline,traces,rank,verdict,ratio,ratio_low,ratio_high,memory_ratio,problem,trace_ops\n"


def answered(rows, **more):
    results = Made(comparison=MEANS + rows, **more)
    contenders = answer.contenders_of(results)
    lead, said = answer.verdict_of(results, contenders, answer.compared_of(results, answer.traces_of(results)))
    return lead, said, contenders


class Verdicts(unittest.TestCase):
    def test_who_has_a_rank_and_no_ratio_has_none(self):
        lead, _, contenders = answered(",a,,glibc,2,1,faster,,,,,,\n,glibc,,glibc,2,2,baseline,1,1,1,,,\n")
        self.assertEqual([(c.name, c.rank) for c in contenders], [("glibc", 2), ("a", None)])
        self.assertEqual(lead, "Nothing was ranked.")

    def test_the_fastest_is_named_with_what_it_takes_and_who_is_frugal(self):
        lead, said, contenders = answered(",slow,,glibc,2,4,slower,1.2,1.1,1.3,1.1,,\n,fast,,glibc,2,1,faster,0.6,0.59,0.61,1.7,,\n"
                                          ",small,,glibc,2,2,faster,0.754,0.7,0.8,1.2,,\n,glibc,,glibc,2,3,baseline,1,1,1,1,,\n"
                                          "t,fast,ok,glibc,,1,faster,0.6,,,,,5000\nu,fast,ok,glibc,,1,faster,0.6,,,,,5000\n")
        self.assertEqual(lead, "fast is the fastest on 2 programs: 40 % less time in malloc and free than glibc.")
        self.assertEqual(said, ["fast takes 70 % more memory at its peak.",
                                "Where memory is dear: small, 25 % less time and 20 % more memory.", "None takes less memory than glibc."])
        self.assertEqual([c.name for c in contenders], ["fast", "small", "glibc", "slow"])

    def test_a_shared_first_place_is_one_of_both(self):
        lead, _, _ = answered(",b,,glibc,1,1,faster,0.651,0.6,0.7,,,\n,a,,glibc,1,1,faster,0.64,0.6,0.7,,,\n,glibc,,glibc,1,3,baseline,1,1,1,,,\n")
        self.assertEqual(lead, "a and b share the first place on this program: 36 and 35 % less time in malloc and free than glibc.")

    def test_where_nothing_is_told_apart_that_is_said(self):
        lead, _, _ = answered(",a,,glibc,1,1,undecided,0.99,0.9,1.1,,,\n,glibc,,glibc,1,1,baseline,1,1,1,,,\n")
        self.assertEqual(lead, "No difference in time between a and glibc is shown.")

    def test_what_is_told_from_the_baseline_is_said_where_no_order_is(self):
        lead, _, _ = answered(",a,,glibc,1,1,faster,0.8,0.7,0.9,,,\n,b,,glibc,1,1,undecided,0.9,0.8,1.1,,,\n,glibc,,glibc,1,1,baseline,1,1,1,,,\n")
        self.assertEqual(lead, "Which is the fastest on this program is not shown; faster than glibc: a.")

    def test_a_sentence_begins_with_a_capital_but_for_a_name(self):
        self.assertEqual([answer.sentence(words, {"mimalloc"}) for words in ("mimalloc, a: read", "mimallocs: no", "the load")],
                         ["mimalloc, a: read.", "Mimallocs: no.", "The load."])

    def test_the_baseline_may_be_the_fastest(self):
        lead, _, _ = answered(",glibc,,glibc,1,1,baseline,1,1,1,,,\n,a,,glibc,1,2,slower,1.0312,1.01,1.04,,,\n")
        self.assertEqual(lead, "glibc is the fastest on this program: a, the next, takes 3.1 % more time in malloc and free.")

    def test_what_is_broken_has_no_rank_and_says_why(self):
        lead, said, contenders = answered(",bad,,glibc,0,,,,,,,,\n,glibc,,glibc,1,1,baseline,1,1,1,,,\n,a,,glibc,1,2,slower,2,2,2,,,\n"
                                          "t,bad,broken,glibc,,,,,,,,broken: blocks overlap,5000\n")
        self.assertIn("bad has no rank: broken: blocks overlap (t).", said)
        self.assertEqual(contenders[-1].problems, ["broken: blocks overlap (t)"])

    def test_without_a_ranking_the_reason_is_the_answer(self):
        lead, said, _ = answered(",a,,glibc,0,,,,,,,,\n", remarks="trace,kind,text\nt,verdict,not ranked: too short\n")
        self.assertEqual((lead, said), ("Not ranked: too short.", []))

    def test_tails_are_geometric_means_over_the_programs_that_all_have(self):
        _, _, contenders = answered(",a,,glibc,2,1,faster,0.5,,,,,\n,b,,glibc,2,2,faster,0.6,,,,,\n", latency="trace,allocator,status,kind,percentile,ns\n"
                                    "t,a,ok,allocation,99.9,100\nu,a,ok,allocation,99.9,400\nv,a,ok,allocation,99.9,9000\n"
                                    "t,b,ok,allocation,99.9,10\nu,b,ok,allocation,99.9,1000\nv,b,stopped,allocation,99.9,1\n"
                                    "t,b,ok,free,99.9,7\n")
        self.assertEqual([show.ns(c.tail) for c in contenders], ["200 ns", "100 ns"])

    def test_tails_of_a_program_that_was_not_compared_are_another_runs(self):
        _, _, contenders = answered(",a,,glibc,2,1,faster,0.5,,,,,\nt,a,,glibc,,1,faster,0.5,,,,,\n", latency="trace,allocator,status,kind,percentile,ns\n"
                                    "t,a,ok,allocation,99.9,100\ndemo,a,ok,allocation,99.9,900\n")
        self.assertEqual([show.ns(c.tail) for c in contenders], ["100 ns"])

    def test_tails_of_two_hosts_have_no_mean(self):
        _, _, contenders = answered(",a,,glibc,2,1,faster,0.5,,,,,\n", latency="trace,allocator,status,kind,percentile,ns,host\n"
                                    "t,a,ok,allocation,99.9,100,one\nu,a,ok,allocation,99.9,9000,two\nv,a,ok,allocation,99.9,400,one\n")
        self.assertEqual([show.ns(c.tail) for c in contenders], ["200 ns"])

    def test_what_the_catalogue_names_was_not_measured_for_that(self):
        results = Made(comparison="# heapbench 1\ntrace,allocator,trace_ops\ncc1,glibc,5000\n",
                       catalogue="# heapbench 1\ntrace,operations\ncc1,5000\nruby,9000\n")
        self.assertEqual([(trace.name, trace.ops) for trace in answer.traces_of(results)], [("cc1", 5000)])

    def test_remarks_of_many_programs_are_one_with_their_number(self):
        rows = "".join(f"t{i},warning,not to be trusted: the load is {i}.5\n" for i in range(4)) + "t1,warning,4 threads did these\n"
        results = Made(remarks="trace,kind,text\n" + rows)
        traces = [answer.Trace(f"t{i}") for i in range(5)]
        remarks = answer.remarks_of(results, traces)
        self.assertEqual(remarks, ["On 4 of 5 programs: not to be trusted: the load is 0.5.", "On t1: 4 threads did these."])
        self.assertEqual(answer.warnings_of(results, remarks), remarks[:1])


def rows_of(made):
    return [[cell["text"] + (f" ({cell['note']})" if cell["note"] else "") for cell in row] for row in made.rows]


class Tables(unittest.TestCase):
    def test_a_replay_that_was_stopped_says_so(self):
        made = tables.every_program(Made(comparison="trace,allocator,status,baseline,ops,ratio,verdict,rank\nt,simple,stopped,glibc,1234,50.5,,\n"
                                         "t,x,crashed,glibc,,,,\n,x,,glibc,,,,\n"))
        self.assertEqual([row[2:4] for row in rows_of(made)], [["simple (first 1\u202f234 operations)", "50.5×"], ["x (crashed)", "–"]])
        self.assertEqual(made.columns[3].title, "over glibc")

    def test_what_is_saved_has_a_sign_unless_it_rounds_to_nothing(self):
        shares = {"-0.05": "−5.00 %", "-0.0001": "−0.01 %", "-0.00001": "0.00 %", "0": "0.00 %", "0.05": "5.00 %", "": ""}
        for share, shown in shares.items():
            self.assertEqual(tables.signed_percent(share), shown)

    def test_the_least_memory_is_said_or_that_none_sufficed(self):
        made = tables.least_memory(Made(least_memory="trace,allocator,status,bound,peak_live_bytes,minimum_bytes,failing_bytes,ended_bytes,ended_by\n"
                                        "t,tcmalloc,unavailable,,,,,,\nt,simple,ok,heap,1000,4096,,,\nt,glibc,ok,reserved,1000,,68719476736,,\n"
                                        "t,jemalloc,ok,reserved,1000,4096,512,512,signal 6\n"))
        self.assertEqual([column.title for column in made.columns], ["program", "live at most", "glibc", "jemalloc"])
        self.assertEqual(rows_of(made), [["t", "1000 B", "– (more than 64.0 GiB)", "4.00 KiB (4.10× †)"]])

    def test_a_table_about_simple_leaves_the_others_out(self):
        made = tables.walks(Made(walk_summary="trace,allocator,status,ops,walk_mean,walk_total,walk_allocated,ratio_to_glibc\n"
                                 "t,glibc,ok,100,,,,1\nt,simple,stopped,50,12.5,1000,250,8\nu,simple,crashed,,,,,\n"))
        self.assertEqual([(row[0], row[7], row[9]) for row in rows_of(made)], [("t", "25.0 %", "8.00×")])

    def test_what_a_heap_of_the_live_bytes_serves_is_beside_the_least_heap(self):
        made = tables.curves(Made(curve_summary="trace,allocator,status,peak_live_bytes,minimum_heap_bytes\nt,simple,ok,100,200\nt,first-merge,ok,100,110\n",
                                  failure_points="trace,allocator,heap_bytes,peak_live_bytes,allocs,served\nt,simple,50,100,10,2\nt,simple,99,100,10,9\n"
                                  "t,simple,101,100,10,10\nt,glibc,100,100,10,10\n"))
        self.assertEqual([row[4:6] for row in rows_of(made)], [["2.00×", "90.0 %"], ["1.10×", "–"]])

    def test_what_is_beyond_an_axis_is_said_in_few_words(self):
        self.assertEqual(tidy.beyond_words([]), "")
        self.assertEqual(tidy.beyond_words([(1, 375.2)]), "375 %")
        self.assertEqual(tidy.beyond_words([(1, 375.2), (1, 752), (1, 452), (2, 201.4)]), "mean 201 %, to 752 %")

    def test_policies_have_published_averages_beside_their_own_means(self):
        made = tables.policies(Made(policies="trace,policy,merge,header_bytes,align,status,ops,measure4\n,first,yes,0,1,published,,2.3\n"
                                    ",lifo-first,yes,0,1,published,,36\nt,first,yes,0,1,ok,5000,10\nu,first,yes,0,1,ok,5000,20\n"
                                    "u,first,no,0,1,unavailable,,\nt,packing,,8,16,ok,5000,5\ntiny,first,yes,0,1,ok,12,90\n"))
        self.assertEqual(rows_of(made), [["no headers, no alignment", "first", "yes", "2.30 %", "15.0 %", "10.0 %", "20.0 %"],
                                         ["no headers, no alignment", "lifo-first", "yes", "36.0 %", "–", "–", "–"],
                                         ["8-byte headers, aligned to 16", "packing", "–", "–", "5.00 %", "5.00 %", "–"]])

    def test_a_packing_stands_between_its_bounds(self):
        made = tables.policies(Made(policies="trace,policy,merge,header_bytes,align,status,ops,peak_live_bytes,measure4,bound_bytes,robson_bytes\n"
                                    "t,packing,,8,1,ok,5000,1000,7,1050,9000\nu,packing,,8,1,ok,5000,1000,3,1010,\n"))
        self.assertEqual([row[1:] for row in rows_of(made)], [["packing", "–", "–", "5.00 %", "7.00 %", "3.00 %"],
                                                              ["most live: a lower bound", "–", "–", "3.00 %", "5.00 %", "1.00 %"],
                                                              ["Robson's lower bound", "–", "–", "800 %", "800 %", "–"]])

    def test_bounds_are_beside_each_program_that_is_still_the_same(self):
        rows = "trace,allocator,status,peak_live_bytes,peak_extent_bytes,measure4\nt,simple,ok,1000,2000,100\nt,glibc,ok,1000,1500,50\n" \
               "u,simple,ok,900,2000,100\nv,simple,ok,2048,4096,100\n"
        made = tables.fragmentation(Made(
            fragmentation_summary=rows, policies="trace,policy,header_bytes,align,status,peak_live_bytes,peak_extent_bytes,bound_bytes,robson_bytes\n"
            "t,packing,0,1,ok,1000,1000,1000,9000\nt,packing,8,1,ok,1000,1100,1100,8000\nu,packing,0,1,ok,1000,1000,1000,9000\n"
            "v,packing,0,1,ok,2048,2100,2048,20480\nv,first,0,1,ok,2048,3000,,\n"))
        self.assertEqual([row[4:6] for row in rows_of(made)], [["1000 B", "8.79 KiB (9.00×)"], ["1000 B", "8.79 KiB (9.00×)"], ["–", "–"],
                                                               ["2.05 KiB (within 52 B)", "20.0 KiB (10.0×)"]])
        self.assertNotIn("bounds", made.caption)

    def test_results_without_bounds_say_what_computes_them(self):
        rows = "trace,allocator,status,peak_live_bytes,peak_extent_bytes,measure4\nt,simple,ok,1000,2000,100\n"
        old = "trace,policy,header_bytes,align,status,peak_live_bytes,peak_extent_bytes,bound_bytes\nt,packing,0,1,ok,1000,1000,1000\n"
        for made, shown in ((tables.fragmentation(Made(fragmentation_summary=rows)), ["–", "–"]),
                            (tables.fragmentation(Made(fragmentation_summary=rows, policies=old)), ["1000 B", "–"])):
            self.assertEqual(rows_of(made)[0][4:6], shown)
            self.assertIn("'heapbench model --all --results DIR' computes them", made.caption)

    def test_models_are_set_against_walking_by_medians_in_ascending_ranges(self):
        made = tables.model_speed(Made(model_speed="allocator,model,ranges,ops,elapsed_ns\nsimple,m,1000,10,5000\nsimple,m,1000,10,1000\n"
                                       "simple,m,1000,10,4000\nm,m,1000,20,200\nm,m,100,20,100\nn,n,100,20,\n"))
        self.assertEqual(rows_of(made), [["m", "–", "100", "–", "5.00 ns", "–"], ["m", "simple", "1\u202f000", "400 ns", "10.0 ns", "40.0×"]])

    def test_threads_are_compared_by_medians_over_the_rounds(self):
        made = tables.threads(Made(threads="trace,allocator,status,replay_threads,one_lock,ops,elapsed_ns,thread_ns,waiting_ns,reference_ns\n"
                                   "t,a,ok,4,no,10,100,400,40,50\nt,a,ok,4,no,10,300,400,80,50\nt,a,ok,4,no,10,200,400,60,50\nt,b,crashed,4,,,,,,\n"))
        self.assertEqual(rows_of(made), [["t", "4", "a", "4.00×", "20.0 ns", "15.0 %", "–", "no"]])

    def test_processor_time_by_threads_is_shown_where_it_is_known(self):
        made = tables.threads(Made(threads="trace,allocator,status,replay_threads,one_lock,ops,elapsed_ns,cpu_ns,thread_ns,waiting_ns,reference_ns\n"
                                   "t,a,ok,4,no,10,100,300,400,40,50\nt,a,ok,4,no,10,300,500,400,80,50\nt,a,ok,4,no,10,200,350,400,60,50\n"))
        self.assertEqual(rows_of(made), [["t", "4", "a", "4.00×", "20.0 ns", "35.0 ns", "15.0 %", "–", "no"]])

    def test_what_was_said_of_threads_is_on_the_page_and_is_the_answer_where_nothing_else_was_compared(self):
        threads = "# heapbench 1\ntrace,allocator,status,replay_threads,one_lock,ops,elapsed_ns,reference,reference_ns\nt,a,ok,4,no,10,100,glibc,50\n"
        remarks = "# heapbench 1\ntrace,kind,text\nt,verdict,a is the fastest\nt,verdict,undecided: b\nt,warning,not to be trusted: the load is 9\n" \
                  "t,warning,recorded from 4 threads\n"
        alone = Made(threads=threads, threads_remarks=remarks)
        self.assertEqual(answer.threads_verdict(alone), ["a is the fastest.", "Undecided: b."])
        section = pages.threads_section(alone, pages.Drawn([]), [])
        self.assertEqual((section.words, section.warnings), (["Recorded from 4 threads."], []))
        page = pages.make(alone, [], "", False)[pages.FIRST]
        self.assertIn("<strong>a is the fastest.</strong> Undecided: b. That is of", page)
        self.assertEqual(page.count('<p class="warning">Not to be trusted: the load is 9.</p>'), 1)
        self.assertNotIn("hold no comparison", page)
        beside = Made(threads=threads, threads_remarks=remarks, comparison="# heapbench 1\ntrace,allocator,trace_ops\nt,a,5000\n")
        section = pages.threads_section(beside, pages.Drawn([]), [])
        self.assertEqual((section.words, section.warnings), (["a is the fastest.", "Undecided: b.", "Recorded from 4 threads."],
                                                             ["Not to be trusted: the load is 9."]))
        page = pages.make(Made(threads=threads), [], "", False)[pages.FIRST]
        self.assertIn("<strong>These results are of replays by the programs&#39; own threads alone.</strong>", page)

    def test_what_has_no_rank_saves_nothing_that_is_shown(self):
        head = "trace,allocator,status,baseline,ratio,verdict,rank,saved_share,trace_ops\n"
        for rank, shown in (("1", "5.80 %"), ("", None)):
            made = Made(comparison=head + f"t,a,ok,glibc,0.5,faster,{rank},0.058,20000\n,a,,glibc,0.5,faster,{rank},,\n")
            table = tables.every_program(made)
            self.assertEqual([column.title for column in table.columns if column.title == "saves of the program"], ["saves of the program"] if shown else [])
            if shown:
                self.assertIn(shown, rows_of(table)[0][-1])
            contender, = answer.contenders_of(made)
            self.assertEqual(contender.saved, 0.058 if shown else None)

    def test_where_others_had_the_processors_threads_are_compared_by_processor_time(self):
        """Of each round, on the same operations: the clock of the verdict, and not that of the picture."""
        threads = "# heapbench 1\ntrace,allocator,round,status,replay_threads,ops,elapsed_ns,cpu_ns,reference,reference_ns\n" \
                  "t,glibc,1,ok,2,10,50,100,glibc,50\nt,glibc,2,ok,2,10,50,200,glibc,50\n" \
                  "t,a,1,ok,2,10,70,50,glibc,50\nt,a,2,ok,2,10,70,140,glibc,50\nt,a,3,ok,2,10,70,1,glibc,50\nt,a,1,ok,2,5,70,1,glibc,50\n"
        names, remark = {"glibc", "a"}, "processor times of all threads\\x2c since others have the processors"
        self.assertEqual([row["cpu_ratio"] for row in tables.thread_rows(Made(threads=threads))], ["1.0", "0.6"])
        self.assertIn("processor time, over the baseline", [column.title for column in tables.threads(Made(threads=threads)).columns])
        self.assertIn("of glibc's processor time: a 0.60×", tables.threads_words(Made(threads=threads), names, True))
        for text, by_cpu in ((remark, True), ("recorded from 2 threads", False)):
            made = Made(threads=threads, threads_remarks=f"# heapbench 1\ntrace,kind,text\nt,warning,{text}\n")
            self.assertEqual(answer.threads_are_by_cpu(made), by_cpu)
            section = pages.threads_section(made, pages.Drawn([]), [])
            self.assertEqual("The picture is of elapsed time, in which the others' work is, too; the table has both." in section.words, by_cpu)

    def test_the_order_by_threads_is_said_of_one_program(self):
        rows = "trace,allocator,status,replay_threads,ops,elapsed_ns,thread_ns,waiting_ns,reference,reference_ns\n" \
               "t,glibc,ok,4,10,50,9,1,glibc,50\nt,a,ok,4,10,40,9,1,glibc,50\nt,b,ok,4,10,20,9,1,glibc,50\nt,null,ok,4,10,1,9,1,glibc,50\n"
        names = {"glibc", "a", "b"}
        self.assertEqual(tables.threads_words(Made(threads=rows), names, False), "Replayed by its 4 threads, of glibc's elapsed time: "
                         "b 0.40× and a 0.80× (medians: a short list, not a ranking).")
        self.assertEqual(tables.threads_words(Made(threads=rows + "u,a,ok,4,10,40,9,1,glibc,50\n"), names, False), "")

    def test_what_threads_cost_is_left_out_only_of_traces_that_were_not_replayed_by_theirs(self):
        said = "what threads cost each other: %s was recorded from 32 threads and is replayed by 1 (ask with 'heapbench run --threads')"
        comparison = "# heapbench 1\n" + "".join(f"# left out  {said % t}\n" for t in ("t", "t 2", "u")) + "# left out  t: something else\ntrace,allocator\n"
        threads = "trace,allocator,status\nt,glibc,ok\nu,glibc,crashed\n"
        self.assertEqual(answer.left_out_words(Made(comparison=comparison, threads=threads)),
                         [("comparison.csv", [said % "t 2", said % "u", "t: something else"])])
        self.assertEqual(answer.left_out_words(Made(comparison=comparison)), [("comparison.csv", [said % "t", said % "t 2", said % "u", "t: something else"])])

    def test_what_comes_back_is_of_what_the_program_gave_back(self):
        _, _, contenders = answered(",a,,glibc,1,1,faster,0.5,,,,,\n,b,,glibc,1,2,faster,0.6,,,,,\n", return_summary="trace,allocator,status,"
                                    "peak_resident_bytes,drop_live_bytes,drop_10s_bytes\nstorm,a,ok,1100,100,350\nother,a,ok,1,1,1\n")
        self.assertEqual([c.back for c in contenders], [75.0, None])

    def test_what_comes_back_is_told_of_what_was_replayed(self):
        head = "trace,allocator,status,peak_live_bytes,peak_resident_bytes,drop_live_bytes,drop_bytes,drop_1s_bytes,drop_10s_bytes,freed_bytes,freed_1s_bytes,freed_10s_bytes\n"
        mine, storm = "mine,a,ok,100,200,,,,,150,150,150\n", "storm,a,ok,100,200,10,50,40,0,9,9,9\n"
        ends = ["when all is freed", "1 s after", "10 s after"]
        drops = ["live after the drop", "resident then", "1 s later", "10 s later"]
        for rows, said, columns, when in (
                (mine, ["What a trace leaves"], ends, "at most, and after all is freed"),
                (storm, ["storm is a generated workload: a burst"], drops + ends, "after a burst, and after all is freed"),
                (mine + storm + storm.replace("storm", "storm-silent"), ["storm and storm-silent are generated workloads: a burst", "What a trace leaves"], drops + ends, "after a burst, and after"),
                (mine.replace("ok,100", "crashed,100"), ["What a trace leaves"], [], "")):
            made = Made(return_summary=head + rows)
            words = pages.workload_words(made)
            self.assertEqual([begins for begins, word in zip(said, words) if word.startswith(begins)], said)
            self.assertEqual(len(words), len(said))
            table_made = tables.comes_back(made)
            self.assertEqual([column.title for column in table_made.columns][4:], columns)
            self.assertIn(when, table_made.caption)
        self.assertEqual(pages.workload_words(Made()), [])
        caption = figures.Figure(os.environ["PLOTS"], "return").caption
        for word in ("burst", "nine tenths"):
            self.assertNotIn(word, caption)

    def test_live_is_in_the_legend_only_where_something_is_seen_to_be(self):
        head = "trace,allocator,library,status,time_s,phase,resident_bytes,live_bytes\n"
        for live, known in (("0", 0), ("7", 1)):
            made, _ = tidy.comes_back(table(head + f"t,a,a,ok,0.1,work,9,0\nt,a,a,ok,0.2,freed,9,{live}\n", "return.csv"))
            self.assertIn(f"\nany_live = {known}\n", made)

    def test_hosts_are_shown_where_there_are_several(self):
        head = "host,machine,units,rounds,seconds,floor_ns\n"
        one = "a,AMD\\x2c 2 cores,3,30,12.5,1.5\n"
        self.assertIsNone(tables.hosts(Made(hosts=head + one)))
        made = tables.hosts(Made(hosts=head + one + "b,ARM,1,10,2,\n"))
        self.assertEqual(rows_of(made)[0], ["a", "3", "30", "12.5 s", "1.50 ns", "AMD, 2 cores"])
        rows = "trace,allocator,status,baseline,ratio,verdict,rank,hosts\nt,a,ok,glibc,0.5,faster,1,%s\n"
        self.assertNotIn("hosts", [column.title for column in tables.every_program(Made(comparison=rows % 1)).columns])
        self.assertEqual(tables.every_program(Made(comparison=rows % 2)).columns[-1].title, "hosts")

    def test_a_study_names_the_plan_that_measures_what_it_lacks(self):
        parts = {"latency": answer.FIRST_PARTS["latency"], "least_memory": answer.FIRST_PARTS["least_memory"], "curve": answer.SECOND_PARTS["curve"]}
        alone, study = Made(comparison="trace\n"), Made(comparison="trace\n", units="unit\n")
        self.assertEqual([command for _, command, _ in answer.not_measured(alone, parts)],
                         ["heapbench run TRACE --results DIR"] * 2 + ["heapbench curve --all --results DIR"])
        self.assertEqual([command for _, command, _ in answer.not_measured(study, parts)],
                         ["heapbench plan TRACE -q latency -o DIR/latency.tsv", "heapbench plan TRACE -q failure_points -o DIR/failure_points.tsv",
                          "heapbench curve --all --results DIR"])

    def test_every_benchmark_that_a_plan_asks_is_named_so(self):
        """All but model_speed, which is of no trace."""
        parts = {**answer.FIRST_PARTS, **answer.SECOND_PARTS}
        benchmarks = {name for name, (_, command) in parts.items() if not command.startswith("heapbench ")}
        self.assertEqual({name for name in benchmarks if name not in answer.PLANNED}, {"model_speed"})
        self.assertLessEqual(set(answer.PLANNED), set(parts))

    def test_what_a_trace_does_stands_beside_its_name_and_no_silence_has_no_nanoseconds(self):
        made = tables.catalogue(Made(catalogue="trace,what,silent_us\nt,sorts,0\nu,waits,1260000\nv,draws,\n"))
        silent = [column.title for column in made.columns].index("silent")
        self.assertEqual([(row[0], row[1], row[silent]) for row in rows_of(made)],
                         [("t", "sorts", "0.0 s"), ("u", "waits", "1.3 s"), ("v", "draws", "–")])

    def test_a_table_has_no_more_rows_than_anyone_reads(self):
        made = tables.comes_back(Made(return_summary="trace,allocator\n" + "t,a\n" * 6000))
        self.assertEqual((len(made.rows), made.left), (5000, 1000))


if __name__ == "__main__":
    unittest.main()
