#!/bin/sh
# redis-lazy.sh - a Redis server with four I/O threads that leaves large frees to a thread in the background: hashes,
# lists, sets and sorted sets grow under eight clients, and are unlinked, replaced, expired and flushed, so that what the
# main thread allocated another thread frees, while the main thread goes on. On Debian redis-check-rdb is the server under
# another name. Two recordings differ in detail, since the timing does.
#
# Usage: redis-lazy.sh OUT.trace
# Takes: 3 s
. "$(dirname "$0")/common.sh"
need redis-check-rdb redis-tools
need /usr/bin/python3 python3

ln -s "$(command -v redis-server || command -v redis-check-rdb)" redis-server
prepare_client
cat > load.py <<'PYTHON'
import threading
import time

from client import connect


class Client:
    def __init__(self):
        self.socket = connect()
        self.replies = self.socket.makefile("rb")

    def skip_reply(self):
        line = self.replies.readline()
        if line[:1] == b"$" and int(line[1:]) >= 0:
            self.replies.read(int(line[1:]) + 2)
        elif line[:1] == b"*":
            for _ in range(int(line[1:])):
                self.skip_reply()

    def ask(self, *commands):
        for words in commands:
            words = [str(word).encode() for word in words]
            parts = [b"*%d\r\n" % len(words)] + [b"$%d\r\n%s\r\n" % (len(word), word) for word in words]
            self.socket.sendall(b"".join(parts))
        for _ in commands:
            self.skip_reply()


def work(number, start):
    client = Client()
    seed = number + 1
    start.wait()
    for i in range(18):
        seed = (seed * 1103515245 + 12345) % 2**31
        key, size = f"{number}:{seed // 65536 % 6}", 100 + seed // 65536 % 200
        client.ask(*[("HSET", f"hash:{key}", f"field{j}", "v" * (seed % 40 + j % 60)) for j in range(size)])
        client.ask(*[("RPUSH", f"list:{key}", "item" * (j % 20 + 1)) for j in range(size // 2)])
        client.ask(("SADD", f"set:{key}", *[f"member{j * seed % 9973}" for j in range(size)]))
        client.ask(("ZADD", f"ranks:{key}", *[x for j in range(size // 2) for x in (j, f"player{j}")]))
        client.ask(("HGETALL", f"hash:{key}"), ("LRANGE", f"list:{key}", 0, 50), ("SMEMBERS", f"set:{key}"))
        if i % 3 == 2:
            client.ask(("UNLINK", f"hash:{key}", f"set:{key}"), ("SET", f"list:{key}", "replaced"), ("PEXPIRE", f"ranks:{key}", 5))


start = threading.Barrier(8)
clients = [threading.Thread(target=work, args=(number, start)) for number in range(8)]
for thread in clients:
    thread.start()
for thread in clients:
    thread.join()
last = Client()
last.ask(("FLUSHALL", "ASYNC"), ("PING",))
time.sleep(0.3)
last.socket.sendall(b"SHUTDOWN NOSAVE\r\n")
PYTHON

begin ./redis-server --port 0 --unixsocket redis.sock --save '' --appendonly no \
    --io-threads 4 --io-threads-do-reads yes --hash-max-listpack-entries 32 --set-max-intset-entries 16 \
    --list-max-listpack-size 8 --zset-max-listpack-entries 32 --lazyfree-lazy-server-del yes \
    --lazyfree-lazy-expire yes --daemonize no --logfile server.log
/usr/bin/python3 -S load.py
wait "$recorder"
