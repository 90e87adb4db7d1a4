# What cannot be imported or written leaves nothing behind.
# exit 2
printf 'a x 1\n' >good.txt
printf 'a x 1\na x 2\n' >bad.txt
heapbench import bad.txt -o out.trace
echo "exit $?"
heapbench import good.txt -o missing/out.trace
echo "exit $?"
heapbench import good.txt -o /dev/full
echo "exit $?"
heapbench import good.txt --from rep -o out.trace
echo "exit $?"
(ulimit -f 0; trap '' XFSZ; heapbench import good.txt -o out.trace 2>&1) | cat
echo "exit $?"
heapbench export good.txt --to text -o /dev/full
echo "exit $?"
heapbench export good.txt --to text >/dev/full
echo "exit $?"
# A pipe that somebody reads will do.
heapbench import good.txt -o /dev/stdout | head -c 4 | tail -c 3
echo
# What is there and no trace stays, the imported file before all.
heapbench import good.txt -o good.txt
echo "exit $?"
cat good.txt
cp good.txt other.txt
heapbench import good.txt -o other.txt --force
rm other.txt
heapbench import good.txt -o good.trace
heapbench import good.txt -o good.trace
ls
heapbench import good.txt --from heaptrack -o out.trace
echo "exit $?"
heapbench import good.txt --from perf -o out.trace
heapbench import good.txt
heapbench import -o out.trace
heapbench export good.txt --to png
heapbench export good.txt
