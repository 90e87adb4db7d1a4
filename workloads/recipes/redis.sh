#!/bin/sh
# redis.sh - a Redis server with two I/O threads under a mixed load: strings, lists, hashes, sets and expiry,
# its tables growing; then it is shut down. On Debian redis-check-rdb is the server under another name. What the
# load asks for is random, and so is its timing: two recordings differ in detail.
#
# Usage: redis.sh OUT.trace
# Takes: 3 s
. "$(dirname "$0")/common.sh"
need redis-benchmark redis-tools

server=$(command -v redis-server || command -v redis-check-rdb)
ln -s "$server" redis-server

touch=--touch
begin ./redis-server --port 0 --unixsocket redis.sock --save '' \
    --appendonly no --io-threads 2 --io-threads-do-reads yes --hash-max-listpack-entries 32 \
    --daemonize no --logfile server.log

tries=0
until redis-cli -s redis.sock ping >/dev/null 2>&1; do
    tries=$((tries + 1))
    if [ "$tries" -gt 100 ] || ! kill -0 "$recorder" 2>/dev/null; then
        echo "redis.sh: the server did not come up" >&2
        exit 1
    fi
    sleep 0.1
done

load() {
    redis-benchmark -s redis.sock -q --threads 2 -c 16 "$@" >/dev/null
}
load -n 12000 -r 8000 -P 8 -d 100 SET key:__rand_int__ __data__
load -n 8000 -r 4000 -P 4 HSET hash:__rand_int__ field:__rand_int__ value:__rand_int__
load -n 8000 -r 50 -P 4 RPUSH list:__rand_int__ __rand_int__
load -n 8000 -r 300 SADD set:__rand_int__ member:__rand_int__
load -n 8000 -r 8000 GET key:__rand_int__
load -n 4000 -r 8000 -P 8 APPEND key:__rand_int__ more
load -n 4000 -r 8000 DEL key:__rand_int__
redis-cli -s redis.sock shutdown nosave >/dev/null 2>&1 || true
wait "$recorder"
