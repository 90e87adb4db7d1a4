#!/bin/sh
# ld.sh - a static link: GNU ld puts a C++ program, libstdc++ and the C library together, drops what nobody uses and
# writes a map.
#
# Usage: ld.sh OUT.trace
# Takes: 5 s
. "$(dirname "$0")/common.sh"
need g++ g++
need ld binutils

prepare_link -O1
record ld -static --gc-sections -Map words.map -o words crt1.o crti.o crtbeginT.o words.o libstdc++.a libm.a \
    --start-group libgcc.a libgcc_eh.a libc.a --end-group crtend.o crtn.o
