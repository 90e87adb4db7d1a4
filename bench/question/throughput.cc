/*
 * throughput - the benchmark main: how long each allocator takes for each trace.
 */
#include "bench/question/question_main.h"

int main(int argc, char **argv)
{
    return hb::question_main(argc, argv, &hb_question_throughput);
}
