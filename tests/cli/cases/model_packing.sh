# exit 2
# An offline packing beside its bound, of buffers that some program planned; what depends on the machine is taken out.
printf 'id,lower,upper,size\nb1,0,3,4\nb2,3,9,4\nb3,0,9,4\nb4,9,21,4\nb5,0,21,4\n' >buffers.csv
heapbench model --packing buffers.csv | sed 's/^time .*/time/'
heapbench model --packing buffers.csv --offsets | tee packed.csv
heapbench model --packing packed.csv --offsets | cmp - packed.csv
# Ids and times are of its own; rows are in the order of births, those of one time as they stood.
printf 'id,lower,upper,size\nfoo,100,1000,100\nbar,-5,100,30\nbaz,100,900,20\nqux,-5,3,7\n' >named.csv
sed 1d named.csv | sort -s -t, -k2,2n | cut -d, -f4 >sizes
heapbench model --packing named.csv --offsets | tee named_packed.csv | cut -d, -f1-4
sed 1d named_packed.csv | cut -d, -f4 | cmp - sizes
heapbench model --packing buffers.csv --json | sed 's/\("elapsed_ns": \)[0-9]*/\1N/'
printf 'lower,upper,size,alignment\n0,10,1,4096\n0,10,1,\n0,10,1,4096\n' >aligned.csv
heapbench model --packing aligned.csv | sed 's/^time .*/time/'
printf 'id,lower,upper,size\nb1,0,3,4\nb2,9,3,4\n' >bad.csv
heapbench model --packing bad.csv
echo $?
heapbench model --packing --policy best demo
echo $?
heapbench model --packing --all
