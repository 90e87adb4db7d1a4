# Google's flags work: repetitions, format; and what was found is in the counters, exact.
walk_cost --allocators=simple --traces=demo --benchmark_format=json 2>/dev/null >json
grep -oE '"(walk_mean|walk_max|walk_p99|ranges|failures)": *[^,]*' json
grep -oE '"heapbench_(version|command|build|machine|run|libraries|floor)"' json
walk_cost --allocators=simple --traces=demo --benchmark_repetitions=3 --benchmark_format=json 2>/dev/null |
    grep -c '"repetition_index"'
failure_points --allocators=simple --traces=demo --benchmark_format=json --benchmark_filter=:100/ 2>/dev/null |
    grep -oE '"(heap_bytes|failures|first_failure|allocs|served)": *[^,]*'
ladder --allocators=simple-merge,glibc --traces=demo --benchmark_format=json 2>/dev/null |
    grep -oE '"(walk_mean|walk_p99|high_water_bytes|peak_live_bytes|failures)": *[^,]*'
