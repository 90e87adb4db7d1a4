# Ctrl-C at any moment of the start of what a script does ends it by that signal, without a word: no traceback.
cat >interrupt.py <<'EOF'
import signal, subprocess, sys, time

ended, said = set(), b""
for tick in range(12):
    program = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                               preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    time.sleep(0.01 * tick)
    program.send_signal(signal.SIGINT)
    said += program.communicate()[1]
    ended.add(program.returncode)
print(sorted(ended - {0, 1, 3}), "a traceback" if b"Traceback" in said else "quietly")  # 0, 1, 3: it was over already
EOF
printf 'trace,allocator,status\n' >comparison.csv
for command in "plan demo -o study/plan.tsv" "plan --check ." "report . -o page"; do
    python3 interrupt.py heapbench $command | sed "s|^|$command: |"
done
