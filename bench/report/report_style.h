/* report_style.h - the style sheet of the report page. */
#ifndef HB_BENCH_REPORT_REPORT_STYLE_H
#define HB_BENCH_REPORT_REPORT_STYLE_H

extern const char hb_report_style[];

#endif
