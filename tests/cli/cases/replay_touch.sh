# What is touched is stated.
for how in none page all; do
    heapbench replay demo -a simple --touch $how | grep -o 'touching .*'
done
