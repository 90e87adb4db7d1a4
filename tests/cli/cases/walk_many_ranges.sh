# Of many ranges the first, the last and those around the one that a malloc took.
{
    printf '0\n61\n91\n1\n'
    i=0
    while [ $i -lt 60 ]; do
        echo "a $i $((i * 37 % 90 + 1))"
        i=$((i + 1))
    done
    i=0
    while [ $i -lt 60 ]; do
        echo "f $i"
        i=$((i + 2))
    done
    echo "a 60 85"
} >many.rep
heapbench walk many.rep --at 89 --heap 4096
