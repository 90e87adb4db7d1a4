# The tutorial's example, step by step.
heapbench walk demo
