# --variants adds those of the libraries that are compared, and says which it leaves out.
heapbench run demo -a glibc,null --variants --rounds 1 >out
awk '/^  [a-z]/ {print $1}' out | sort
sed -n 's/^Variant: \(glibc-no-tcache=.*\)/\1/p' out
# jemalloc is there or not: then its variants are rows, or left out.
heapbench run demo -a glibc,jemalloc --variants --rounds 1 --json 2>err >json
python3 -c '
import json
answer = json.load(open("json"))
rows = {row["allocator"]: row["status"] for row in answer["rows"]}
left_out = any("known variants of jemalloc" in sentence for sentence in answer["left_out"])
print(left_out if rows["jemalloc"] == "unavailable" else not left_out and rows["jemalloc-eager"] == "ok")'
