"""programs - real programs, each with something to do whose output is the same on every heap.

A program has a long form, for heaps that examine few ranges, and a short one for those that walk over all of them.
`make` fills a folder; `missing` is a sentence where the program is not there.
"""

import glob
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time

from living import run

C_SOURCE = """
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
struct node { struct node *left, *right; int value; char name[20]; };
static struct node *insert(struct node *root, int value)
{
    if (root == NULL) {
        root = calloc(1, sizeof *root);
        root->value = value;
        snprintf(root->name, sizeof root->name, "node %d", value);
    } else if (value < root->value)
        root->left = insert(root->left, value);
    else
        root->right = insert(root->right, value);
    return root;
}
static long sum(const struct node *root) { return root ? sum(root->left) + root->value + sum(root->right) : 0; }
int main(void)
{
    struct node *root = NULL;
    for (int i = 0; i < 1000; i++)
        root = insert(root, i * 7919 % 1000);
    printf("%ld\\n", sum(root));
    return 0;
}
"""

PERL = """
my ($n, %h, @sorted) = ($ARGV[0]);
$h{"key$_"} = [map { $_ * 2 } 1 .. $_ % 20] for 1 .. $n;
@sorted = sort { @{$h{$a}} <=> @{$h{$b}} || $a cmp $b } keys %h;
my $text = join ",", map { "$_=@{$h{$_}}" } @sorted;
(my $swapped = $text) =~ s/(\\d+) (\\d+)/$2 $1/g;
printf "%d %d %s\\n", length $text, scalar(() = $swapped =~ /1\\d/g), join "|", (split /,/, $swapped)[0 .. 9];
delete @h{@sorted[0 .. $n / 2]};
print join(" ", map { sprintf "%05.1f", $_ / 3 } sort { $a <=> $b } map { scalar @$_ } values %h), "\\n";
"""

SQL = """
create table person(id integer primary key, name text, age integer);
create table bought(person integer references person, what text, price real);
with recursive n(i) as (select 1 union all select i + 1 from n where i < {rows})
    insert into person select i, 'person ' || (i * 7919 % {rows}), i % 90 from n;
insert into bought select id, 'thing ' || (id % 17), id * 0.25 from person;
insert into bought select id, 'thing ' || (id % 5), id * 0.75 from person where age > 30;
create index by_name on person(name);
create index by_what on bought(what, price);
select what, count(*), round(sum(price), 2) from bought group by what order by 2 desc, 1 limit 10;
select name, total from person join (select person, sum(price) total from bought group by 1) on person = id
    order by total desc, name limit 10;
select json_group_array(json_object('n', name, 'a', age)) from (select * from person order by name limit 20);
delete from person where age < 20;
update bought set what = upper(what) where person in (select id from person where age > 60);
vacuum;
pragma integrity_check;
select count(*), sum(length(what)) from bought;
"""

NODE = """
const n = +process.argv[2], map = new Map();
for (let i = 0; i < n; i++) map.set('key' + i * 7919 % n, {value: i, text: 'x'.repeat(i % 30)});
const text = JSON.stringify([...map].sort());
const back = JSON.parse(text);
console.log(map.size, text.length, back[1][0], text.replace(/x+/g, m => m.length).length);
console.log(require('crypto').createHash('sha256').update(text).digest('hex'));
console.log(require('zlib').gzipSync(text, {level: 6}).length > 0, Buffer.from(text).toString('base64').length);
"""

GIT = """
set -e
git init -q -b main repository && cd repository
for i in $(seq 1 "$1"); do
    seq "$i" $((i * 20)) >"file$i" && git add . && git commit -q -m "commit $i"
done
git checkout -q -b side HEAD~1 && echo side >side && git add side && git commit -q -m side
git checkout -q main && git merge -q -m merge side
git log --stat --format='%H %an %s' && git diff HEAD~1 --stat && git show --format=raw HEAD:file1 | tail -n 3
git gc -q && git fsck --strict && git count-objects -v | grep in-pack && git grep -c 11 HEAD -- 'file*' | tail -n 3
"""

# Times, and an order that is of no promise.
UNITTEST_TIMES = re.compile(r"in \d+\.\d+s")


def seconds_of_children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Program:
    def __init__(self, command):
        self.command = command
        self.seconds = 0  # of processor time that the last output took

    def missing(self):
        return None if shutil.which(self.command) else f"{self.command} is not installed"

    def make(self, folder):
        pass

    def output(self, wrap, folder, is_long):
        """What the program prints, started as `wrap` makes of its command line; and its exit status."""
        before = seconds_of_children()
        done = run(wrap(self.arguments(is_long)), folder)
        self.seconds = seconds_of_children() - before
        return done.stdout, self.comparable(done.stderr), done.returncode

    def comparable(self, errors):
        return errors


class Perl(Program):
    def make(self, folder):
        with open(os.path.join(folder, "program.pl"), "w", encoding="utf-8") as out:
            out.write(PERL)

    def arguments(self, is_long):
        return ["perl", "program.pl", "4000" if is_long else "150"]


class Sqlite(Program):
    def arguments(self, is_long):
        return ["sqlite3", ":memory:", SQL.format(rows=20000 if is_long else 1500)]


