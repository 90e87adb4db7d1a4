# Sizes near 2^63 and objects numbered up to 2^32: nothing overflows, nothing crashes, no memory is taken for what a file
# only claims.
cat >sizes.txt <<'EOF'
a 1 9223372036854775807
f 1
a 2 9223372036854775808
f 2
m 3 16 9223372036854775801
f 3
a 4 100
a 5 4611686018427387904
f 5
r 4 9223372036854775807
EOF
cat >objects.txt <<'EOF'
a 2147483647 10
a 2147483648 20
a 4294967295 30
f 2147483648
EOF
printf 'a 1 9223372036854775808\na 2 9223372036854775808\n' >sum.txt
printf '100\n4294967295\n4294967295\n1\na 0 10\n' >claims.rep

try() {
    heapbench "$@" >out 2>err
    echo "$? $*: $(cat err)"
}
for trace in sizes.txt objects.txt; do
    try info $trace
    try model $trace --policy next --merge
    try model $trace --policy best --align 4096 --header 4096
    try curve $trace --points 2
    try walk $trace --heap 100
    try replay $trace -a simple
    try replay $trace -a bins --heap 4K
    try replay $trace -a buddy --heap 4K
    try replay $trace -a model-best-merge
done
try model sum.txt
try model claims.rep
for policy in first next best; do
    heapbench model sizes.txt --policy $policy --json |
        grep -E '"(walks|failures|first_failure|failure_reason|high_water_bytes|ranges)"'
done
