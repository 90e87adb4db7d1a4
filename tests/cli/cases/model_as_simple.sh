# The model and the allocator that it models say the same of a whole trace, walks and all.
keep='"\(ops\|objects\|walk\|fail\|first\|high\|peak_live\|live\|ranges\|free\|largest\)'
heapbench replay sqlite3 -a simple --heap 5M --json | grep "$keep" >walking
heapbench model sqlite3 --heap 5M --json | grep "$keep" >computed
diff walking computed && wc -l <computed
