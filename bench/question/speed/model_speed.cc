/*
 * model_speed - the benchmark main: what the exact model takes for an operation, beside walking, against the
 * number of ranges in the heap.
 *
 * An iteration is an operation, and its time the median of the rounds (model_speed.h), given by hand.
 */
#include <cstdio>
#include <string>

#include <benchmark/benchmark.h>

extern "C" {
#include "base/option.h"
#include "bench/question/speed/model_speed_plan.h"
}

namespace
{

struct Heap {
    const hb_speed_pair *pair;
    hb_speed_side side;
    std::uint64_t ranges;
};

const hb_speed_options *options;
bool any_failed;

int fail(const hb_error &error)
{
    std::fprintf(stderr, "model_speed: %s\n", error.text);
    return error.status == HB_ERR_USAGE ? HB_EXIT_USAGE : HB_EXIT_FAILED;
}

hb_status run(const Heap &heap, hb_speed_result *result, hb_error *error)
{
    hb_speed_load *load;
    hb_status status = hb_speed_load_open(heap.pair, heap.ranges, static_cast<std::uint32_t>(options->rounds),
                                          options->seed, &load, error);

    if (status == HB_OK) {
        status = hb_speed_run(load, heap.side, result, error);
        hb_speed_load_close(load);
    }
    return status;
}

void measure(benchmark::State &state, const Heap &heap)
{
    hb_speed_result result;
    hb_error error;

    for (auto _ : state) {
        (void)_;
        if (run(heap, &result, &error) != HB_OK) {
            any_failed = true;
            state.SkipWithError(error.text);
            return;
        }
        state.SetIterationTime(1e-9 * hb_speed_ns_per_op(&result));
    }
    state.counters["walk_mean"] = hb_speed_walk_mean(&result);
    state.counters["live"] = static_cast<double>(result.live);
    state.counters["ranges_least"] = static_cast<double>(result.rounds[0].ranges_least);
    state.counters["ranges_most"] = static_cast<double>(result.rounds[0].ranges_most);
    state.counters["bytes_per_range"] =
        static_cast<double>(result.resident_bytes) / state.counters["ranges_most"].value;
    state.SetItemsProcessed(1);
}

void add(const Heap &heap)
{
    std::string name =
        std::string("model_speed/") + heap.pair->name[heap.side] + "/" + std::to_string(heap.ranges);

    benchmark::RegisterBenchmark(name.c_str(), measure, heap)
        ->UseManualTime()
        ->Iterations(1)
        ->Unit(benchmark::kNanosecond);
}

void add_side(const hb_speed_pair *pair, hb_speed_side side)
{
    std::size_t count;
    const std::uint64_t *sizes = hb_speed_sizes(&count);

    for (std::size_t i = 0; i < count; i++)
        if (sizes[i] <= options->up_to && sizes[i] <= pair->most_ranges[side])
            add({pair, side, sizes[i]});
}

void add_context_line(void *, const char *key, const char *text)
{
    benchmark::AddCustomContext(std::string("heapbench_") + key, text);
}

int run_benchmarks(const hb_speed_program *program)
{
    std::size_t count;
    const hb_speed_pair *pairs = hb_speed_pairs(&count);

    hb_speed_program_context(program, add_context_line, nullptr);
    for (std::size_t i = 0; i < count; i++) {
        add_side(&pairs[i], HB_SPEED_WALKING);
        add_side(&pairs[i], HB_SPEED_MODEL);
    }
    if (benchmark::RunSpecifiedBenchmarks() == 0)
        return HB_EXIT_FAILED; /* the filter matches nothing, which was said */
    benchmark::Shutdown();
    return any_failed ? HB_EXIT_FAILED : HB_EXIT_DONE;
}

int answer(hb_speed_program *program)
{
    hb_error error;

    if (hb_speed_program_answer(program, &error) != HB_OK)
        return fail(error);
    std::printf("model_speed: wrote " HB_SPEED_FILE " to %s\n", options->results);
    return HB_EXIT_DONE;
}

void print_help()
{
    hb_speed_program_help();
    benchmark::PrintDefaultHelp();
}

} // namespace

int main(int argc, char **argv)
{
    hb_speed_program *program = hb_speed_program_open(argc, argv);
    int exit_status;

    if (program == nullptr) {
        std::fputs("model_speed: out of memory\n", stderr);
        return HB_EXIT_FAILED;
    }
    benchmark::Initialize(&argc, argv, print_help);
    options = hb_speed_program_take(program, argc, argv);
    exit_status = options->results != nullptr ? answer(program) : run_benchmarks(program);
    hb_speed_program_close(program);
    return exit_status;
}
