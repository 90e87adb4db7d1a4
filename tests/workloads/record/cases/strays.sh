# Children that change their user or their root before they first allocate: recorded, or named.
[ "$(id -u)" = 0 ] || { echo "skipped: only root can change its user"; exit 77; }
chmod 755 . ..
heapbench record -o user.trace -- "$SUBJECTS/subject_strays" user 2>&1 | sed 's/[0-9][0-9.]*/N/g'
heapbench info --json user.trace | grep -o '"ops": *[0-9]*'
heapbench record -o root.trace -- "$SUBJECTS/subject_strays" root 2>&1 | sed 's/[0-9][0-9.]*/N/g'
ls
# Set-user-ID: the loader does not do as the environment says.
cp "$SUBJECTS/subject_strays" set-user
chown nobody set-user
chmod u+s set-user
heapbench record -o set.trace -- ./set-user
ls
