# The table, without what differs from run to run: names, and the columns that every allocator has.
heapbench run demo -a simple,null --rounds 2 >table
sed -n 1p table
sed -n '2,/^$/p' table | grep -v 'not to be trusted\|the machine ran' | sed 's/[0-9][0-9.]*/#/g; s/# [KM]*i*B/#/g; s/# - #/#/; s/  */ /g; s/ *$//' | sort
grep -c '^Floor: the null allocator takes [0-9.]* ns per operation. Seed 42, touch page.$' table
