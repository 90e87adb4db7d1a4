"""work.py - one unit done: claimed, measured by heapbench itself, and kept as one file, whole or not at all.

The result is what the one writer of results wrote, file behind file, with a few lines before it that say of which unit, on
which host and when. A unit is claimed by a lock that ends with its holder, however that ends; a file is linked into place, and
never over another. A unit of time has its host to itself, as far as heapbench is concerned: others share it.
"""

import contextlib
import ctypes
import fcntl
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from gather import MEND, Result
from units import DONE, FAILED, PARTIAL, QUESTIONS, Failure, hash_file, read_plan, tell, trace_path, version_of

HOST_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
SCRATCH = "heapbench-unit-"


# -- the host --


def host_id():
    """Tells two machines of one name apart, and says nothing else of them."""
    for path in ("/etc/machine-id", "/var/lib/dbus/machine-id"):
        with contextlib.suppress(OSError), open(path, encoding="ascii", errors="replace") as file:
            if text := file.read().strip():
                return hashlib.sha256(b"heapbench " + text.encode()).hexdigest()[:16]
    return "unknown"


def check_host(name):
    name = name or socket.gethostname()
    if not HOST_NAME.fullmatch(name):
        raise Failure(f"'{name}' is no name for a host: letters, digits, '.', '-' and '_'; --host gives another")
    return name


def open_lock(path):
    """In a folder that all can write to, others' files may not be opened for creation."""
    for flags in (os.O_RDONLY, os.O_RDWR | os.O_CREAT):
        try:
            return os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise Failure(f"{path}: cannot be opened: {error.strerror}") from None
    raise Failure(f"{path}: cannot be opened")


@contextlib.contextmanager
def hold_host(host, alone):
    lock = open_lock(os.path.join(tempfile.gettempdir(), f"heapbench-host-{host}.lock"))
    wanted = fcntl.LOCK_EX if alone else fcntl.LOCK_SH
    try:
        try:
            fcntl.flock(lock, wanted | fcntl.LOCK_NB)
        except BlockingIOError:
            tell(f"host {host} is taken by another unit; this one waits")
            fcntl.flock(lock, wanted)
        yield
    finally:
        os.close(lock)


# -- the unit --


def finished(unit):
    """The results of a unit that are there: of one host, or of several."""
    begin = unit.name + "@"
    names = os.listdir(unit.folder) if os.path.isdir(unit.folder) else []
    return sorted(name for name in names if name.startswith(begin) and name.endswith(".csv"))


@contextlib.contextmanager
def claim(unit):
    """A byte of one file, at a place that the name gives: released when its holder ends, over NFS too."""
    path = os.path.join(unit.folder, ".claims")
    place = int(unit.name[-16:], 16) >> 2
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise Failure(f"{path}: cannot be opened: {error.strerror}") from None
    try:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
        except (BlockingIOError, PermissionError):
            raise Failure(f"unit {unit.unit} ({unit.name}): another worker is at it; nothing was done") from None
        except OSError as error:
            raise Failure(f"{path}: cannot be locked: {error.strerror}") from None
        yield
    finally:
        os.close(file)


def check_version(unit, tools):
    if unit.version != tools.version:
        raise Failure(f"{unit.place}: planned by heapbench {unit.version}, and this is {tools.version}: plan again, or run that one")


def check_trace(unit, path):
    if hash_file(path) != unit.trace_hash:
        raise Failure(f"{unit.place}: {path} is not the trace that was planned: it changed since, or is another one on this host; "
                      "plan again")


def check_libraries(unit, tools):
    """Before anything is measured: is each library the file that was planned?"""
    if not unit.libraries:
        return
    here = {row["name"]: row["path"] for row in tools.list()["allocators"] if row["usable"] and row.get("path")}
    for entry in unit.libraries.split(" "):
        name, _, wanted = entry.rpartition("=")
        path = here.get(name, name)
        if name not in here and os.sep not in name:
            raise Failure(f"{unit.place}: {name} is not usable on this host, and was planned")
        if hash_file(path) != wanted:
            raise Failure(f"{unit.place}: {path} is another {name} than was planned: hosts of one plan have the same libraries")


def command_of(unit, trace, results, tools):
    """How heapbench is asked for it."""
    question = QUESTIONS[unit.question]
    settings = json.loads(unit.settings) if unit.settings else {}
    chosen = []
    if unit.rounds:
        chosen += ["--rounds", unit.rounds, "--seed", unit.seed]
    for variant in settings.get("variants", []):
        chosen += ["--variant", variant]
    chosen += ["--variants"] if settings.get("known_variants") else []
    if not question.command:
        chosen += [f"--allocators={unit.allocators}"] if unit.allocators else []
        return [tools.program(unit.question), f"--results={results}", f"--traces={trace}", *chosen]
    if question.kind != "exact":
        chosen += ["--allocators", unit.allocators] if unit.allocators else []
        chosen += ["--baseline", settings["baseline"]] if settings.get("baseline") else []
    return [tools.heapbench, *question.command, *chosen, "--results", results, trace]


