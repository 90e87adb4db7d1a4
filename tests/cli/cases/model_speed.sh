# Every pair at every number of ranges is a benchmark; what is not time is exact.
model_speed --up-to=300 --benchmark_list_tests | sed 's/:.*//'
model_speed --rounds=2 --benchmark_filter='/(simple|model-first|best-merge|model-best-merge)/100/' --benchmark_format=json 2>/dev/null |
    grep -oE '"(name|live|ranges_least|ranges_most|walk_mean)": *[^,]*'
