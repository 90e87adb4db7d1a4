# When things happened: duration, rate, bursts and silences, for a person and as JSON. A trace without times says none; one
# of version 1 says why; nothing is called sound that something was lost of.
cat >times.txt <<'END'
wall 2.5s
cpu 300ms
a x 100
w 5ms
f x
w 1.5s
a y 200
w 10ms
a z 300
w 10001us
f z
w 250ms
END
heapbench import times.txt -o times.trace >/dev/null
heapbench info times.trace | sed -n '/^program/,/^file/p'
heapbench info times.trace --json | sed -n '/format_version/,/file_bytes"/p'
echo 'cpu 1us' >only.txt
heapbench info only.txt | grep -A 1 '^program'
base64 -d >old.trace <<'END'
iUhCVA0KGgoBAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABGEwIW+sSYq0hCb3AFAAAADgAAAAMAAAAA
AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAotS/9IAUpAACODPO/BfmZgEVntnSUSEJuZAAAAAADAAAA
AAAAAAIAAAAAAAAAAgAAAAAAAAAAAAAAAAAAAE1dA+ixUjRf
END
heapbench info old.trace | grep -E '^(program|time)'
heapbench info demo | grep -cE '^(program|time)'
printf 'dropped 1\na x 1\n' >lossy.txt
heapbench info lossy.txt | tail -n 2
heapbench info lossy.txt --json | grep -E 'sound|dropped'
# And where nothing is waited for long.
printf 'a x 100\nw 2ms\nf x\nw 10ms\n' >short.txt
heapbench info short.txt | sed -n '/^time/,$p'
