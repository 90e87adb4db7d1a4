# Trace to text to trace is the same file; a .rep keeps what it can, and what it loses is said.
heapbench export redis --to text -o redis.txt
heapbench import redis.txt -o redis.trace >/dev/null
cmp redis.trace "$HEAPBENCH_TRACES/redis.trace" && echo same
heapbench export demo --to rep | cmp - "$HEAPBENCH_TRACES/demo.rep" && echo same
heapbench import demo -o demo.trace
heapbench export demo.trace --to text | sed "s/import $(heapbench --version | cut -d " " -f 2),/import VERSION,/"
printf 'a x 1\nc y 2\nt 1\nm z 16 3\nt 0\nr x 4\nf x\n' >all.txt
heapbench export all.txt --to rep
ls
