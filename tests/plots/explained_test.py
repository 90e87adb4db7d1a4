"""explained_test - what the exact model explains of what libraries hold: whose rows count, correlations, intervals, sentences."""

import os
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.environ["PLOTS"])

from page import explained, source, tables  # noqa: E402

POLICIES = "trace,policy,merge,header_bytes,align,status,peak_live_bytes,peak_extent_bytes\n"
COMPARISON = "trace,allocator,status,rank,peak_live_bytes,memory_over_live\n"


def records(text):
    return source.Table("x.csv", text.encode()).records()


def points(rows, more=""):
    """Of (trace, live, extent of first fit, allocator, held over live)."""
    of = "".join(f"{t},first,yes,8,16,ok,{live},{extent}\n" for t, live, extent in dict.fromkeys(row[:3] for row in rows))
    held = "".join(f"{t},{a},ok,1,{live},{over}\n" for t, live, _, a, over in rows)
    return explained.points_of(records(POLICIES + of + more), records(COMPARISON + held))


class Explained(unittest.TestCase):
    def test_equal_values_share_a_rank(self):
        self.assertEqual(explained.ranks([30, 10, 20, 10]), [3, 0.5, 2, 0.5])
        self.assertEqual(explained.ranks([5, 5, 5]), [1, 1, 1])
        self.assertEqual(explained.ranks([]), [])

    def test_only_programs_that_are_the_same_in_both_files_count(self):
        of = records(POLICIES + "a,first,yes,8,16,ok,1000,1100\na,first,yes,0,1,ok,1000,1050\na,first,no,8,16,ok,1000,1500\nb,first,yes,8,16,ok,1000,1200\n"
                     "c,first,yes,8,16,failed,1000,1200\nd,best,yes,8,16,ok,1000,1200\n,first,yes,8,16,published,,\n")
        held = records(COMPARISON + "a,glibc,ok,1,1000,1.5\na,simple,ok,,1000,9\na,null,ok,,1000,\na,jemalloc,crashed,,1000,\na,mimalloc,ok,2,1000,\n"
                       "b,glibc,ok,1,999,1.5\nc,glibc,ok,1,1000,1.5\nd,glibc,ok,1,1000,1.5\n,glibc,ok,1,,\n")
        found = explained.points_of(of, held)
        self.assertEqual([(p.trace, p.allocator, p.held, p.live) for p in found], [("a", "glibc", 1.5, 1000)])
        self.assertEqual(found[0].extents, {("first", "yes"): 1.1, ("first", "no"): 1.5})

    def test_a_power_of_the_extent_is_explained_wholly(self):
        made = points([(f"t{i}", 1000, 1000 << i, "glibc", 2.0 ** (3 * i)) for i in range(1, 9)])
        fit = explained.Fit(made, explained.DRAWN, "glibc")
        self.assertEqual([round(v, 9) for v in (fit.r, fit.rank, fit.share, fit.low, fit.high, fit.bytes_r)], [1] * 6)
        self.assertEqual((fit.traces, fit.over), (8, (2.0 ** 8 + 2.0 ** 10) / 2))

    def test_what_has_no_bearing_explains_nothing_while_the_bytes_agree(self):
        """Extents and what is held are the four corners of a square: no correlation; of bytes from 1 KB to 1 GB it is near 1 all the same."""
        corners = ((2, 4), (2, 8), (4, 4), (4, 8))
        made = points([(f"t{i}", live := 1000 << 5 * i, x * live, "glibc", y) for i, (x, y) in enumerate(corners * 2)])
        fit = explained.Fit(made, explained.DRAWN, "glibc")
        self.assertEqual((round(fit.r, 9), round(fit.rank, 9)), (0, 0))
        self.assertGreater(fit.bytes_r, 0.99)

    def test_the_interval_is_over_programs_and_the_same_each_time(self):
        rows = [(f"t{i}", 1000, 1000 + 100 * (i * 7 % 10), a, 2 - (i * 3 % 10) / 10 + 0.001 * i) for i in range(10) for a in ("glibc", "mine")]
        first, second = (explained.Fit(points(rows), explained.DRAWN, explained.ALL) for _ in range(2))
        self.assertEqual((first.low, first.high), (second.low, second.high))
        self.assertTrue(first.low <= first.share <= first.high)
        # A second library that does as the first one adds no program, and so no certainty.
        alone = explained.Fit(points(rows), explained.DRAWN, "glibc")
        self.assertEqual([round(v, 9) for v in (first.low, first.high)], [round(v, 9) for v in (alone.low, alone.high)])

    def test_where_nothing_varies_nothing_is_said(self):
        for rows in ([(f"t{i}", 1000, 1100, "glibc", 1 + i) for i in range(9)], [(f"t{i}", 1000, 1100 + i, "glibc", 1.5) for i in range(9)]):
            fits = explained.fits_of(points(rows))
            self.assertEqual([(f.share, f.low, f.high, f.r) for f in fits if f.policy == "first fit"], [(None, None, None, None)])
            self.assertEqual(explained.words_of(fits), [])
        self.assertEqual((explained.fits_of([]), explained.words_of([])), ([], []))
        self.assertFalse(tables.explained([]))

    def test_of_few_programs_no_share_is_told_but_why(self):
        """Three points that lie on a line by chance are no 100 %."""
        for programs in (1, 3, 7, 8):
            fits = explained.fits_of(points([(f"t{i}", 1000, 1000 << i, "glibc", 2.0 ** i) for i in range(1, programs + 1)]))
            words = explained.words_of(fits)
            known = [fits[0].share is not None, fits[0].r is not None, "%" in words[0]]
            self.assertEqual(known, [programs == 8] * 3, programs)
            self.assertEqual(f"Of {programs} program{'s' if programs > 1 else ''} no share is told: among fewer than 8," in words[0], programs < 8)
            self.assertEqual(words[1], "In the median of the programs a library holds so many times the extent of first fit that merges: glibc 1.00×.")

    def test_what_goes_the_other_way_is_not_explained(self):
        against = [(f"t{i}", 1000, 1000 << i, "contrary", 2.0 ** -i) for i in range(1, 9)]
        fit = explained.Fit(points(against), explained.DRAWN, "contrary")
        self.assertEqual((round(fit.r, 9), round(fit.rank, 9), fit.share, fit.low, fit.high), (-1, -1, None, None, None))
        alone = explained.words_of(explained.fits_of(points(against)))
        self.assertTrue(alone[0].endswith("size classes? On contrary it goes the other way: where first fit reaches further less is held, so that it explains nothing."))
        fits = explained.fits_of(points(against + [(f"t{i}", 1000, 1000 << i, "glibc", 2.0 ** i) for i in range(1, 9)]))
        self.assertIn("difference: 100 % on glibc (95 % interval 100 to 100 %)", explained.words_of(fits)[0])
        self.assertIn("(8 programs). On contrary it goes the other way", explained.words_of(fits)[0])
        shown = {row[1]["text"]: [cell["text"] for cell in row[3:6]] for row in tables.explained(fits).rows if row[0]["text"] == "first fit"}
        self.assertEqual((shown["contrary"], shown["glibc"]), (["–", "–", "−1.00"], ["100 %", "100 % – 100 %", "1.00"]))

    def test_an_interval_has_nothing_of_drawings_that_go_the_other_way(self):
        falling = [[(0.0, 1.0), (1.0, 0.5)], [(1.0, 0.0), (2.0, -0.5)], [(3.0, -1.0)]]
        self.assertEqual(explained.interval(falling), (0, 0))

    def test_the_sentences_and_the_table_have_the_figures(self):
        rows = [(f"t{i}", 1000, 1000 << i, a, over) for i in range(1, 9) for a, over in (("glibc", 2.0 ** i), ("flat", 4 if i in (1, 4, 5) else 4.1 if i == 8 else 5))]
        made = points(rows, "".join(f"t{i},best,yes,8,16,ok,1000,{1000 << (9 - i)}\n" for i in range(1, 9)))
        fits = explained.fits_of(made)
        words = explained.words_of(fits)
        self.assertIn("100 % on glibc (95 % interval 100 to 100 %) and 0 % on flat;", words[0])
        self.assertIn("(8 programs)", words[0])
        self.assertEqual(words[1], "In the median of the programs a library holds so many times the extent of first fit that merges: flat 0.19× and glibc 1.00×.")
        shown = [[cell["text"] for cell in row] for row in tables.explained(fits).rows]
        self.assertEqual([row[:3] for row in shown[:3]], [["first fit", "all", "8"], ["first fit", "glibc", "8"], ["first fit", "flat", "8"]])
        self.assertEqual(shown[1][3:], ["100 %", "100 % – 100 %", "1.00", "1.00", "1.00×", "1.00"])
        self.assertEqual([row[3:6] for row in shown if row[0] == "best fit" and row[1] == "glibc"], [["–", "–", "−1.00"]])
        self.assertEqual([row[2:6] for row in shown if row[0] == "first fit, never merging"], [["0", "–", "–", "–"]] * 3)
        self.assertEqual(tables.explained(fits).files, ["policies", "comparison"])


if __name__ == "__main__":
    unittest.main()
