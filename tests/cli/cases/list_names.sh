# Built-in allocators and the shipped example are always there.
heapbench list --json >list.json
for name in simple glibc bump null demo; do
    grep -c "\"name\": \"$name\"" list.json
done
heapbench list | grep '^  demo '
