# The table, without what differs from run to run: names, and the columns that every allocator has.
heapbench run demo -a simple,null --rounds 2 >table
sed -n 1p table
awk 'NR > 2 && NF > 4 && $1 ~ /simple|null/ {print $1, $NF}' table | sort
grep -c '^Floor: the null allocator takes [0-9.]* ns per operation. 2 rounds, seed 42, touch page.$' table
