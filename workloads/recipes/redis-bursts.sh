#!/bin/sh
# redis-bursts.sh - a Redis server as a cache, 45 seconds of real time (jemalloc): every few seconds a burst of sessions, pages and
# counters that expire after some seconds, and between bursts nothing but the server's own clock, which clears away what
# expired. Two recordings differ in detail, since the timing does.
#
# Usage: redis-bursts.sh OUT.trace
# Takes: 47 s
. "$(dirname "$0")/common.sh"
need redis-check-rdb redis-tools
need /usr/bin/python3 python3

ln -s "$(command -v redis-server || command -v redis-check-rdb)" redis-server
prepare_client
cat > load.py <<'PYTHON'
import time

from client import connect


def command(*words):
    parts = [str(word).encode() for word in words]
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)


seed = 3


def random(n):
    global seed
    seed = (seed * 1103515245 + 12345) % 2**31
    return seed // 65536 % n


def burst(size):
    client = connect()
    replies = client.makefile("rb")
    for i in range(size):
        user = random(20000)
        asked = [
            command("SET", f"session:{user}", "s" * (40 + random(200)), "PX", 2000 + random(6000)),
            command("SET", f"page:{random(3000)}", "p" * random(1500), "PX", 1000 + random(15000)),
            command("HINCRBY", f"hits:{random(50)}", f"user{user}", 1),
            command("SADD", f"seen:{random(200)}", f"user{user}"),
            command("EXPIRE", f"seen:{random(200)}", 5 + random(5)),
        ]
        client.sendall(b"".join(asked))
        for _ in asked:
            replies.readline()
    client.close()


start = time.monotonic()
connect().close()
for number, at in enumerate((1, 6, 13, 17, 25, 34)):
    time.sleep(max(0, start + at - time.monotonic()))
    burst(1300 + 180 * number)
time.sleep(max(0, start + 45 - time.monotonic()))
connect().sendall(command("SHUTDOWN", "NOSAVE"))
time.sleep(0.5)
PYTHON
begin ./redis-server --port 0 --unixsocket redis.sock --save '' --appendonly no \
    --daemonize no --logfile server.log
/usr/bin/python3 -S load.py
wait "$recorder"
