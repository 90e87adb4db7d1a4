#!/bin/sh
# ffmpeg.sh - twelve seconds of a test picture and a tone made, scaled, turned grey, encoded as MPEG-4 and AC-3 and
# written as Matroska, then decoded again: frames and packets go from thread to thread.
#
# Usage: ffmpeg.sh OUT.trace
# Takes: 5 s
. "$(dirname "$0")/common.sh"
need ffmpeg ffmpeg

clean ffmpeg -nostdin -v error -f lavfi -i testsrc2=size=320x240:rate=25:duration=12 -f lavfi -i sine=frequency=440:duration=12 \
    -c:v mpeg4 -threads 1 -bitexact -c:a ac3 film.mkv
clean "$heapbench" record --touch -o "$out" -- ffmpeg -nostdin -v error -threads 4 -i film.mkv -filter_threads 4 \
    -vf 'scale=240:180,hue=s=0.5,split[a][b];[b]crop=60:60,hflip[c];[a][c]overlay=10:10' -af volume=0.5 \
    -c:v libx264 -preset veryfast -threads 4 -c:a aac -bitexact again.mkv
