#!/bin/sh
# lld.sh - the link that ld.sh does, with debugging information and by LLVM's linker with four threads: what one thread reads
# another resolves and writes.
#
# Usage: lld.sh OUT.trace
# Takes: 7 s
. "$(dirname "$0")/common.sh"
need g++ g++
need ld.lld lld

prepare_link -O1 -g
record ld.lld --threads=4 -static --gc-sections --icf=all -Map words.map -o words crt1.o crti.o crtbeginT.o words.o libstdc++.a libm.a \
    --start-group libgcc.a libgcc_eh.a libc.a --end-group crtend.o crtn.o
