# Trace to text to trace is the same file; a .rep keeps what it can, and what it loses is said.
heapbench export redis --to text -o redis.txt
heapbench import redis.txt -o redis.trace >/dev/null
heapbench import redis -o direct.trace >/dev/null # what is shipped is of an older version
cmp redis.trace direct.trace && echo same
heapbench export demo --to rep | cmp - "$HEAPBENCH_TRACES/demo.rep" && echo same
heapbench import demo -o demo.trace
heapbench export demo.trace --to text | sed "s/import $(heapbench --version | cut -d " " -f 2),/import VERSION,/"
printf 'a x 1\nc y 2\nt 1\nm z 16 3\nt 0\nr x 4\nf x\n' >all.txt
heapbench export all.txt --to rep
cat >timed.txt <<'END'
# a workload of heapbench: a malloc, c calloc, m aligned, r realloc, f free, t thread, w wait
origin by hand
wall 3s
cpu 1500ms
w 250ms
a 0 100
w 1us
t 1
f 0
w 2s
END
heapbench import timed.txt -o timed.trace
heapbench export timed.trace --to text -o again.txt
cmp timed.txt again.txt && echo same
heapbench import again.txt -o again.trace >/dev/null
cmp timed.trace again.trace && echo same
heapbench export timed.trace --to rep
ls
