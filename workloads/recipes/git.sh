#!/bin/sh
# git.sh - Git packs a repository anew with four threads: each looks for deltas between versions of files and hands the
# best ones to the thread that writes the pack. Which thread gets which files depends on timing: two recordings differ in
# detail.
#
# Usage: git.sh OUT.trace
# Takes: 3 s
. "$(dirname "$0")/common.sh"
need git git

# A history of 300 commits: 60 files of 80 lines, of which each commit changes six. Numbers are drawn with a fixed seed.
awk 'BEGIN {
    seed = 4711
    for (file = 0; file < 60; file++)
        for (i = 0; i < 80; i++)
            lines[file, i] = line()
    for (commit = 0; commit < 300; commit++) {
        printf "commit refs/heads/main\ncommitter A <a@example.org> %d +0000\ndata 7\nchange\n\n", 1600000000 + commit
        for (k = 0; k < (commit ? 6 : 60); k++)
            change(commit ? random(60) : k)
    }
}
function random(n) { seed = (seed * 1103515245 + 12345) % 2147483648; return int(seed / 65536) % n }
function line(   s, i) { s = "word"; for (i = 0; i < 8; i++) s = s " w" random(3000); return s "\n" }
function change(file,   text, i) {
    for (i = 0; i < 5; i++)
        lines[file, random(80)] = line()
    for (i = 0; i < 80; i++)
        text = text lines[file, i]
    printf "M 644 inline file%d\ndata %d\n%s\n", file, length(text), text
}' >history
clean git init --quiet --bare repository
clean git -C repository fast-import --quiet <history
clean git -C repository rev-list --objects --all >objects
clean env GIT_DIR=repository "$heapbench" record --touch -o "$out" -- \
    /usr/bin/git pack-objects --quiet --threads=4 --no-reuse-delta --no-reuse-object --depth=50 --window=16 packed <objects >/dev/null
