"""checked_test - what a program misuses is named, with the program, by every checked heap; and one that is right lives on."""

import os
import re
import signal
import unittest

from living import RUNGS, Living, run

SUBJECT = os.environ["SUBJECT"]
MISUSING = os.environ["MISUSING"]

# What the sentence says beside the program, its process, the call and the block.
MISUSES = {
    "free_twice": r"free\(0x[0-9a-f]+\) of (a block that is free already|a pointer at which no block begins: .* or it was freed before)",
    "free_aligned_twice": r"free\(0x[0-9a-f]+\) of (a block that is free already|a pointer at which no block begins: .* or it was freed before)",
    "free_middle": r"free\(0x[0-9a-f]+\) of a pointer at which no block begins",
    "free_stack": r"free\(0x[0-9a-f]+\) of a pointer from elsewhere",
    "resize_freed": r"realloc\(0x[0-9a-f]+\) of a block that is free already",
    "ask_freed": r"malloc_usable_size\(0x[0-9a-f]+\) of a block that is free already",
    "overflow_by_1": r"free\(0x[0-9a-f]+\) of a block whose end was written past: byte 41 was written, of a block that was asked for with 40",
    "overflow_by_16": r"realloc\(0x[0-9a-f]+\) of a block whose end was written past: byte 41 was written, of a block that was asked for with 40",
    "overflow_by_64": r"(malloc in a heap that was written over|free\(0x[0-9a-f]+\) of a block whose end was written past)",
    "overflow_of_nothing": r"free\(0x[0-9a-f]+\) of a block whose end was written past: byte 1 was written, of a block that was asked for with 0",
}


class Checked(Living):
    def checked(self, rung, *arguments):
        return self.exec(rung, *arguments, options=["--checked"])

    def test_misuse_ends_the_program_with_a_sentence(self):
        """The program's own handler of SIGABRT does not run: it would wait for the heap for ever."""
        for rung in RUNGS:
            for misuse, sentence in MISUSES.items():
                with self.subTest(rung=rung, misuse=misuse):
                    done = self.checked(rung, MISUSING, misuse)
                    self.assertEqual((done.stdout, done.returncode), ("", -signal.SIGABRT))
                    self.assertRegex(done.stderr, rf"\Aheapbench: subject_misusin \(\d+\): {sentence}.*\n\Z")

    def test_the_whole_family_is_right_on_every_heap(self):
        for rung in RUNGS:
            for what in ("family", "threads", "forks"):
                with self.subTest(rung=rung, what=what):
                    done = self.checked(rung, SUBJECT, what)
                    self.assertEqual((done.stdout, done.stderr, done.returncode), ("", "", 0))

    def test_a_program_that_is_right_says_what_it_says(self):
        for program in (["perl", "-e", "print join ',', map { $_ x 2 } sort map { $_ * 7 % 101 } 1..100"], ["sh", "-c", "ls / | sort"]):
            plain = run(program, self.folder)
            for rung in RUNGS:
                with self.subTest(rung=rung, program=program[0]):
                    done = self.checked(rung, *program)
                    self.assertEqual((done.stdout, done.stderr, done.returncode), (plain.stdout, plain.stderr, 0))


if __name__ == "__main__":
    unittest.main()
