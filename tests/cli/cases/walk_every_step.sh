# The design document's example, step by step.
heapbench walk demo
