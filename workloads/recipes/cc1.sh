#!/bin/sh
# cc1.sh - a C compilation: gcc's cc1, -O2, on xxHash, a library of one header with some 6000 lines of code.
#
# Usage: cc1.sh OUT.trace
# Takes: 1 s
. "$(dirname "$0")/common.sh"
need gcc g++

cat > unit.c <<'UNIT'
#define XXH_STATIC_LINKING_ONLY
#define XXH_IMPLEMENTATION
#include <xxhash.h>
UNIT
gcc -E -P unit.c -o unit.i
touch=--touch
record "$(gcc -print-prog-name=cc1)" -quiet -O2 unit.i -o unit.s
