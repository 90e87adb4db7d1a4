// trace_speed.cc - operations a second of the reader of traces, and of loading with every check.
//
// Usage:  trace_speed [TRACE...] [--benchmark_...]     default: every shipped .trace
//
// Registered as read/NAME and load/NAME. `read` streams and drops the operations; `load` keeps them all and
// checks that each names a live object. Files are in the page cache after the first pass, so the disk is not
// measured.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>

extern "C" {
#include "workloads/workload.h"
}

namespace
{

void finish(benchmark::State &state, uint64_t ops)
{
    state.SetItemsProcessed(static_cast<int64_t>(ops));
}

uint64_t read_once(const char *path, hb_error *error)
{
    hb_trace_reader *reader;
    const hb_op *ops;
    size_t count = 0;
    uint64_t all = 0;

    if (hb_trace_reader_open(path, &reader, error) != HB_OK)
        return 0;
    while (hb_trace_reader_next(reader, &ops, &count, error) == HB_OK && count > 0) {
        benchmark::DoNotOptimize(ops);
        all += count;
    }
    hb_trace_reader_close(reader);
    return all;
}

void read_trace(benchmark::State &state, const std::string &path)
{
    uint64_t ops = 0;

    for (auto _ : state) {
        hb_error error = {};

        ops += read_once(path.c_str(), &error);
        if (error.status != HB_OK) {
            state.SkipWithError(error.text);
            break;
        }
    }
    finish(state, ops);
}

void load_trace(benchmark::State &state, const std::string &path)
{
    uint64_t ops = 0;

    for (auto _ : state) {
        hb_workload *workload;
        hb_error error;

        if (hb_workload_load_as(path.c_str(), HB_FORMAT_TRACE, &workload, &error) != HB_OK) {
            state.SkipWithError(error.text);
            break;
        }
        ops += workload->op_count;
        hb_workload_free(workload);
    }
    finish(state, ops);
}

bool is_trace(const char *path)
{
    const char *dot = std::strrchr(path, '.');

    return dot != nullptr && std::strcmp(dot, ".trace") == 0;
}

void add(const char *path)
{
    const char *slash = std::strrchr(path, '/');
    std::string name = slash != nullptr ? slash + 1 : path;

    if (is_trace(path))
        name.resize(name.size() - std::strlen(".trace"));
    benchmark::RegisterBenchmark(("read/" + name).c_str(), read_trace, std::string(path))
        ->Unit(benchmark::kMillisecond);
    benchmark::RegisterBenchmark(("load/" + name).c_str(), load_trace, std::string(path))
        ->Unit(benchmark::kMillisecond);
}

bool add_shipped()
{
    char **paths;
    size_t count;
    hb_error error;

    if (hb_traces_find(&paths, &count, &error) != HB_OK) {
        std::fprintf(stderr, "trace_speed: %s\n", error.text);
        return false;
    }
    for (size_t i = 0; i < count; i++)
        if (is_trace(paths[i]))
            add(paths[i]);
    hb_traces_free(paths);
    return true;
}

} // namespace

int main(int argc, char **argv)
{
    benchmark::Initialize(&argc, argv);
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] == '-') {
            std::fprintf(stderr, "trace_speed: no option %s; --help lists them\n", argv[i]);
            return 2;
        }
        add(argv[i]);
    }
    if (argc == 1 && !add_shipped())
        return 1;
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}
