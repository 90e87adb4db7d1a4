# A user who may not read the recorder runs a program without it: said as what it is. It runs for longer than is
# waited for a slow loader, and than looks are apart where there are many processes.
[ "$(id -u)" = 0 ] || { echo "only root can be another user"; exit 77; }
chmod 700 .
cp "$(dirname "$SUBJECTS")/../lib/libheapbench_record.so" recorder.so
HEAPBENCH_RECORDER=./recorder.so heapbench record -o x.trace -- \
    setpriv --reuid 65534 --regid 65534 --clear-groups "$SUBJECTS/subject_strays" nothing 50 2>&1 |
    sed 's/[0-9][0-9.]*/N/g' | grep 'not recorded'
