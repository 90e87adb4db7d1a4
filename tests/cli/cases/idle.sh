# After a replay all is freed, and memory is looked at while nothing happens; Ctrl-C ends the wait at once, and what was found
# is kept.
moments() {
    python3 -c '
import json, sys
whole = json.load(sys.stdin)
for row in whole.get("rows", [whole]):
    print(row["allocator"], [look["after_ms"] for look in row["idle"]], all(look["resident_bytes"] >= 0 for look in row["idle"]))'
}
heapbench replay demo -a glibc --idle 1 --json | moments
heapbench run demo -a glibc,simple,null --rounds 1 --idle 1 --json | moments
heapbench run demo -a glibc --rounds 1 --idle 1 | sed -n '/resident when/,/^$/p' | sed 's/[0-9.]* [KM]iB/#/g; s/0 B/#/g; s/  */ /g'
heapbench replay demo -a glibc --idle 1 | awk '/resident$/ || /resident,/ {print $1, $2, $3}' | sed 's/ [0-9.]*$//' | grep -v '^resident'
heapbench replay demo -a glibc --idle 0
heapbench replay demo -a glibc --idle 1 --threads
# Interrupted when its child has slept for a while.
cat >interrupt.py <<'EOF'
import json, signal, subprocess, sys, time

def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as text:
        return text.read().split()

program = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                           preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler))
seen, times = None, 0
while times < 15 and program.poll() is None:
    time.sleep(0.1)
    now = children(program.pid)
    seen, times = now, times + 1 if now and now == seen else 0
program.send_signal(signal.SIGINT)
out, err = program.communicate()
print(program.returncode, err.decode(), end="\n" if not err else "")
if out.startswith(b"{"):
    whole = json.loads(out)
    print(whole["interrupted"], whole["rows"][0]["idle"][0]["after_ms"])
EOF
python3 interrupt.py heapbench run demo -a glibc --rounds 1 --idle 1000000 --json
python3 interrupt.py heapbench replay demo -a glibc --idle 1000000
