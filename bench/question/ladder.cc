/*
 * ladder - the benchmark main: what each idea of an allocator buys.
 */
#include "bench/question/question_main.h"

int main(int argc, char **argv)
{
    return hb::question_main(argc, argv, &hb_question_ladder);
}
