#!/bin/sh
# dist.sh - what a release consists of, made of the last commit: source archive, Debian package, list of dependencies, sums.
#
# Usage:  dist.sh SOURCE OUT        two runs, wherever they are made, give the same bytes (dist.sh --twice SOURCE OUT makes both and compares)
#
# Everything is built in a clone of its own, with the commit's time for the present, so that neither changes that are not
# committed nor this build's settings get in.
set -eu

twice=
if [ "${1:-}" = --twice ]; then
    twice=yes
    shift
fi
if [ $# -ne 2 ]; then
    echo "usage: dist.sh [--twice] SOURCE OUT" >&2
    exit 2
fi
source=$(cd "$1" && pwd)
mkdir -p "$2"
out=$(cd "$2" && pwd)

if ! SOURCE_DATE_EPOCH=$(git -C "$source" log -1 --format=%ct 2>/dev/null); then
    echo "dist.sh: $source is no clone of the repository, and a release is made of a commit: git clone it first" >&2
    exit 1
fi
if [ -n "$(git -C "$source" status --porcelain)" ]; then
    echo "dist.sh: there are changes that are not committed; the release is of the last commit, without them" >&2
fi
export SOURCE_DATE_EPOCH
LC_ALL=C
TZ=UTC
export LC_ALL TZ
unset CMAKE_C_COMPILER_LAUNCHER CMAKE_CXX_COMPILER_LAUNCHER

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

build() {
    cmake -S "$1" -B "$1/build" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DBUILD_TESTING=OFF && cmake --build "$1/build" &&
        (cd "$1/build" && cpack -G DEB -B "$2")
}

# package FROM INTO: the package and the list of one build in the folder FROM.
package() {
    git clone --quiet "$source" "$1"
    if ! build "$1" "$2" >"$work/log" 2>&1; then
        tail -n 30 "$work/log" >&2
        echo "dist.sh: the build failed; above are its last lines" >&2
        exit 1
    fi
    rm -rf "$2/_CPack_Packages"
    name=heapbench-$(sed -nE 's/^CMAKE_PROJECT_VERSION:STATIC=//p' "$1/build/CMakeCache.txt")
    git -C "$1" archive --format=tar --prefix="$name/" HEAD | gzip -9n >"$2/$name.tar.gz"
    "$1/packaging/dependencies.sh" "$1" >"$2/$name.dependencies.tsv"
    (cd "$2" && sha256sum heapbench* >SHA256SUMS)
}

mkdir "$work/made"
package "$work/first" "$work/made"
if [ -n "$twice" ]; then
    mkdir "$work/again"
    package "$work/a folder of another name" "$work/again"
    diff "$work/made/SHA256SUMS" "$work/again/SHA256SUMS" || {
        echo "dist.sh: two builds differ" >&2
        exit 1
    }
    echo "two builds, the same bytes"
fi
mv "$work/made"/* "$out"
cat "$out/SHA256SUMS"