class Gcc(Program):
    def make(self, folder):
        with open(os.path.join(folder, "program.c"), "w", encoding="utf-8") as out:
            out.write(C_SOURCE)

    def arguments(self, is_long):
        """In the long form also assembled, linked and run: on the same heap."""
        if not is_long:
            return ["gcc", "-O0", "-S", "-o", "-", "program.c"]
        return ["sh", "-c", "gcc -O2 -S -o - program.c && gcc -o program program.c && ./program"]


class Dot(Program):
    def make(self, folder):
        edges = " ".join(f"a{i} -> a{i * 7 % 60}; a{i} -> b{i % 9};" for i in range(60))
        for name, text in (("long", edges), ("short", " ".join(f"a{i} -> a{i * 7 % 20};" for i in range(20)))):
            with open(os.path.join(folder, f"{name}.dot"), "w", encoding="utf-8") as out:
                out.write("digraph { " + text + " }")

    def arguments(self, is_long):
        return ["dot", "-Tsvg", "long.dot"] if is_long else ["dot", "-Tplain", "short.dot"]


class Git(Program):
    def make(self, folder):
        with open(os.path.join(folder, "git.sh"), "w", encoding="utf-8") as out:
            out.write(GIT)

    def output(self, wrap, folder, is_long):
        shutil.rmtree(os.path.join(folder, "repository"), ignore_errors=True)
        return super().output(wrap, folder, is_long)

    def arguments(self, is_long):
        return ["sh", "git.sh", "10" if is_long else "3"]


class Node(Program):
    def make(self, folder):
        with open(os.path.join(folder, "program.js"), "w", encoding="utf-8") as out:
            out.write(NODE)

    def arguments(self, is_long):
        return ["node", "program.js", "20000" if is_long else "500"]


class Python(Program):
    """The first python3 that has its own tests. In the long form small objects are malloc's too."""

    LONG = ("test_json", "test_re", "test_dict")
    SHORT = ("test_json.test_decode", "test_json.test_dump", "test_re.ReTests.test_bug_725106", "test_re.ReTests.test_basic_re_sub",
             "test_dict.DictTest")  # fmt: skip

    def missing(self):
        for python in (sys.executable, "/usr/bin/python3"):
            if subprocess.run([python, "-c", "import test.test_json"], capture_output=True, check=False).returncode == 0:
                self.command = python
                return None
        return "no python3 with its own tests (test.test_json; Debian has them in libpython3.X-testsuite)"

    def arguments(self, is_long):
        allocator = ["env", "PYTHONMALLOC=malloc"] if is_long else []
        return [*allocator, self.command, "-m", "unittest", *(f"test.{name}" for name in (self.LONG if is_long else self.SHORT))]

    def comparable(self, errors):
        return UNITTEST_TIMES.sub("", errors)


class Redis(Program):
    """The server on the heap, redis-benchmark on glibc; what the server then holds, as its own digest of it."""

    TESTS = "set,get,incr,lpush,rpush,lpop,rpop,sadd,hset,spop,zadd,zpopmin,lrange_100,mset"

    def missing(self):
        if self.server() is None or shutil.which("redis-benchmark") is None:
            return "a Redis server and redis-benchmark are not installed (Debian: redis-tools)"
        return None

    @staticmethod
    def server():
        """On Debian redis-check-rdb is the server under another name."""
        return shutil.which("redis-server") or shutil.which("redis-check-rdb")

    def make(self, folder):
        os.symlink(self.server(), os.path.join(folder, "redis-server"))

    def arguments(self, is_long):
        return ["./redis-server", "--port", "0", "--unixsocket", "redis.sock", "--save", "", "--appendonly", "no",
                "--enable-debug-command", "yes", "--io-threads", "2", "--activedefrag", "no"]  # fmt: skip

    def output(self, wrap, folder, is_long):
        client = ["-s", "redis.sock"]
        for left in glob.glob(os.path.join(folder, "redis.sock")):
            os.unlink(left)
        with subprocess.Popen(wrap(self.arguments(is_long)), cwd=folder, stdout=subprocess.DEVNULL) as server:
            self.wait_for(folder)
            count = "600" if is_long else "80"
            load = run(["redis-benchmark", *client, "-q", "-c", "8", "-P", "4", "-n", count, "-t", self.TESTS], folder)
            asked = run(["redis-cli", *client, "EVAL", "for i = 1, 400 do redis.call('HSET', 'h' .. i % 40, i, i * i) end return 7", "0"], folder)
            digest = run(["redis-cli", *client, "DEBUG", "DIGEST"], folder)
            size = run(["redis-cli", *client, "DBSIZE"], folder)
            server.send_signal(signal.SIGTERM)
            before = seconds_of_children()
            status = server.wait(60)
            self.seconds = seconds_of_children() - before
        return asked.stdout + digest.stdout + size.stdout, load.stderr, (load.returncode, status)

    @staticmethod
    def wait_for(folder):
        for _ in range(600):
            try:
                with socket.socket(socket.AF_UNIX) as probe:
                    probe.connect(os.path.join(folder, "redis.sock"))
                return
            except OSError:
                time.sleep(0.05)


PROGRAMS = {
    "python3": Python("python3"),
    "sqlite3": Sqlite("sqlite3"),
    "perl": Perl("perl"),
    "gcc": Gcc("gcc"),
    "git": Git("git"),
    "dot": Dot("dot"),
    "redis": Redis("redis-server"),
    "node": Node("node"),
}
