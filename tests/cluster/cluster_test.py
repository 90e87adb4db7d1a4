"""cluster_test - heapbench plan, run --unit and merge: equal to a direct run, whole or not at all, and nothing merged in silence."""

import fcntl
import glob
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

HEAPBENCH = os.environ["HEAPBENCH"]
CLUSTER = os.environ["CLUSTER"]
DONE, FAILED, USAGE, PARTIAL = 0, 1, 2, 3

work = tempfile.mkdtemp(prefix="cluster-test-")
# The scratch folders and host locks of these tests are their own.
scratch = os.path.join(work, "tmp")
os.mkdir(scratch)
ENVIRONMENT = dict(os.environ, TMPDIR=scratch, LC_ALL="C")
for variable in ("HEAPBENCH_TRACES", "HEAPBENCH_CLUSTER"):
    ENVIRONMENT.pop(variable, None)


def heapbench(*arguments, **more):
    return subprocess.run([HEAPBENCH, *arguments], env=ENVIRONMENT, capture_output=True, text=True, check=False, cwd=work, **more)


def start(*arguments):
    return subprocess.Popen([HEAPBENCH, *arguments], env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=work)


def cluster(version, *arguments):
    """The script of another heapbench."""
    return subprocess.run([sys.executable, os.path.join(CLUSTER, "cluster.py"), "--tool", HEAPBENCH,
                           "--version-of-tool", version, *arguments], env=ENVIRONMENT, capture_output=True, text=True, check=False, cwd=work)


def rows(path):
    """From the schema on: what no clock, machine or command is part of."""
    with open(path, "rb") as file:
        data = file.read()
    return data[data.index(b"\n# schema"):]


def read(path):
    with open(path, encoding="ascii") as file:
        return file.read()


