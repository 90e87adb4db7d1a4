# common.sh - what every recipe shares; sourced, not run.
#
# Usage:  recipe.sh OUT.trace
#
# $HEAPBENCH names the tool (default: the release build of this tree, or the one that is installed with this recipe, else
# the one in $PATH). A recipe works in a
# temporary folder of its own, under relative names, so that nothing of this machine gets into the trace; with
# a fixed locale, time zone and environment, so that the same versions of the programs record the same trace.
# shellcheck shell=sh
set -eu

if [ $# -ne 1 ]; then
    sed -n '/^# Usage:/p' "$0" >&2
    exit 2
fi

recipes=$(cd "$(dirname "$0")" && pwd)
case $1 in
/*) out=$1 ;;
*) out=$PWD/$1 ;;
esac

heapbench=${HEAPBENCH:-$recipes/../../build/release/bin/heapbench}
[ -x "$heapbench" ] || heapbench=$recipes/../../../bin/heapbench
[ -x "$heapbench" ] || heapbench=$(command -v heapbench || echo heapbench) # before `clean` changes PATH

work=$(mktemp -d "${TMPDIR:-/tmp}/recipe.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
cd "$work"

# lacks WHAT PACKAGE: stops, since something is missing.
lacks() {
    echo "$(basename "$0"): $1 is missing; Debian and Ubuntu: apt-get install $2, or run ./setup --traces" >&2
    exit 1
}

# need PROGRAM PACKAGE: stops where a program is missing.
need() {
    command -v "$1" >/dev/null 2>&1 || lacks "$1" "$2"
}

# clean COMMAND...: runs it with the environment that every recording has.
clean() {
    env -i PATH=/usr/local/bin:/usr/bin:/bin HOME=. LC_ALL=C TZ=UTC "$@"
}

# only_dejavu: makes a fonts.conf that knows one font, whatever else is installed: what a program allocates for fonts
# grows with their number. For FONTCONFIG_FILE.
only_dejavu() {
    [ -d /usr/share/fonts/truetype/dejavu ] || lacks "the font DejaVu" fonts-dejavu-core
    echo '<fontconfig><dir>/usr/share/fonts/truetype/dejavu</dir></fontconfig>' >fonts.conf
}

# prepare_link FLAG...: makes the object file words.o, compiled with the flags, and everything that a static link of it needs.
prepare_link() {
    cat >words.cpp <<'UNIT'
#include <fstream>
#include <iostream>
#include <map>
#include <regex>
#include <string>

int main(int, char **words)
{
    std::map<std::string, int> seen;
    std::ifstream text(words[1]);
    const std::regex pattern("[a-z]+");

    for (std::string line; std::getline(text, line);)
        for (std::sregex_iterator word(line.begin(), line.end(), pattern), end; word != end; ++word)
            seen[word->str()]++;
    for (const auto &[word, count] : seen)
        std::cout << word << ' ' << count << '\n';
}
UNIT
    g++ -std=c++17 "$@" -ffunction-sections -fdata-sections -c words.cpp
    for file in crt1.o crti.o crtbeginT.o crtend.o crtn.o libstdc++.a libm.a libc.a libgcc.a libgcc_eh.a; do
        ln -s "$(g++ -print-file-name=$file)" .
    done
}

# prepare_client: makes client.py, whose connect() waits for the Redis server at redis.sock.
prepare_client() {
    cat >client.py <<'PYTHON'
import socket
import sys
import time


def connect():
    for _ in range(100):
        try:
            client = socket.socket(socket.AF_UNIX)
            client.connect("redis.sock")
            return client
        except OSError:
            time.sleep(0.1)
    sys.exit("the Redis server did not come up")
PYTHON
}

# record PROGRAM [ARGUMENTS]: records it to the recipe's OUT. A recipe whose program leaves a tenth or more of its large
# blocks alone sets touch=--touch.
touch=
record() {
    clean "$heapbench" record ${touch:+"$touch"} -o "$out" -- "$@"
}

end_of_recording() { # STATUS
    kill "$recorder" 2>/dev/null || true
    wait
    rm -rf "$work"
    [ "$1" -eq 0 ] || rm -f "$out"
}

# begin PROGRAM [ARGUMENTS]: the same of a server, in the background; $recorder is the process to be waited for. It is
# ended when the recipe is, and SIGTERM reaches the server. A recipe that fails leaves no trace of half a load.
begin() {
    (exec env -i PATH=/usr/local/bin:/usr/bin:/bin HOME=. LC_ALL=C TZ=UTC "$heapbench" record ${touch:+"$touch"} -o "$out" -- "$@") &
    recorder=$!
    trap 'end_of_recording $?' EXIT
}