def die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def measure(unit, trace, results, tools):
    """Returns the exit status. The child and its samples end with this process, however that ends."""
    if "," in trace and not QUESTIONS[unit.question].command:
        raise Failure(f"{unit.place}: {trace}: the benchmark {unit.question} takes no path with a comma; rename the file")
    with subprocess.Popen(command_of(unit, trace, results, tools), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          preexec_fn=die_with_parent) as child:
        try:
            status = child.wait()
        except BaseException:
            child.kill()
            raise
    if status not in (DONE, PARTIAL):
        raise Failure(f"unit {unit.unit} ({unit.name}): heapbench ended with {status}; nothing of it was kept")
    return status


# -- the file --


def join_results(folder):
    """The files as they were written, one behind the other."""
    parts = []
    for name in sorted(os.listdir(folder)):
        if name.endswith(".csv"):
            with open(os.path.join(folder, name), "rb") as file:
                parts.append(file.read())
    return b"".join(parts)


def check_body(unit, body):
    """A benchmark beside heapbench may be of another build."""
    made = {version_of(line) for line in body.decode("utf-8", "replace").split("\n") if line.startswith("# heapbench ")}
    if made != {unit.version}:
        raise Failure(f"{unit.place}: measured by heapbench {' and '.join(sorted(made)) or 'without a version'}, and planned by {unit.version}: "
                      "build all of it; nothing was kept")


def utc(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def head_of(unit, host, began, seconds, ahead, body):
    return "\n".join([
        "# heapbench unit/1",
        f"# unit      {unit.name}",
        f"# host      {host} {host_id()}",
        f"# clock     {utc(began)} to {utc(time.time())}, {seconds:.3f} s, {ahead:+.1f} s ahead of the folder's",
        f"# content   {len(body)} bytes, sha256 {hashlib.sha256(body).hexdigest()}",
        ""]).encode()


def put_in_place(part, path, unit):
    """Never over a file that is there: who comes second says so."""
    try:
        os.link(part, path)
    except FileExistsError:
        raise Failure(f"unit {unit.unit} ({unit.name}): another worker of this host's name was first; its result stays") from None
    except OSError:  # a file system without links
        os.rename(part, path)


def write_result(unit, host, began, seconds, body):
    path = os.path.join(unit.folder, f"{unit.name}@{host}.csv")
    part = os.path.join(unit.folder, f".{unit.name}@{host}.{os.getpid()}.part")
    try:
        with open(part, "xb") as file:
            ahead = time.time() - os.fstat(file.fileno()).st_mtime  # which is by the clock of whoever keeps the folder
            file.write(head_of(unit, host, began, seconds, ahead, body))
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        put_in_place(part, path, unit)
    except OSError as error:
        raise Failure(f"{path}: cannot be written: {error.strerror}; nothing of it was kept") from None
    finally:
        if os.path.lexists(part):
            os.remove(part)


def sweep(unit):
    """What workers left behind that were killed: this unit's parts, since it is ours now, and scratch folders of the dead."""
    for name in os.listdir(unit.folder):
        if name.startswith(f".{unit.name}@") and name.endswith(".part"):
            with contextlib.suppress(OSError):
                os.remove(os.path.join(unit.folder, name))
    for name in os.listdir(tempfile.gettempdir()):
        found = re.fullmatch(SCRATCH + r"([0-9]+)-.*", name)
        path = os.path.join(tempfile.gettempdir(), name)
        if found and not os.path.exists(f"/proc/{found[1]}") and os.lstat(path).st_uid == os.getuid():
            shutil.rmtree(path, ignore_errors=True)


def do_unit(unit, host, tools):
    trace = os.path.abspath(trace_path(unit, tools))
    check_trace(unit, trace)
    check_libraries(unit, tools)
    sweep(unit)
    with hold_host(host, unit.kind == "time"), tempfile.TemporaryDirectory(prefix=f"{SCRATCH}{os.getpid()}-") as results:
        began, clock = time.time(), time.monotonic()
        status = measure(unit, trace, results, tools)
        seconds = time.monotonic() - clock
        check_trace(unit, trace)
        body = join_results(results)
        check_body(unit, body)
        write_result(unit, host, began, seconds, body)
    return status


def find_unit(path, number):
    units = read_plan(path)
    if not 1 <= number <= len(units):
        raise Failure(f"{path}: no unit {number}: it has {len(units)}")
    return units[number - 1]


def is_done(unit, host, again):
    there = finished(unit)
    if again:
        there = [name for name in there if name == f"{unit.name}@{host}.csv"]
    if there:
        path = os.path.join(unit.folder, there[0])
        try:
            Result(path)
        except Failure as failure:  # which no merge takes: it is not done, and nothing is overwritten
            raise Failure(f"damaged: {failure}; {MEND}") from None
        tell(f"unit {unit.unit} is there already: {path}")
    return bool(there)


def stop(number, _frame):
    raise SystemExit(128 + number)


def run(tools, options):
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, stop)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    host = check_host(options.host)
    unit = find_unit(options.plan, options.unit)
    check_version(unit, tools)
    if is_done(unit, host, options.again):
        return DONE
    try:
        os.makedirs(unit.folder, exist_ok=True)
    except OSError as error:
        raise Failure(f"{unit.folder}: cannot be made: {error.strerror}") from None
    with claim(unit):
        if is_done(unit, host, options.again):  # meanwhile
            return DONE
        status = do_unit(unit, host, tools)
    return status if status in (DONE, PARTIAL) else FAILED
