# Why a program was not recorded: the true reason of each.
try() {
    heapbench record -o x.trace -- "$@" 2>&1 | sed "s,$SUBJECTS/,,; s/[0-9][0-9.]*/N/g"
    rm -f x.trace
}
try "$SUBJECTS/subject_static" 1 10
try "$SUBJECTS/subject_own_malloc"
printf '#!%s\n' "$SUBJECTS/subject_static" >script
chmod +x script
try ./script
try "$SUBJECTS/subject_strays" nothing 1
try "$SUBJECTS/subject_strays" descriptors
# Seen while it ran; or, as a rule, only when it had ended.
try env -i "$SUBJECTS/subject_strays" nothing 60
try env -i /usr/bin/perl -e 1 | grep -o 'environment that names no recorder, as by env -i'
# Seen as another program, with the recorder in it, just before.
try sh -c 'sleep 0.5; exec env -i /usr/bin/perl -e 1' | grep -o 'environment that names no recorder, as by env -i'
if [ -e "$SUBJECTS/subject_sanitized" ]; then
    try "$SUBJECTS/subject_sanitized"
else
    echo "heapbench: subject_sanitized is built with a sanitizer, whose runtime must be loaded first and would end it with the recorder loaded; build it without -fsanitize"
fi
try "$SUBJECTS/subject_strays" sigsys
ls
