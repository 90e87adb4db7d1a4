"""plain_heap.py - the heap of the design document in the plainest way: a list of ranges, walked from its start.

The definitions of results/README.md, written again from the document and not from the code under test, so that a figure that both
give is right. Slow, and meant for traces of some hundred operations.
"""

import random

INFINITE = 1 << 62


def round_up(value, align):
    return (value + align - 1) // align * align


class Heap:
    """First or best fit over records of `header` bytes; `size` bytes in all, INFINITE for ample room."""

    def __init__(self, size=INFINITE, merge=False, header=8, align=1, best=False):
        self.size, self.merge, self.header, self.align, self.best = size, merge, header, align, best
        self.ranges = [[0, size, False]]  # offset, length, allocated
        self.high_water = 0
        self.walk = self.walk_allocated = 0  # of the last walk
        self.walks = 0

    def need(self, size):
        return round_up(size + self.header, self.align)

    def choose(self, need):
        fits = [i for i, (_, length, allocated) in enumerate(self.ranges) if not allocated and length >= need]
        if not fits:
            return None
        return min(fits, key=lambda i: (self.ranges[i][1], i)) if self.best else fits[0]

    def malloc(self, size):
        """The range's offset; None where there is no room."""
        need = self.need(size)
        chosen = self.choose(need)
        examined = self.ranges if chosen is None or self.best else self.ranges[: chosen + 1]
        self.walks += 1
        self.walk = len(examined)
        self.walk_allocated = sum(allocated for _, _, allocated in examined)
        if chosen is None:
            return None
        offset, length, _ = self.ranges[chosen]
        if length - need >= max(self.header, self.align):
            self.ranges[chosen] = [offset, need, True]
            self.ranges.insert(chosen + 1, [offset + need, length - need, False])
        else:
            self.ranges[chosen][2] = True
        self.high_water = max(self.high_water, offset + self.ranges[chosen][1])
        return offset

    def index(self, offset):
        return next(i for i, r in enumerate(self.ranges) if r[0] == offset and r[2])

    def free(self, offset):
        i = self.index(offset)
        self.ranges[i][2] = False
        if not self.merge:
            return
        if i + 1 < len(self.ranges) and not self.ranges[i + 1][2]:
            self.ranges[i][1] += self.ranges.pop(i + 1)[1]
        if i > 0 and not self.ranges[i - 1][2]:
            self.ranges[i - 1][1] += self.ranges.pop(i)[1]

    def realloc(self, offset, size):
        if self.ranges[self.index(offset)][1] >= size + self.header:
            return offset
        moved = self.malloc(size)
        if moved is not None:
            self.free(offset)
        return moved

    def has_tail(self):
        return self.size == INFINITE

    def free_lengths(self):
        """Of the free ranges; the tail of ample room counts among the ranges alone."""
        ranges = self.ranges[:-1] if self.has_tail() else self.ranges
        return [length for _, length, allocated in ranges if not allocated]

    def longest_run(self):
        longest = run = 0
        for _, length, allocated in self.ranges:
            run = 0 if allocated else run + length
            longest = max(longest, run)
        return longest

    def allocated_bytes(self):
        return sum(length for _, length, allocated in self.ranges if allocated)


class Replay:
    """A trace (a list of (kind, object, size)) on a heap; `after(replay)` is called after each operation."""

    def __init__(self, trace, heap, after=None, stop=False):
        self.heap, self.ops = heap, 0
        self.held = {}  # object: (offset, size)
        self.live = self.peak_live = 0
        self.peak_now = False
        self.allocs = self.served = self.failures = 0
        self.first = None  # of the failures: a dict as the results have it
        self.lengths, self.allocated_walks = [], []  # of each walk
        for kind, thing, size in trace:
            if stop and self.first is not None:
                break
            self.step(kind, thing, size)
            if after is not None:
                after(self)

    def note_failure(self, size):
        self.failures += 1
        if self.first is not None:
            return
        heap, need = self.heap, self.heap.need(size)
        lengths = heap.free_lengths()
        if sum(lengths) < need:
            reason = "full"
        else:
            reason = "unmerged" if heap.longest_run() >= need else "scattered"
        self.first = {"first_failure": self.ops, "requested_bytes": size, "reason": reason, "live_bytes": self.live,
                      "free_bytes": sum(lengths), "largest_free_bytes": max(lengths, default=0)}

    def step(self, kind, thing, size):
        walks = self.heap.walks
        if kind == "f":
            if thing in self.held:
                offset, held = self.held.pop(thing)
                self.heap.free(offset)
                self.live -= held
        else:
            moves = kind == "r" and thing in self.held
            self.allocs += not moves
            offset = self.heap.realloc(self.held[thing][0], size) if moves else self.heap.malloc(size)
            if offset is None:
                self.note_failure(size)
            else:
                self.served += not moves
                self.live += size - (self.held[thing][1] if moves else 0)
                self.held[thing] = (offset, size)
        self.peak_now = self.live > self.peak_live
        self.peak_live = max(self.peak_live, self.live)
        if self.heap.walks > walks:
            self.lengths.append(self.heap.walk)
            self.allocated_walks.append(self.heap.walk_allocated)
        self.ops += 1


def make_trace(seed, ops, most_live, most_bytes):
    """Of every kind that a heap without alignment tells apart; sizes of one magnitude or the next."""
    rng = random.Random(seed)
    trace, live, born = [], [], 0
    while len(trace) < ops:
        what = rng.random()
        if live and (len(live) >= most_live or what < 0.4):
            trace.append(("f", live.pop(rng.randrange(len(live))), 0))
        elif live and what < 0.5:
            trace.append(("r", rng.choice(live), rng.randint(1, most_bytes)))
        else:
            trace.append(("c" if what < 0.6 else "a", born, rng.randint(1, most_bytes >> rng.randrange(4))))
            live.append(born)
            born += 1
    return trace


def write_trace(path, trace):
    with open(path, "w", encoding="ascii") as out:
        for kind, thing, size in trace:
            out.write(f"{kind} o{thing}\n" if kind == "f" else f"{kind} o{thing} {size}\n")


def percentile(lengths, percent):
    """Nearest rank."""
    return sorted(lengths)[-(-len(lengths) * percent // 100) - 1] if lengths else 0
