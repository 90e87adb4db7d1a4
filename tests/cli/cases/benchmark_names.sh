# Every allocator x every trace is a benchmark; a filter picks among them.
for question in walk_cost fragmentation failure_points ladder throughput; do
    $question --allocators=simple,null --traces=demo --benchmark_list_tests
done
walk_cost --allocators=simple,glibc --traces=demo --benchmark_list_tests --benchmark_filter=glibc
