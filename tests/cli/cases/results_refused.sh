# A build that checks itself keeps no figures.
for program in walk_cost throughput model_speed 'heapbench run'; do
    $program --results out 2>err
    echo $?
    sed 's/assertions/sanitizers/' err
done
ls out 2>/dev/null
true
