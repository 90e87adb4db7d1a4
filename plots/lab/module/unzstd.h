/*
 * unzstd.h - zstd frames unpacked without libzstd, which no distribution has for WebAssembly.
 *
 * As much of RFC 8878 as the blocks of a trace need: one frame, no dictionary, all of it in memory at once.
 * What it is given is hostile: every length is checked, and nothing outside the two buffers is touched.
 */
#ifndef HB_PLOTS_LAB_MODULE_UNZSTD_H
#define HB_PLOTS_LAB_MODULE_UNZSTD_H

#include <stddef.h>
#include <stdint.h>

#define HB_UNZSTD_FAULT SIZE_MAX

/* The length of the frame that begins at `from`; HB_UNZSTD_FAULT where none of at most `bytes` does. */
size_t hb_unzstd_frame_bytes(const uint8_t *from, size_t bytes);

/* Unpacks the frame of exactly `bytes` at `from`. Returns the bytes written to `to`, at most `room`; or
 * HB_UNZSTD_FAULT where it is damaged, needs a dictionary, holds more, or there is no memory. */
size_t hb_unzstd(uint8_t *to, size_t room, const uint8_t *from, size_t bytes);

#endif
