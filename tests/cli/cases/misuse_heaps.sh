# What depends on no address: our own heaps, checked, say what was wrong, and where.
heapbench misuse -a simple,free-list,bump --json | grep -B 2 -A 9 '"act": "[dw]' | grep -A 9 checked |
    sed -nE 's/^ *"(act|status|step|harm|signal|said)": (.*)/\1 \2/p' | sed 's/pointer 0x[0-9a-f]*/pointer P/; s/at offset -*[0-9]* from/at offset N from/'
heapbench misuse -a simple,simple-align,bump | sed 's/ *$//'
