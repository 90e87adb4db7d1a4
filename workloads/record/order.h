/*
 * order.h - the streams of a capture as one sequence that contradicts no order that was real.
 *
 * Each stream keeps its own order, and of each shard all events of one epoch come before those of the next.
 * Both are sub-orders of the time in which things happened, so there is always an event that may come next;
 * a file in which there is none has been tampered with. Among streams that may go on, the one that is
 * furthest behind on the clocks does.
 *
 * A first pass counts the events of each epoch; the second hands them out. An epoch whose owner was killed
 * before it could write it down had no events, and is stepped over.
 */
#ifndef HB_WORKLOADS_RECORD_ORDER_H
#define HB_WORKLOADS_RECORD_ORDER_H

#include "workloads/record/capture_file.h"

struct hb_order;

/* The capture must outlive it. HB_ERR_FORMAT, HB_ERR_MEMORY. */
enum hb_status hb_order_create(const struct hb_capture *capture, struct hb_order **out,
                               struct hb_error *error);
void hb_order_destroy(struct hb_order *order); /* NULL does nothing */

/* The recording's clock, in milliseconds, when the event that was handed out last happened; never goes back.
 */
uint64_t hb_order_time(const struct hb_order *order);

/*
 * The next event; HB_CAPTURE_END at the end. `*stream` is its index in the capture; `*thread` numbers the
 * threads from 0 by first appearance. BARE_REALLOC_FAILED and BARE_TOUCHED are handed out too; the other
 * marks are not. HB_ERR_FORMAT: the orders contradict each other.
 */
enum hb_status hb_order_next(struct hb_order *order, struct hb_capture_event *event, uint32_t *stream,
                             uint32_t *thread, struct hb_error *error);

#endif