def write(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def trace(name, count, size=24):
    """`count` operations, every second one a free."""
    path = os.path.join(work, name)
    write(path, "".join(f"a {i} {size + i % 7}\nf {i}\n" for i in range(count // 2)) + f"a {count} 5\n")
    return path


def wait_for(condition):
    for _ in range(3000):
        if condition():
            return True
        time.sleep(0.02)
    return False


class Study:
    """A folder of its own with a plan."""

    count = 0

    def __init__(self, *arguments):
        Study.count += 1
        self.name = f"study{Study.count}"
        self.folder = os.path.join(work, self.name)
        self.plan = os.path.join(self.name, "plan.tsv")
        self.path = os.path.join(self.folder, "plan.tsv")
        self.made = heapbench("plan", *arguments, "-o", self.plan)

    def lines(self):
        with open(self.path, encoding="ascii") as file:
            return file.read().splitlines()

    def edit(self, change):
        write(self.path, "".join(line + "\n" for line in change(self.lines())))

    def run(self, number, *more, **how):
        return heapbench("run", "--unit", str(number), *more, self.plan, **how)

    def check(self, *more):
        return heapbench("plan", "--check", *more, self.name)

    def merge(self):
        return heapbench("merge", self.name)

    def results(self):
        return sorted(glob.glob(os.path.join(self.folder, "units", "*.csv")))

    def litter(self):
        names = os.listdir(os.path.join(self.folder, "units")) if os.path.isdir(os.path.join(self.folder, "units")) else []
        return [name for name in names if name.endswith(".part")] + [name for name in os.listdir(scratch) if name.startswith("heapbench-unit-")]

    def run_all(self, *more):
        for number in range(1, len(self.lines())):
            self.run(number, *more)


def forge(path, change, head=None):
    """Changes a result's content, or its head, and makes the checksum right."""
    with open(path, "rb") as file:
        lines = file.read().split(b"\n")
    top, body = lines[:5], change(b"\n".join(lines[5:]))
    top = head(top) if head else top
    top[4] = f"# content   {len(body)} bytes, sha256 {hashlib.sha256(body).hexdigest()}".encode()
    with open(path, "wb") as file:
        file.write(b"\n".join(top + [body]))


class Exact(unittest.TestCase):
    def test_merged_is_what_one_run_writes(self):
        small, other = trace("small.txt", 40), trace("other.txt", 60)
        study = Study("small.txt", "other.txt", "-q", "curve,policies")
        self.assertEqual(study.made.returncode, DONE, study.made.stderr)
        study.run_all()
        merged = study.merge()
        self.assertEqual((merged.returncode, merged.stderr), (DONE, ""))
        heapbench("model", "--all", "--results", "direct", small, other)
        self.assertEqual(rows(f"{study.folder}/policies.csv"), rows(f"{work}/direct/policies.csv"))
        parts = []
        for path in (small, other):
            heapbench("curve", "--results", "direct", path)
            parts.append(rows(f"{work}/direct/curve.csv"))
        head = parts[0].index(b"\n", parts[0].index(b"\ntrace,") + 1)
        self.assertEqual(rows(f"{study.folder}/curve.csv"), parts[0] + parts[1][head + 1:])
        self.assertEqual(rows(f"{study.folder}/allocators.csv"), rows(f"{work}/direct/allocators.csv"))

    def test_traces_of_one_name_are_told_apart(self):
        os.makedirs(f"{work}/deep", exist_ok=True)
        trace("same.txt", 20)
        shutil.copy(trace("same2.txt", 22), f"{work}/deep/same.txt")
        study = Study("same.txt", "deep/same.txt", "-q", "curve")
        study.run_all()
        self.assertEqual(study.merge().returncode, DONE)
        names = {line.split(b",")[0] for line in rows(f"{study.folder}/curve.csv").splitlines()[3:]}
        self.assertEqual(names, {b"same.txt", b"deep/same.txt"})

    def test_shipped_traces_are_those_of_the_list(self):
        listed = json.loads(heapbench("list", "--json").stdout)["traces"]
        names = [row["name"] for row in listed]
        every = Study(*names, "-q", "curve")
        self.assertEqual([line.split("\t")[5:7] for line in every.lines()[1:]], [[name, name] for name in names], every.made.stderr)
        few = Study("-q", "curve")
        self.assertEqual([line.split("\t")[5] for line in few.lines()[1:]], [row["name"] for row in listed if row["chosen"]])
        self.assertLess(len(few.lines()), len(every.lines()))

    def test_two_traces_of_one_name_in_two_plans_are_refused(self):
        trace("same.txt", 20)
        study = Study("same.txt", "-q", "curve")
        study.run(1)
        trace("same.txt", 24)
        heapbench("plan", "same.txt", "-q", "curve", "-o", f"{study.name}/later.tsv")
        heapbench("run", "--unit", "1", f"{study.name}/later.tsv")
        merged = study.merge()
        self.assertEqual(merged.returncode, FAILED)
        self.assertRegex(merged.stderr, "name: .*plan.tsv:2: same is another trace than in .*later.tsv:2")

    def test_a_double_is_equal_to_the_byte_or_refused(self):
        trace("double.txt", 40)
        study = Study("double.txt", "-q", "curve")
        study.run(1, "--host", "a")
        self.assertIn("is there already", study.run(1, "--host", "b").stderr)
        study.run(1, "--host", "b", "--again")
        self.assertEqual(len(study.results()), 2)
        checked = study.check()
        self.assertEqual(checked.returncode, DONE)
        self.assertIn("equal to the byte", checked.stdout)
        forge(study.results()[1], lambda body: body.replace(b"first-merge,ok,41,", b"first-merge,ok,42,"))
        checked, merged = study.check(), study.merge()
        self.assertEqual((checked.returncode, merged.returncode), (FAILED, FAILED))
        self.assertRegex(checked.stdout, r"different .*plan.tsv:2: unit 1, which is exact: .*@a.csv:[0-9]+ and .*@b.csv:[0-9]+ differ")
        self.assertFalse(os.path.exists(f"{study.folder}/curve.csv"))


class Whole(unittest.TestCase):
    """A result is there whole or not at all, and once."""

    @classmethod
    def setUpClass(cls):
        heapbench("generate", "steady", "live=50K", "steps=150K", "seed=3", "-o", "slow.trace")

    def study(self):
        study = Study("slow.trace", "-q", "policies")
        self.assertEqual(study.made.returncode, DONE, study.made.stderr)
        return study

    def begin(self, study):
        """A worker that is measuring."""
        worker = start("run", "--unit", "1", study.plan)
        self.assertTrue(wait_for(lambda: any(name.startswith(f"heapbench-unit-{worker.pid}-") for name in os.listdir(scratch))))
        return worker

    def test_what_is_there_is_not_done_again(self):
        study = Study("demo", "-q", "curve")
        study.run(1)
        before = os.stat(study.results()[0])
        again = study.run(1)
        self.assertEqual(again.returncode, DONE)
        self.assertIn("unit 1 is there already", again.stderr)
        after = os.stat(study.results()[0])
        self.assertEqual((after.st_ino, after.st_mtime_ns, after.st_ctime_ns), (before.st_ino, before.st_mtime_ns, before.st_ctime_ns))

    def test_what_is_there_and_damaged_is_not_done(self):
        study = Study("demo", "-q", "curve")
        study.run(1)
        whole = read(study.results()[0])
        for damaged in ("", whole[:-1]):
            write(study.results()[0], damaged)
            again = study.run(1)
            self.assertEqual(again.returncode, FAILED)
            self.assertRegex(again.stderr, r"damaged: .*\.csv:[15]: .*; move it away, and run its unit again")
            self.assertEqual(read(study.results()[0]), damaged)
            self.assertRegex(study.check().stdout, "damaged .*; move it away, and run its unit again")

    def test_two_workers_on_one_unit(self):
        study = self.study()
        first = self.begin(study)
        second = study.run(1)
        self.assertEqual(second.returncode, FAILED)
        self.assertIn("another worker is at it; nothing was done", second.stderr)
        self.assertEqual(first.wait(), DONE)
        first.communicate()
        self.assertEqual(len(study.results()), 1)
        self.assertEqual(study.litter(), [])

    def test_a_worker_that_is_killed_leaves_no_result_and_the_next_one_does_it(self):
        for number in (signal.SIGKILL, signal.SIGTERM):
            study = self.study()
            worker = self.begin(study)
            worker.send_signal(number)
            worker.communicate()
            self.assertNotEqual(worker.returncode, DONE)
            self.assertEqual(study.results(), [])
            self.assertEqual(study.check().returncode, PARTIAL)
            self.assertEqual(study.run(1).returncode, DONE)
            self.assertEqual(study.litter(), [])
            self.assertEqual(study.check().returncode, DONE)

    def test_what_it_started_ends_with_it(self):
        study = self.study()
        worker = self.begin(study)
        children = f"/proc/{worker.pid}/task/{worker.pid}/children"
        self.assertTrue(wait_for(lambda: read(children).split()))
        child = read(children).split()[0]
        worker.kill()
        worker.communicate()
        self.assertTrue(wait_for(lambda: not os.path.exists(f"/proc/{child}")))

    @unittest.skipUnless(shutil.which("parallel"), "GNU parallel is not installed (./setup --dev)")
    def test_parallel_resumes_what_was_killed_and_nothing_else(self):
        trace("par1.txt", 40)
        trace("par2.txt", 60)
        study = Study("slow.trace", "par1.txt", "par2.txt", "-q", "policies,curve")
        numbers = [str(number) for number in range(1, 7)]
        log = f"{study.folder}/log"

        def parallel(*more):
            return subprocess.Popen(["parallel", "-j2", "--joblog", log, *more, HEAPBENCH, "run", "--unit", "{}", study.plan, ":::", *numbers],
                                    env=dict(ENVIRONMENT, PARALLEL_HOME=work), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=work)

        def failed():
            return [line.split("\t")[8].split()[3] for line in read(log).splitlines()[1:] if line.split("\t")[6:8] != ["0", "0"]]

        job = parallel()
        slow = lambda: [name.split("-")[2] for name in os.listdir(scratch) if name.startswith("heapbench-unit-")]  # noqa: E731
        self.assertTrue(wait_for(slow))
        os.kill(int(slow()[0]), signal.SIGKILL)
        job.communicate()
        self.assertEqual(len(failed()), 1)
        held = {path: os.stat(path).st_ino for path in study.results()}
        self.assertEqual(len(held), 5)
        again = parallel("--resume-failed")
        again.communicate()
        self.assertEqual(again.returncode, DONE)
        self.assertEqual(len(study.results()), 6)
        self.assertEqual({path: os.stat(path).st_ino for path in held}, held)
        self.assertEqual(study.litter(), [])

    @unittest.skipUnless(shutil.which("parallel"), "GNU parallel is not installed (./setup --dev)")
    def test_the_missing_ones_again_or_the_whole_list_resumed(self):
        """parallel resumes by the place in its list, and that of the missing ones is shorter the second time."""
        trace("stay.txt", 40)
        away = trace("gone.txt", 60)
        for resumed in (False, True):
            study = Study("gone.txt", "stay.txt", "-q", "curve,policies")
            log = f"{study.folder}/log"

            def parallel(numbers, *more):
                return subprocess.run(["parallel", "-j2", "--joblog", log, *more, HEAPBENCH, "run", "--unit", "{}", study.plan], input=numbers,
                                      env=dict(ENVIRONMENT, PARALLEL_HOME=work), capture_output=True, text=True, check=False, cwd=work)

            def missing():
                return heapbench("plan", "--check", "--missing", study.plan).stdout

            os.rename(away, away + ".away")
            self.assertNotEqual(parallel(missing()).returncode, DONE)
            os.rename(away + ".away", away)
            left = missing()
            self.assertEqual(len(left.split()), 2)
            held = {path: os.stat(path).st_ino for path in study.results()}
            if resumed:
                parallel(left, "--resume-failed")
                self.assertNotEqual(missing(), "")  # why README names the whole list
                whole = "".join(f"{number}\n" for number in range(1, len(study.lines())))
                self.assertEqual(parallel(whole, "--resume-failed").returncode, DONE)
            else:
                self.assertEqual(parallel(left).returncode, DONE)
            self.assertEqual(missing(), "")
            self.assertEqual({path: os.stat(path).st_ino for path in held}, held)

    def test_a_full_disk_keeps_nothing(self):
        study = self.study()
        full = study.run(1, preexec_fn=lambda: __import__("resource").setrlimit(__import__("resource").RLIMIT_FSIZE, (3000, 3000)))
        self.assertEqual(full.returncode, FAILED)
        self.assertEqual(study.results(), [])
        self.assertEqual(study.litter(), [])
        self.assertEqual(study.run(1).returncode, DONE)

    def test_a_unit_of_time_has_its_host_to_itself(self):
        trace("alone.txt", 40)
        study = Study("alone.txt", "-q", "throughput", "-a", "glibc", "--rounds", "1", "--blocks", "1")
        with open(os.path.join(scratch, "heapbench-host-mine.lock"), "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH)  # as a unit of another kind does
            worker = start("run", "--unit", "1", "--host", "mine", study.plan)
            self.assertIn("host mine is taken by another unit; this one waits", worker.stderr.readline())
            self.assertEqual(study.results(), [])
        worker.communicate()
        self.assertEqual(worker.returncode, DONE)
        self.assertEqual(len(study.results()), 1)


class PlannedAgain(unittest.TestCase):
    """Where a plan is already."""

    def setUp(self):
        trace("again.txt", 20)
        self.study = Study("again.txt", "-q", "curve,policies")
        self.study.run_all("--host", "h")

    def plan(self, *questions):
        return heapbench("plan", "again.txt", "-q", *questions, "-o", self.study.plan)

    def test_the_same_is_the_same_to_the_byte(self):
        self.study.edit(lambda lines: [re.sub(r"\t20[^\t]*$", "\t2026-01-02T03:04:05Z", line) for line in lines])
        before = read(self.study.path)
        self.assertEqual(self.plan("curve,policies").returncode, DONE)
        self.assertEqual(read(self.study.path), before)
        self.assertEqual(self.plan("curve,policies", "--rounds", "3").returncode, DONE)  # which neither takes
        self.assertEqual(read(self.study.path), before)

    def test_finished_units_are_not_dropped(self):
        before = read(self.study.path)
        fewer = self.plan("curve")
        self.assertEqual(fewer.returncode, FAILED)
        self.assertRegex(fewer.stderr, r"plan.tsv: 1 finished unit of the plan that is there would be in no plan any more, and nothing was written; .*--force")
        self.assertEqual(read(self.study.path), before)
        trace("again.txt", 24)
        self.assertRegex(self.plan("curve,policies").stderr, "2 finished units of the plan")
        self.assertEqual(self.plan("curve", "--force").returncode, DONE)
        self.assertEqual(len(self.study.lines()), 2)

    def test_what_is_not_done_or_is_in_another_plan_may_go(self):
        os.remove(next(path for path in self.study.results() if "curve-" in path))
        heapbench("plan", "again.txt", "-q", "policies", "-o", f"{self.study.name}/other.tsv")
        trace("another.txt", 30)
        self.assertEqual(heapbench("plan", "another.txt", "-q", "curve", "-o", self.study.plan).returncode, DONE)

    def test_a_unit_that_was_forgotten_was_planned_before_it_was_done(self):
        """Else merge would say that its host's clock is wrong."""
        for path in self.study.results():
            forge(path, lambda body: body, lambda top: top[:3] + [re.sub(rb"20[0-9-]+T[0-9:]+Z", b"2026-01-02T03:04:05Z", top[3])] + top[4:])
        self.plan("curve", "--force")
        self.assertEqual(self.plan("curve,policies").returncode, DONE)
        self.assertEqual([line.split("\t")[15] for line in self.study.lines()[2:]], ["2026-01-02T03:04:05Z"])
        os.remove(self.study.path)
        self.plan("curve,policies")
        merged = self.study.merge()
        self.assertEqual((merged.returncode, merged.stderr), (DONE, ""))


class Planned(unittest.TestCase):
    """What would let a unit fail is said before any is begun."""

    def test_benchmarks_that_are_not_built_are_named_with_the_command_that_builds_them(self):
        folder = os.path.join(work, "lacking")
        os.makedirs(f"{folder}/bin")
        tool = shutil.copy(HEAPBENCH, f"{folder}/bin/heapbench")
        questions = "curve,latency,throughput,fragmentation"

        def plan(asked):
            return subprocess.run([sys.executable, os.path.join(CLUSTER, "cluster.py"), "--tool", tool, "--version-of-tool", "1", "plan", "--questions", asked,
                                   "--output", f"{folder}/plan.tsv", trace("lacking.txt", 20)], env=ENVIRONMENT, capture_output=True, text=True, check=False)

        installed = plan(questions)
        self.assertEqual(installed.returncode, FAILED)
        self.assertIn(f"{folder}/bin: holds no benchmark latency and no fragmentation; install heapbench with its benchmarks", installed.stderr)
        write(f"{folder}/CMakeCache.txt", "")
        self.assertIn(f"; 'cmake --build {folder} --target latency fragmentation' builds what is not there", plan(questions).stderr)
        self.assertFalse(os.path.exists(f"{folder}/plan.tsv"))
        self.assertEqual(plan("curve").returncode, DONE)

    def test_threads_are_asked_of_traces_that_several_made(self):
        trace("alone.txt", 20)
        write(f"{work}/both.txt", "t 1\na 1 100\nt 2\na 2 50\nf 1\nt 1\nf 2\n")
        study = Study("alone.txt", "both.txt", "-q", "curve,threads")
        self.assertEqual([line.split("\t")[4:6] for line in study.lines()[1:]], [["curve", "alone"], ["curve", "both"], ["threads", "both"]])
        self.assertEqual(study.made.stderr, "heapbench: left out: the question threads of 1 trace that one thread made\n")
        none = Study("alone.txt", "-q", "threads")
        self.assertEqual(none.made.returncode, FAILED)
        self.assertIn("nothing is left to plan: name a trace that several threads made", none.made.stderr)
        self.assertFalse(os.path.exists(none.path))


class Refused(unittest.TestCase):
    def test_an_allocator_that_nothing_is_called_is_refused_before_anything_is_planned(self):
        trace("named.txt", 10)
        for named in (["-a", "glibc,jemaloc"], ["-b", "jemaloc"]):
            study = Study("named.txt", *named)
            self.assertEqual((study.made.returncode, study.made.stdout), (2, ""))
            self.assertIn("no allocator is called 'jemaloc' (did you mean 'jemalloc'?)", study.made.stderr)
            self.assertFalse(os.path.lexists(study.folder))
        study = Study("named.txt", "-q", "throughput", "-a", "glibc,simple,model-first", "--variant", "mine=glibc", "-b", "mine")
        self.assertEqual(study.made.returncode, DONE, study.made.stderr)

    def fails(self, done, words):
        self.assertEqual(done.returncode, FAILED, done.stdout + done.stderr)
        self.assertRegex(done.stderr + done.stdout, words)

    def test_a_plan_of_another_version(self):
        trace("version.txt", 20)
        study = Study("version.txt", "-q", "curve")
        cluster("9.9 git 0123abc", "plan", "--questions", "curve", "--output", study.plan, "version.txt")
        self.fails(study.run(1), r"plan.tsv:2: planned by heapbench 9.9 git 0123abc, and this is ")
        self.assertEqual(study.results(), [])

    def test_a_result_of_another_version(self):
        trace("version.txt", 20)
        study = Study("version.txt", "-q", "curve")
        study.run(1)
        forge(study.results()[0], lambda body: re.sub(rb"# heapbench [^ ]+ ", b"# heapbench 9.9 ", body))
        self.fails(study.merge(), r"@.*csv:6: made by heapbench 9.9 .*plan.tsv:2 is of ")

    def test_a_plan_edited_by_hand(self):
        trace("edited.txt", 20)
        plan = ["edited.txt", "-q", "throughput,curve", "--rounds", "2", "--blocks", "2"]
        study = Study(*plan)
        study.edit(lambda lines: lines[:2] + [lines[2].replace("\t2\t42\t", "\t9\t42\t")] + lines[3:])
        self.fails(study.run(1), r"plan.tsv:3: the unit's name is not of what the line says: edited by hand")
        self.fails(study.check(), r"plan.tsv:3: ")
        self.fails(study.merge(), r"plan.tsv:3: ")

        def with_settings(settings):
            return lambda lines: lines[:2] + ["\t".join(lines[2].split("\t")[:13] + [settings] + lines[2].split("\t")[14:])] + lines[3:]

        for change, words in (
                (with_settings("[" * 100000), r"plan.tsv:3: its block, rounds, seed or settings are none"),
                (with_settings('{"baseline": "a\\u0000b", "variants": []}'), r"plan.tsv:3: its block, rounds, seed or settings are none"),
                (with_settings('{"baseline": "glibc", "variants": ["\\ud800"]}'), r"plan.tsv:3: its block, rounds, seed or settings are none"),
                (lambda lines: lines[:2] + lines[3:], r"plan.tsv:2: is unit 1 of 3, and should be 1 of 2"),
                (lambda lines: lines[:1] + lines[2:] + lines[1:2], r"plan.tsv:2: is unit 2 of 3, and should be 1 of 3"),
                (lambda lines: lines + [lines[-1]], r"plan.tsv:2: is unit 1 of 3, and should be 1 of 4"),
                (lambda lines: [lines[0] + "\tmore"] + lines[1:], r"is no plan of this version|holds no plan"),
                (lambda lines: lines[:1] + [lines[1] + "\tmore"] + lines[2:], r"plan.tsv:2: has 17 fields"),
                (lambda lines: lines[:1] + [lines[1].replace("\tcurve\t", "\tdance\t")] + lines[2:], r"plan.tsv:2: no question 'dance'")):
            study = Study(*plan)
            study.edit(change)
            self.fails(study.run(1), words)
        self.assertEqual(study.results(), [])

    def test_a_unit_that_is_not_there(self):
        trace("beyond.txt", 20)
        study = Study("beyond.txt", "-q", "curve")
        self.fails(study.run(2), r"plan.tsv: no unit 2: it has 1")
        study.run(1)
        trace("other.txt", 60)
        self.assertEqual(heapbench("plan", "other.txt", "-q", "curve", "--force", "-o", study.plan).returncode, DONE)
        self.fails(study.merge(), r"unknown: .*@.*csv: no plan here has this unit any more")

    def test_a_trace_that_changed(self):
        trace("changed.txt", 20)
        study = Study("changed.txt", "-q", "curve,policies")
        study.run(1)
        trace("changed.txt", 24)
        self.fails(study.run(2), r"plan.tsv:3: .*changed.txt is not the trace that was planned")
        checked = study.check()
        self.assertEqual(checked.returncode, PARTIAL)
        self.assertRegex(checked.stdout, r"changed .*plan.tsv:2: .*changed.txt changed after it was planned")
        merged = study.merge()
        self.assertEqual(merged.returncode, PARTIAL)
        self.assertRegex(merged.stderr, "changed after it was planned")
        self.assertIn("# left out  1 of 2 units that are not done", read(f"{study.folder}/curve.csv"))

    def test_a_trace_that_became_a_pipe(self):
        trace("piped.txt", 20)
        study = Study("piped.txt", "-q", "curve")
        os.remove(f"{work}/piped.txt")
        os.mkfifo(f"{work}/piped.txt")
        for done in (study.run(1), heapbench("plan", "piped.txt", "-q", "curve", "-o", f"{work}/piped.tsv")):
            self.fails(done, r"piped.txt: .*it is a pipe")
        checked = study.check()
        self.assertEqual(checked.returncode, PARTIAL)
        self.assertRegex(checked.stdout, r"piped.txt: .*it is a pipe")
        self.assertEqual(study.merge().returncode, FAILED)  # nothing is done

    def test_a_library_that_is_another(self):
        trace("library.txt", 20)
        shutil.copy("/lib/x86_64-linux-gnu/libc.so.6" if os.path.exists("/lib/x86_64-linux-gnu/libc.so.6") else HEAPBENCH, f"{work}/libmine.so")
        study = Study("library.txt", "-q", "throughput", "-a", "glibc,./libmine.so", "--rounds", "1", "--blocks", "1")
        self.assertEqual(study.made.returncode, DONE, study.made.stderr)
        with open(f"{work}/libmine.so", "ab") as file:
            file.write(b"more")
        self.fails(study.run(1), r"plan.tsv:2: ./libmine.so is another ./libmine.so than was planned")

    def test_results_that_were_edited_cut_or_renamed(self):
        trace("damaged.txt", 20)
        def half(path):
            with open(path, "r+b") as file:
                file.truncate(os.path.getsize(path) // 2)

        def change(path):
            with open(path, "r+b") as file:
                data = file.read().replace(b",ok,", b",no,", 1)
                file.seek(0)
                file.write(data)

        def rename(path):
            os.rename(path, path.replace("@", "@other-"))

        for damage, words in ((half, "csv:5: the content is not what was written"), (change, "csv:5: the content is not what was written"),
                              (rename, "csv:2: is unit .* of host"), (lambda path: write(path, "x"), "csv:1: is no result of a unit")):
            study = Study("damaged.txt", "-q", "curve")
            study.run(1)
            damage(study.results()[0])
            self.fails(study.merge(), "damaged: .*" + words)
            self.fails(study.check(), words)

    def test_another_machine_under_the_same_name(self):
        trace("machine.txt", 20)
        study = Study("machine.txt", "-q", "curve,policies")
        study.run_all("--host", "h")
        forge(study.results()[1], lambda body: body, lambda top: top[:2] + [b"# host      h 0123456789abcdef"] + top[3:])
        self.fails(study.merge(), r"host: .*@h.csv:3: host h is another machine than in .*@h.csv")
        study.run_all("--host", "h")
        forge(study.results()[1], lambda body: re.sub(rb"# machine   .*?, ", b"# machine   Pentium, ", body))
        self.fails(study.merge(), r"host h is another machine")

    def test_a_clock_that_differs(self):
        trace("clock.txt", 20)
        for was, words in ((b"2001-01-01T00:00:00Z to 2001-01-01T00:00:00Z, 0.100 s, +0.0 s", "began before it was planned"),
                           (b"2222-01-01T00:00:00Z to 2222-01-01T00:00:00Z, 0.100 s, +0.0 s", "is of the future"),
                           (None, r"is \+99.0 s ahead of the folder's")):
            study = Study("clock.txt", "-q", "curve")
            study.run(1, "--host", "h")
            forge(study.results()[0], lambda body: body, lambda top: top[:3] + [
                re.sub(rb"[+-][0-9.]+ s ahead", b"+99.0 s ahead", top[3]) if was is None else b"# clock     " + was + b" ahead of the folder's"] + top[4:])
            merged = study.merge()
            self.assertEqual(merged.returncode, DONE, merged.stderr)
            self.assertRegex(merged.stderr, "clock: .*@h.csv:4: the clock of host h " + words)
            self.assertRegex(read(f"{study.folder}/curve.csv"), "# left out  .*the clock of host h")

    def test_bad_usage(self):
        for arguments, words in ((["plan", "demo"], "-o PLAN"), (["plan", "--check", "--force", "x"], "--force is of what is written"),
                                 (["plan", "--missing", "demo", "-o", "x"], "--missing is of --check"),
                                 (["plan", "--check"], "--check is of one plan"), (["merge"], "a study|folder"),
                                 (["run", "--unit", "0", "x"], "--unit"), (["run", "--unit", "1", "--rounds", "3", "x"], "rounds")):
            done = heapbench(*arguments)
            self.assertEqual(done.returncode, USAGE, arguments)
            self.assertRegex(done.stderr, words)
        self.fails(heapbench("plan", "nowhere.trace", "-o", "bad/plan.tsv"), "nowhere.trace: no such trace")
        self.fails(heapbench("plan", "demo", "-q", "dance", "-o", "bad/plan.tsv"), "no question 'dance'")
        self.fails(heapbench("merge", "nowhere"), "nowhere: cannot be opened")
        self.fails(heapbench("run", "--unit", "1", "nowhere.tsv"), "nowhere.tsv: cannot be read")
        write(f"{work}/mine.tsv", "my own notes\n")
        self.fails(heapbench("plan", "demo", "-q", "curve", "-o", "mine.tsv"), "is there already and no plan")
        self.fails(Study("demo", "-q", "curve").run(1, "--host", "a/b"), "is no name for a host")


class Times(unittest.TestCase):
    def test_blocks_on_two_hosts(self):
        trace("timed.txt", 20000)
        study = Study("timed.txt", "-q", "throughput", "-a", "glibc,null", "--rounds", "6", "--blocks", "2")
        self.assertEqual(study.made.returncode, DONE, study.made.stderr)
        study.run(1, "--host", "a")
        one = study.merge()
        self.assertEqual(one.returncode, PARTIAL)
        self.assertRegex(read(f"{study.folder}/hosts.csv"), r"(?m)^# run .*Z, 1 unit, each with its seed and rounds, touch page(, clock [a-z]+)?$")
        text = read(study.results()[0])
        mine = self.records(f"{study.folder}/comparison.csv")
        theirs = {row["allocator"]: row for row in self.records_of(text[text.index("# schema    comparison/1"):text.index("# heapbench", text.index("# schema    comparison/1"))])
                  if row["trace"]}
        for row in mine:
            if row["trace"]:
                for column in ("ratio", "ns_per_op", "least_ns", "most_ns", "verdict", "status", "peak_resident_bytes", "rounds", "clock"):
                    self.assertEqual(row[column], theirs[row["allocator"]][column], column)
        study.run(2, "--host", "b")
        self.assertEqual(study.merge().returncode, DONE)
        rows_ = self.records(f"{study.folder}/throughput.csv")
        self.assertEqual([(row["round"], row["host"]) for row in rows_ if row["allocator"] == "glibc"],
                         [(str(i), "a" if i < 7 else "b") for i in range(1, 13)])
        for row in self.records(f"{study.folder}/comparison.csv"):
            self.assertEqual((row["hosts"], row["ns_per_op"], row["saved_seconds"]), ("2", "", ""))
        self.assertEqual([row["host"] for row in self.records(f"{study.folder}/hosts.csv")], ["a", "b"])

    @staticmethod
    def records_of(text):
        lines = [line for line in text.splitlines() if not line.startswith("#")]
        return [dict(zip(lines[0].split(","), line.split(","))) for line in lines[1:]]

    def records(self, path):
        return self.records_of(read(path))

    def test_every_question_has_a_unit_that_can_be_done(self):
        write(f"{work}/threads.txt", "t 1\na 1 100\nt 2\na 2 50\nf 1\nt 1\nf 2\n")
        study = Study("threads.txt", "-a", "simple,glibc,null", "--rounds", "1", "--blocks", "1", "-q",
                      "throughput,latency,threads,walk_cost,ladder,fragmentation,failure_points,curve,policies")
        self.assertEqual(study.made.returncode, DONE, study.made.stderr)
        for number in range(1, 10):
            done = study.run(number)
            self.assertIn(done.returncode, (DONE, PARTIAL), done.stderr)
        merged = study.merge()
        self.assertEqual(merged.returncode, DONE, merged.stderr)
        self.assertRegex(read(f"{study.folder}/hosts.csv"), r"(?m)^# run       .*, 9 units, each with its seed and rounds, touch page; "
                         r"some of them .*by as many threads as recorded, window [0-9]+")
        for name in ("throughput", "latency", "threads", "walk_cost", "ladder", "fragmentation", "least_memory", "curve", "policies", "comparison"):
            self.assertTrue(os.path.exists(f"{study.folder}/{name}.csv"), name)


if __name__ == "__main__":
    probe = Study("demo", "-q", "curve")
    if probe.made.returncode == DONE and "its figures are not kept" in probe.run(1).stderr:
        print("skipped: a build with assertions or sanitizers writes no results")
        shutil.rmtree(work)
        sys.exit(77)
    program = unittest.main(exit=False)
    shutil.rmtree(work)
    sys.exit(not program.result.wasSuccessful())
