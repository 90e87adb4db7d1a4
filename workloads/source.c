#include "workloads/source.h"

#include "base/file.h"

enum hb_status hb_source_open(const char *path, FILE **out, struct hb_error *error)
{
    return hb_file_open(path, out, error);
}
