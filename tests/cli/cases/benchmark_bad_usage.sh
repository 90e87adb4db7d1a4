# exit 2
for wrong in --no-such-flag --rounds=0 --results= --touch=some --step-limit=-1 --seed; do
    walk_cost --traces=demo "$wrong"
    echo "$wrong: $?"
done
walk_cost --allocators=nothing 2>&1 | sed 's/there are .*/there are .../'
walk_cost --traces=no_such 2>&1 | sed 's/ in .*;/ in ...;/'
walk_cost --bogus
