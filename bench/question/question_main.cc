/*
 * question_main.cc - a program of benchmarks handed to Google Benchmark.
 *
 * Benchmarks are registered at start-up, one for each allocator and trace that were found; names are all that
 * is needed for that, so listing and filtering load no trace. A repetition is one sample, in a process of its
 * own: its time is the sample's, given by hand, and there is one iteration of it.
 *
 * Google's library takes the processor time of this process, which only waits, for the benchmark's. So the
 * sample's is carried as a counter, through repetitions and what is made of them, and is put in its place
 * before anything is shown or written.
 */
#include "bench/question/question_program.h"

#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

namespace
{

hb_program *program; /* for callbacks of Google's that take no argument */

const char cpu_seconds[] = "cpu_seconds"; /* the counter that is never shown */

bool ends_with(const std::string &text, const char *end)
{
    std::size_t bytes = std::strlen(end);

    return text.size() >= bytes && text.compare(text.size() - bytes, bytes, end) == 0;
}

/* Bytes are shown in Ki and Mi, everything else in k and M. */
benchmark::Counter counter_of(const hb_measured_counter &measured)
{
    return {measured.value, benchmark::Counter::kDefaults,
            ends_with(measured.name, "_bytes") ? benchmark::Counter::kIs1024 : benchmark::Counter::kIs1000};
}

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
        state.counters[measurement.counters[i].name] = counter_of(measurement.counters[i]);
    state.counters[cpu_seconds] = measurement.cpu_seconds;
    if (measurement.label[0] != '\0')
        state.SetLabel(measurement.label);
    if (measurement.ops > 0 && measurement.seconds > 0)
        state.SetItemsProcessed(static_cast<std::int64_t>(measurement.ops));
}

/* A spread over a mean of 0 is no number, and there is none in JSON. */
void make_finite(double &value)
{
    if (!std::isfinite(value))
        value = 0;
}

/* Shows what another reporter shows, with the samples' own processor times. */
class own_times final : public benchmark::BenchmarkReporter
{
  public:
    explicit own_times(BenchmarkReporter *reporter) : shown_by(reporter)
    {
    }

    bool ReportContext(const Context &context) override
    {
        shown_by->SetOutputStream(&GetOutputStream());
        shown_by->SetErrorStream(&GetErrorStream());
        return shown_by->ReportContext(context);
    }

    void ReportRuns(const std::vector<Run> &runs) override
    {
        std::vector<Run> owned = runs;

        for (Run &run : owned)
            own(run);
        shown_by->ReportRuns(owned);
    }

    void Finalize() override
    {
        shown_by->Finalize();
    }

  private:
    /* The library divides a time by the iterations of its run; a percentage it shows as it is. */
    static void own(Run &run)
    {
        bool is_share = run.run_type == Run::RT_Aggregate && run.aggregate_unit == benchmark::kPercentage;
        auto cpu = run.counters.find(cpu_seconds);

        run.cpu_accumulated_time = 0;
        if (cpu != run.counters.end()) {
            run.cpu_accumulated_time =
                is_share ? cpu->second.value : cpu->second.value * static_cast<double>(run.iterations);
            run.counters.erase(cpu);
        }
        make_finite(run.real_accumulated_time);
        make_finite(run.cpu_accumulated_time);
        for (auto &counter : run.counters)
            make_finite(counter.second.value);
    }

    std::unique_ptr<BenchmarkReporter> shown_by;
};

/* Keys are to differ, as those of a JSON object do: heapbench_library, heapbench_library_2 ... */
void add_context_line(void *, const char *key, const char *text)
{
    static std::map<std::string, int> seen;
    std::string name = std::string("heapbench_") + key;
    int count = ++seen[name];

    benchmark::AddCustomContext(count > 1 ? name + "_" + std::to_string(count) : name, text);
}

void print_help()
{
    program->kind->help(program);
    benchmark::PrintDefaultHelp();
}

/* The value of one of Google's flags, which its parser takes away; else its variable of the environment. */
std::string flag(int argc, char **argv, const std::string &name, const char *variable)
{
    const char *set = std::getenv(variable);
    std::string value = set != nullptr ? set : "", given = "--benchmark_" + name;

    for (int i = 1; i < argc; i++) {
        std::string argument = argv[i];

        if (argument == given)
            value = "true";
        else if (argument.compare(0, given.size() + 1, given + "=") == 0)
            value = argument.substr(given.size() + 1);
    }
    return value;
}

/* What writes the file of --benchmark_out; the library wants none where there is no file. */
benchmark::BenchmarkReporter *make_file_reporter(const std::string &file, const std::string &format)
{
    if (file.empty())
        return nullptr;
    if (format == "console")
        return new benchmark::ConsoleReporter(benchmark::ConsoleReporter::OO_None);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    if (format == "csv")
        return new benchmark::CSVReporter;
#pragma GCC diagnostic pop
    return new benchmark::JSONReporter;
}

/* Those of Google's flags that are read here as well. */
struct google_flags {
    bool listing; /* only the names are wanted */
    std::string file, format;
};

google_flags read_flags(int argc, char **argv)
{
    std::string list = flag(argc, argv, "list_tests", "BENCHMARK_LIST_TESTS");

    return {!list.empty() && list != "false", flag(argc, argv, "out", "BENCHMARK_OUT"),
            flag(argc, argv, "out_format", "BENCHMARK_OUT_FORMAT")};
}

int run_benchmarks(const google_flags &flags)
{
    own_times shown(benchmark::CreateDefaultDisplayReporter());
    std::unique_ptr<own_times> written;

    if (auto *reporter = make_file_reporter(flags.file, flags.format))
        written = std::make_unique<own_times>(reporter);
    hb_program_context(program, !flags.listing, add_context_line, nullptr);
    for (std::size_t i = 0; i < program->benchmark_count; i++)
        benchmark::RegisterBenchmark(program->benchmarks[i], measure, i)
            ->UseManualTime()
            ->Iterations(1)
            ->Unit(program->kind->in_nanoseconds ? benchmark::kNanosecond : benchmark::kMillisecond);
    if (benchmark::RunSpecifiedBenchmarks(&shown, written.get()) == 0)
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
    google_flags flags;

    program = opened;
    if (program == nullptr)
        return status;
    flags = read_flags(argc, argv);
    benchmark::Initialize(&argc, argv, print_help);
    if (benchmark::ReportUnrecognizedArguments(argc, argv))
        status = 2;
    else if (program->kind->discover(program, &status))
        status = program->has_answer ? program->kind->answer(program) : run_benchmarks(flags);
    hb_program_close(program);
    return status;
}
