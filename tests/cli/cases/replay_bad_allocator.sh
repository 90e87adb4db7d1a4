# exit 1
heapbench replay demo -a /no/such/library.so
heapbench replay demo -a ./libnothing.so
echo "not a library" >libtext.so
heapbench replay demo -a ./libtext.so
