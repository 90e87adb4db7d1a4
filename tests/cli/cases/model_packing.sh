# exit 2
# An offline packing beside its bound, of buffers that some program planned; what depends on the machine is taken out.
printf 'id,lower,upper,size\nb1,0,3,4\nb2,3,9,4\nb3,0,9,4\nb4,9,21,4\nb5,0,21,4\n' >buffers.csv
heapbench model --packing buffers.csv | sed 's/^time .*/time/'
heapbench model --packing buffers.csv --offsets | tee packed.csv
heapbench model --packing packed.csv --offsets | cmp - packed.csv
heapbench model --packing buffers.csv --json | sed 's/\("elapsed_ns": \)[0-9]*/\1N/'
printf 'lower,upper,size,alignment\n0,10,1,4096\n0,10,1,\n0,10,1,4096\n' >aligned.csv
heapbench model --packing aligned.csv | sed 's/^time .*/time/'
printf 'id,lower,upper,size\nb1,0,3,4\nb2,9,3,4\n' >bad.csv
heapbench model --packing bad.csv
echo $?
heapbench model --packing --policy best demo
echo $?
heapbench model --packing --all
