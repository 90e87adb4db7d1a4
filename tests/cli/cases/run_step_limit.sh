# A walk that is cut: the table and the results say after which operation, and how to ask for the whole.
heapbench run demo -a simple,glibc --rounds 1 --step-limit 8 >table
grep -c '^  simple\*' table
grep '^Left out' table
sed -n 's/^  \* \(simple.*\) takes .*/\1/p' table
