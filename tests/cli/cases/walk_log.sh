# What the tutorial's program prints, with offsets for addresses; then what that program has not: realloc, and a rest of 3 bytes.
heapbench walk demo --log
printf 'heap 150\na a 20\na z 0\nr a 12\nr a 30\na b 17\na c 90\n' >more.txt
heapbench walk more.txt --log
heapbench walk demo --log --at 3 2>&1
echo "$?"
heapbench walk demo --log -a next 2>&1
echo "$?"
