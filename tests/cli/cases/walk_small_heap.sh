# Every way for a malloc to get NULL, in the words of the three reasons.
cat >full.rep <<'REP'
64
3
3
1
a 0 20
a 1 20
a 2 20
REP
cat >unmerged.rep <<'REP'
64
4
5
1
a 0 24
a 1 24
f 0
f 1
a 2 40
REP
cat >scattered.rep <<'REP'
96
4
6
1
a 0 24
a 1 24
a 2 24
f 0
f 2
a 3 50
REP
heapbench walk full.rep
heapbench walk unmerged.rep
heapbench walk scattered.rep
