/*
 * replay_ledger.h - who holds how many bytes: the replayer's own account of what was asked for.
 *
 * It needs to know of each operation only whether it failed, so the counting replay can keep it as it goes
 * and a timed one can be accounted for afterwards.
 */
#ifndef HB_BENCH_REPLAY_REPLAY_LEDGER_H
#define HB_BENCH_REPLAY_REPLAY_LEDGER_H

#include "bench/replay/replay.h"

/* What an object holds. */
struct hb_held {
    uint64_t size; /* asked for; 0: absent, or holds nothing */
    void *block;   /* the replay's to keep, beside the size since both are looked up together; NULL: absent */
};

struct hb_ledger {
    struct hb_held *held; /* by slot; a table (base/pages.h) */
    uint64_t slots;
    uint64_t ops;
    uint64_t allocs;
    uint64_t served;
    uint64_t live_bytes;
    uint64_t live_objects; /* of size 1 or more */
    uint64_t peak_live_bytes;
    uint64_t peak_live_op;
};

/* False when out of memory. */
bool hb_ledger_init(struct hb_ledger *ledger, uint64_t slots);
/* Room for more slots; false when out of memory. */
bool hb_ledger_grow(struct hb_ledger *ledger, uint64_t slots);
/* Faults all of its table in, so that no page of it comes later: for who looks at this process's memory. To
 * be called before anything is entered. */
void hb_ledger_fault_in(struct hb_ledger *ledger);
void hb_ledger_clear(struct hb_ledger *ledger); /* takes a zeroed one */

/* Enters the next operation. `failed`: it asked for bytes and got NULL. */
void hb_ledger_enter(struct hb_ledger *ledger, const struct hb_op *op, bool failed);

/* Writes ops, allocs, served, live and peak bytes into `counts`. */
void hb_ledger_report(const struct hb_ledger *ledger, struct hb_counts *counts);

#endif
