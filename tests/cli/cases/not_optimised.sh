# Every table of an unoptimised build says so.
line='^NOT OPTIMISED: built as Debug, without -O, so times say little of any allocator'
for command in list 'walk demo' 'info demo' 'model demo' 'model --all demo' 'curve demo' 'replay demo -a simple' \
    'adversary two-size --live 64 -a simple' 'run demo -a simple --rounds 1'; do
    # shellcheck disable=SC2086 # words
    heapbench $command | tail -n 1 | grep -c "$line"
done
for command in list 'info demo' 'model demo' 'replay demo -a simple' 'run demo -a simple --rounds 1'; do
    # shellcheck disable=SC2086
    heapbench $command --json | grep -c '"not_optimised": "built as Debug'
done
walk_cost --benchmark_filter=/simple/demo 2>&1 | grep -c 'heapbench_build: NOT OPTIMISED: '
