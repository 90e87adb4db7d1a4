# Where no trace appears, it is said why, and the status is not that of success.
# exit 1
heapbench record -o "$SUBJECTS/../folder/absent/x.trace" -- touch ran 2>&1 | sed 's,[^ ]*absent,absent,g'
HEAPBENCH_RECORDER=/absent.so heapbench record -- touch ran
mkdir 'a b'
cp "$SUBJECTS/../../lib/libheapbench_record.so" 'a b/r.so'
HEAPBENCH_RECORDER='a b/r.so' heapbench record -- touch ran 2>&1 | sed 's,/.*/a b,.../a b,'
ls
cp "$SUBJECTS/subject_static" .
heapbench record -- ./subject_static 1 10
