/*
 * replay_ledger.c - sizes by slot, and the sums that follow from them.
 */
#include "bench/replay/replay_ledger.h"

#include <assert.h>
#include <string.h>

#include "base/pages.h"

static size_t table_bytes(uint64_t slots)
{
    return (slots + 1) * sizeof(struct hb_held);
}

bool hb_ledger_init(struct hb_ledger *ledger, uint64_t slots)
{
    *ledger = (struct hb_ledger){.slots = slots};
    ledger->held = hb_table_grow(NULL, 0, table_bytes(slots));
    return ledger->held != NULL;
}

bool hb_ledger_grow(struct hb_ledger *ledger, uint64_t slots)
{
    struct hb_held *grown;

    assert(slots >= ledger->slots);
    grown = hb_table_grow(ledger->held, table_bytes(ledger->slots), table_bytes(slots));

    if (grown == NULL)
        return false;
    ledger->held = grown;
    ledger->slots = slots;
    return true;
}

void hb_ledger_fault_in(struct hb_ledger *ledger)
{
    assert(ledger->ops == 0);
    memset(ledger->held, 0, hb_table_room(table_bytes(ledger->slots)));
}

void hb_ledger_clear(struct hb_ledger *ledger)
{
    hb_table_free(ledger->held, table_bytes(ledger->slots));
    *ledger = (struct hb_ledger){0};
}

static void set_size(struct hb_ledger *ledger, uint32_t slot, uint64_t size)
{
    uint64_t *held = &ledger->held[slot].size;

    ledger->live_objects += (uint64_t)(size != 0) - (uint64_t)(*held != 0);
    ledger->live_bytes += size - *held;
    *held = size;
}

void hb_ledger_enter(struct hb_ledger *ledger, const struct hb_op *op, bool failed)
{
    bool absent;

    assert(op->object < ledger->slots);
    absent = ledger->held[op->object].size == 0;
    if (op->size != 0 && (op->kind != HB_OP_REALLOC || absent)) {
        ledger->allocs++;
        ledger->served += !failed;
    }
    if (!failed) /* a free has size 0; a failed realloc leaves its object as it was */
        set_size(ledger, op->object, op->size);
    assert(ledger->served <= ledger->allocs);
    if (ledger->live_bytes > ledger->peak_live_bytes) {
        ledger->peak_live_bytes = ledger->live_bytes;
        ledger->peak_live_op = ledger->ops;
    }
    ledger->ops++;
}

void hb_ledger_report(const struct hb_ledger *ledger, struct hb_counts *counts)
{
    counts->ops = ledger->ops;
    counts->allocs = ledger->allocs;
    counts->served = ledger->served;
    counts->live_bytes = ledger->live_bytes;
    counts->peak_live_bytes = ledger->peak_live_bytes;
    counts->peak_live_op = ledger->peak_live_op;
}
