#!/bin/sh
# deb_test.sh - the Debian package: made, taken apart, and what is in it works where it was taken apart.
#
# Usage:  deb_test.sh BUILD      exit 77 where there are no tools of Debian's
set -u

build=$1
# shellcheck source=../expect.sh
. "$(dirname "$0")/../expect.sh"

for tool in dpkg-deb dpkg-shlibdeps; do
    command -v "$tool" >/dev/null || {
        echo "skipped: no $tool; apt-get install dpkg-dev"
        exit 77
    }
done

field() { # field NAME PATTERN
    dpkg-deb -f "$work"/*.deb "$1" | grep -E "$2"
}

(cd "$work" && cpack -G DEB -B "$work" --config "$build/CPackConfig.cmake") >"$work/log" 2>&1 || {
    cat "$work/log"
    exit 1
}
version=$("$build/bin/heapbench" --version | cut -d ' ' -f 2)
expect 'its version is the tool'\''s' field Version "^$version\$"
expect 'it depends on the C library and on zstd' field Depends 'libc6 .*libzstd1'
expect 'it recommends gnuplot' field Recommends 'gnuplot-nox'

dpkg-deb -x "$work"/*.deb "$work/root"
expect 'nothing outside /usr' test "$(ls "$work/root")" = usr
expect 'completion for zsh is where Debian looks' test -s "$work/root/usr/share/zsh/vendor-completions/_heapbench"
expect 'completion for bash' test -s "$work/root/usr/share/bash-completion/completions/heapbench"
expect 'the licence' test -s "$work/root/usr/share/doc/heapbench/LICENSE"
expect 'the licence where Debian looks' test -s "$work/root/usr/share/doc/heapbench/copyright"

# Who builds against the archives needs what their pkg-config file requires.
suggests_what_is_required() {
    sed -nE 's/^Requires: //p' "$work"/root/usr/lib/pkgconfig/heapbench.pc | tr -d ' ' | tr ',' '\n' >"$work/modules"
    test -s "$work/modules" && while read -r module; do
        case $module in
        zlib) package=zlib1g-dev ;;
        lib*) package=$module-dev ;;
        *) package=lib$module-dev ;;
        esac
        dpkg-deb -f "$work"/*.deb Suggests | grep -qwF "$package" || {
            echo "no $package is suggested"
            return 1
        }
    done <"$work/modules"
}
expect 'it suggests what programs that read traces are built with' suggests_what_is_required

mkdir "$work/home"
cd "$work/home" || exit 1
unset HEAPBENCH_TRACES HEAPBENCH_PLOTS HEAPBENCH_RECORDER
expect 'record' "$work/root/usr/bin/heapbench" record -o sort.trace -- sort /etc/passwd
expect 'run' "$work/root/usr/bin/heapbench" run sort.trace demo -a simple,glibc --rounds 1 --results results/latest

[ "$failures" -eq 0 ]
