# The program finds what it would have found without the recorder, but for two variables.
cat >look.sh <<'LOOK'
env | grep -vE '^(_|LD_PRELOAD|HEAPBENCH_RECORD_FOLDER)=' | sort
umask
ulimit -a
grep -E '^(Sig(Blk|Ign|Cgt)|NoNewPrivs|Seccomp)' /proc/self/status
ls -l /proc/self/fd | awk '{ print $9 }'
LOOK
try() {
    "$@" sh look.sh >with
    cmp without with && echo same
}
umask 027
sh look.sh >without
try heapbench record -o look.trace -- 2>/dev/null
# Signals that are ignored stay so, even those that tell of children.
trap '' CHLD HUP INT
sh look.sh >without
try heapbench record -o look.trace -- 2>/dev/null
ls
