/*
 * capture_builder.h - captures written by hand, event by event, and converted.
 */
#ifndef HB_TESTS_WORKLOADS_RECORD_CAPTURE_BUILDER_H
#define HB_TESTS_WORKLOADS_RECORD_CAPTURE_BUILDER_H

#include "workloads/record/convert.h"

enum {
    PAGE = 4096,
    SHARED_PAGES = HB_CAPTURE_SHARED_BYTES / PAGE, /* then the image's header, then its chunks */
    PAGES_AT_MOST = SHARED_PAGES + 48,
    OPS_AT_MOST = 4096,
    HEADER_AT = HB_CAPTURE_SHARED_BYTES,
    FIRST_CHUNK_AT = HEADER_AT + PAGE,
};

/* Addresses in different shards. */
enum { A = 0x10000, B = 0x20000 };

extern unsigned char capture_file[PAGES_AT_MOST * PAGE];
extern size_t capture_pages;
extern struct hb_op capture_ops[OPS_AT_MOST];
extern size_t capture_op_count;
/* What is touched of the block that operation i of capture_ops gives; UINT64_MAX: not known. */
extern uint64_t capture_touched[OPS_AT_MOST + 1];
/* How much time passed before operation i of capture_ops, or behind the last. */
extern uint64_t capture_waits_us[OPS_AT_MOST + 1];
extern char capture_path[64];

void begin_capture(void);
/* The chunks of a stream are begun one after the other; its addresses are coded against the last. */
void begin_chunk(uint32_t stream, uint32_t sequence);
/* The same, of several pages. */
void begin_pages(uint32_t stream, uint32_t sequence, uint32_t pages);
void put_birth(enum hb_capture_kind kind, uint64_t address, uint64_t size);
void put_death(enum hb_capture_kind kind, uint64_t address);
void put_order(uint64_t address, uint64_t epoch);
void put_tick(uint64_t tick);
void put_time(uint64_t ms);
void put_bare(enum hb_capture_bare bare);
/* And makes the recording one with --touch. */
void put_touched(uint64_t address, uint64_t bytes);

/* Converts the first `bytes` of the capture into capture_ops. */
enum hb_status convert(size_t bytes, struct hb_capture_summary *summary, struct hb_error *error);
/* Converts all of it as if it had grown: `items` of each stream were there at the first look. */
struct hb_capture_summary convert_grown(const uint64_t *items, size_t streams);
/* Converts all of it; an error fails the test. */
struct hb_capture_summary convert_sound(void);
void assert_op(size_t i, unsigned kind, uint32_t object, uint64_t size, unsigned thread);

int capture_begin_tests(void **state);
int capture_end_tests(void **state);

#endif
