#!/bin/sh
# nghttpd.sh - an HTTP/2 server with four threads, 45 seconds of real time: six bursts of requests, and silence between them. Each
# stream is a few objects, and each connection a few buffers, of the thread that serves it. How the requests fall depends
# on timing: two recordings differ in detail.
#
# Usage: nghttpd.sh OUT.trace
# Takes: 46 s
. "$(dirname "$0")/common.sh"
need h2load nghttp2-client
PATH=$PATH:/usr/sbin # where Debian has nghttpd
need nghttpd nghttp2-server
need /usr/bin/python3 python3

mkdir pages
i=0
while [ $i -lt 60 ]; do
    head -c $((i * 120 + 100)) /dev/zero | tr '\0' 'x' >pages/$i.html
    echo "/$i.html" >>paths
    i=$((i + 1))
done
port=$(/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
begin "$(command -v nghttpd)" --no-tls --address=127.0.0.1 --workers=4 --htdocs=pages "$port" >log

sed "s|^|http://127.0.0.1:$port|" paths >addresses
burst=0
while [ $burst -lt 6 ]; do
    sleep 6.5
    h2load -n $((2000 + burst * 400)) -c 24 -m 1 -t 1 -i addresses >load.log 2>&1 || { cat load.log >&2; exit 1; }
    burst=$((burst + 1))
done
sleep 5
kill "$recorder"
wait "$recorder" || [ $? -eq 143 ]
