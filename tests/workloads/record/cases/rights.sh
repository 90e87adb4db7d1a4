# A program with file capabilities, run by a user who has none: refused before it runs, by record and by exec. Where the
# loader does as the environment says, it is recorded: by root, and where the file has only what is inherited.
[ "$(id -u)" = 0 ] || { echo "only root can set capabilities"; exit 77; }
cp "$SUBJECTS/subject_strays" rights
setcap cap_net_raw+ep rights 2>/dev/null || { echo "no capabilities can be set here"; exit 77; }
chmod 755 .. .
mkdir -m 777 open
nobody() {
    (cd open && setpriv --reuid 65534 --regid 65534 --clear-groups "$@")
}
nobody test -x "$(command -v heapbench)" || { echo "another user cannot reach heapbench"; exit 77; }
nobody heapbench record -o x.trace -- ../rights
echo "$? $(ls open)"
nobody heapbench exec -a simple -- ../rights
echo $?
setcap cap_net_raw+p rights
nobody heapbench exec -a simple -- ../rights
echo $?
setcap cap_net_raw+i rights
nobody heapbench exec -a simple -- ../rights nothing 1
echo $?
setcap cap_net_raw+ep rights
heapbench record -o root.trace -- ./rights user 2>&1 | sed 's/[0-9][0-9.]*/N/g'
