/*
 * report_page.h - one HTML page with every figure, its caption, the tables and where the figures come from.
 *
 * The page is a single file that needs nothing from anywhere: pictures are inline SVG, there is no script,
 * and every text from a result file is escaped.
 */
#ifndef HB_BENCH_REPORT_REPORT_PAGE_H
#define HB_BENCH_REPORT_REPORT_PAGE_H

#include "bench/report/report_figure.h"
#include "bench/report/report_source.h"

/* One figure of the page: drawn into `svg_path`, or left out for the reason in `error`. */
struct hb_picture {
    struct hb_figure figure;
    bool fed;       /* its file was read */
    char *svg_path; /* NULL where it was not drawn */
    struct hb_error error;
};

/*
 * Writes the page to `path`, whole or not at all. `pictures` are in any order; the page finds them by name.
 * HB_ERR_IO, HB_ERR_MEMORY, HB_ERR_LIMIT (a picture over 64 MiB).
 */
enum hb_status hb_report_page_write(const char *path, const struct hb_report_source *source,
                                    const struct hb_picture *pictures, size_t count, struct hb_error *error);

#endif
