# A standard stream that is closed changes nothing but itself, and no file of ours gets its number.
# exit 1
for command in 'check demo -a glibc' 'replay demo -a null --json' 'run demo -a glibc,null --rounds 1'; do
    heapbench $command 2>&- <&- | sed 's/[0-9].*//;q'
    heapbench $command >&- 2>&-
    echo $?
done
throughput --traces=demo --allocators=glibc 2>&- <&- | grep -c '^throughput/glibc/demo/'
printf 'no line\n' >bad.txt
heapbench info bad.txt 2>&- <&- >&-
