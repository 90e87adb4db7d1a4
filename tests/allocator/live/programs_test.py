"""programs_test - a real program lives on each of our heaps and answers as it does on the C library's.

Usage: programs_test.py, with the program's name in $PROGRAM. Exit status 77: it is not installed.
"""

import os
import sys
import unittest

from living import QUICK, RUNGS, Living, on
from programs import PROGRAMS

PROGRAM = PROGRAMS[os.environ["PROGRAM"]]


class Lives(Living):
    def test_it_answers_as_on_glibc(self):
        PROGRAM.make(self.folder)
        plain = {is_long: PROGRAM.output(list, self.folder, is_long) for is_long in (False, True)}
        self.assertNotEqual(plain[True], plain[False])
        for rung in RUNGS:
            with self.subTest(rung=rung):
                is_long = rung in QUICK
                self.assertEqual(PROGRAM.output(lambda words, rung=rung: on(rung, words), self.folder, is_long), plain[is_long])


if __name__ == "__main__":
    if PROGRAM.missing():
        print(f"skipped: {PROGRAM.missing()}")
        sys.exit(77)
    unittest.main()
