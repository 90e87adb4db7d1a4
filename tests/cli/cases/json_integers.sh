# Integers are exact in JSON, up to 2^64 - 1.
printf 'dropped 18446744073709551615\na x 9223372036854775808\na y 9223372036854775807\nw 9007199254740993us\n' >large.txt
heapbench info large.txt --json | grep -E 'peak_live_bytes|live_bytes_at_end|size_max|size_p50|duration|"us"|dropped'
printf 'a x 9007199254740993\n' >odd.txt
heapbench info odd.txt --json | grep -E 'peak_live_bytes'
printf 'a x 9223372036854775808\n' >half.txt
heapbench info half.txt --json | grep -E 'peak_live_bytes'
