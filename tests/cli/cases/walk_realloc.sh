# Reallocs in place, moving, and failing; a realloc of an object that never was is a malloc.
cat >realloc.rep <<'REP'
200
3
7
1
a 0 24
a 1 24
r 0 20
r 0 60
r 0 500
a 2 900
r 2 10
REP
heapbench walk realloc.rep --heap 200
