# An answer that cannot be written is a failure.
# exit 1
heapbench replay demo -a null --json >/dev/full
