# exit 1
# An infinite heap is infinite: as far as there are numbers nothing fails in it, and beyond them it says which operation.
printf 'a x 4611686018427387904\na y 10\n' >large.txt
printf 'a x 4611686018427387904\nf x\na y 4611686018427387904\na z 4611686018427387904\n' >beyond.txt
for options in '--policy first' '--policy next' '--policy best --merge --align 16'; do
    heapbench model large.txt $options --json |
        grep -E '"(failures|first_failure|failure_reason|high_water_bytes|live_bytes)"'
    heapbench model beyond.txt $options
done
heapbench curve large.txt --points 2 --json | grep -E '"(high_water|minimum_heap)_bytes"'
heapbench curve beyond.txt
# What an aligned request looked for is not what it got: curve and model say one high-water mark.
printf 'a x 40\nm y 64 10\n' >aligned.txt
heapbench curve aligned.txt --align 16 --json | grep -E '"(high_water|minimum_heap)_bytes"'
heapbench model aligned.txt --align 16 --json | grep '"high_water_bytes"'
# Beyond a page, on real memory: where the model says.
printf 'a x 40\nm y 8192 10\n' >page.txt
heapbench replay page.txt -a simple-merge --json | grep '"high_water_bytes"'
heapbench model page.txt --align 16 --merge --json | grep '"high_water_bytes"'
heapbench replay beyond.txt -a model-first
