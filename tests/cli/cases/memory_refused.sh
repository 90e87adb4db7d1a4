# A trace that needs more memory than any machine has is refused with both numbers, by whatever would fill it. What fills
# no blocks does it: --touch none, models; so does what is given less: a heap, and the operations up to a limit.
printf 'a 1 102400G\nf 1\na 2 10\n' >huge.txt
try() {
    heapbench "$@" >out 2>err
    echo "$? $*"
    sed 's/and [0-9.]* [A-Z]*i*B are/and N are/' err
}
try replay huge.txt -a simple
try replay huge.txt -a glibc --touch all
try replay huge.txt -a glibc --here
try check huge.txt -a glibc
sed 's/and [0-9.]* [A-Z]*i*B are/and N are/' out
try replay huge.txt -a simple --touch none
try replay huge.txt -a model-first
try replay huge.txt -a simple --heap 4K
try run huge.txt -a simple,model-first,null --rounds 1
sed -n 's/^  simple  *\([a-z]*\):.*/simple \1/p' out
try run huge.txt -a model-first,null --rounds 1 --touch none
# A block that no process has the addresses for takes nothing: it is NULL.
printf 'a 1 9223372036854775807\na 2 10\n' >never.txt
try replay never.txt -a simple
grep failures out
