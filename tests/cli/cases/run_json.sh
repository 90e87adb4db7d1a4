# A row an allocator, in the order of their times; what is exact is here compared.
heapbench run demo -a simple,glibc --rounds 1 --json >json
for key in trace allocator status ops trace_ops rounds ns_per_op ratio_to_glibc peak_live_bytes memory_over_live failures \
           first_failure seed floor_ns_per_op left_out; do
    printf '%s %s\n' "$key" "$(grep -o "\"$key\":" json | wc -l)"
done
grep -o '"peak_live_bytes": *[0-9]*' json | sort -u
