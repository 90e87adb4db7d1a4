/*
 * question_main.cc - a program of benchmarks handed to Google Benchmark.
 *
 * Benchmarks are registered at start-up, one for each allocator and trace that were found; names are all that
 * is needed for that, so listing and filtering load no trace. A repetition is one sample, in a process of its
 * own: its time is the sample's, given by hand, and there is one iteration of it.
 */
#include "bench/question/question_program.h"

#include <cerrno>
#include <cstring>
#include <iostream>
#include <string>

#include <benchmark/benchmark.h>

namespace
{

hb_program *program; /* for callbacks of Google's that take no argument */

void measure(benchmark::State &state, std::size_t index)
{
    hb_measurement measurement;

    for (auto _ : state) {
        (void)_;
        if (!hb_program_measure(program, index, &measurement)) {
            state.SkipWithError(measurement.problem);
            return;
        }
        state.SetIterationTime(measurement.seconds);
    }
    for (unsigned i = 0; i < measurement.counter_count; i++)
        state.counters[measurement.counters[i].name] = measurement.counters[i].value;
    state.SetItemsProcessed(static_cast<std::int64_t>(measurement.ops));
}

void add_context_line(void *, const char *key, const char *text)
{
    benchmark::AddCustomContext(std::string("heapbench_") + key, text);
}

void print_help()
{
    program->kind->help(program);
    benchmark::PrintDefaultHelp();
}

/* Does the user want only the names? Read before Google's parser takes the flag away. */
bool is_listing(int argc, char **argv)
{
    static const char flag[] = "--benchmark_list_tests";

    for (int i = 1; i < argc; i++)
        if (std::strncmp(argv[i], flag, sizeof flag - 1) == 0 &&
            std::strcmp(argv[i] + sizeof flag - 1, "=false") != 0)
            return true;
    return false;
}

int run_benchmarks(bool listing)
{
    hb_program_context(program, !listing, add_context_line, nullptr);
    for (std::size_t i = 0; i < program->benchmark_count; i++)
        benchmark::RegisterBenchmark(program->benchmarks[i], measure, i)
            ->UseManualTime()
            ->Iterations(1)
            ->Unit(program->kind->in_nanoseconds ? benchmark::kNanosecond : benchmark::kMillisecond);
    if (benchmark::RunSpecifiedBenchmarks() == 0)
        return 1; /* the filter matches nothing, which was said */
    benchmark::Shutdown();
    if (!std::cout.flush()) {
        std::cerr << program_invocation_short_name
                  << ": cannot write to standard output: " << std::strerror(errno) << '\n';
        return 1;
    }
    return program->problems > 0 ? program->kind->problem_exit_status : 0;
}

} // namespace

int hb_program_main(int argc, char **argv, hb_program *opened, int status)
{
    bool listing;

    program = opened;
    if (program == nullptr)
        return status;
    listing = is_listing(argc, argv);
    benchmark::Initialize(&argc, argv, print_help);
    if (benchmark::ReportUnrecognizedArguments(argc, argv))
        status = 2;
    else if (program->kind->discover(program, &status))
        status = program->has_answer ? program->kind->answer(program) : run_benchmarks(listing);
    hb_program_close(program);
    return status;
}
