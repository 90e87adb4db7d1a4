# exit 2
for options in '--policy worst' '--header 0' '--header 5000' '--align 3' '--align 0' '--heap 7 --header 8' '--heap 1 --header 16' \
    '--heap 9X' '--header 99999999999' '--heap 9223372036854775807'; do
    heapbench model demo $options
    echo "$? for $options"
done
heapbench model demo demo
echo $?
heapbench model --all --policy best
echo $?
heapbench model --results out demo
echo $?
heapbench model
