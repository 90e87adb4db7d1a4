/*
 * failure_points - the benchmark main: which operation is the first to get NULL, in heaps of many sizes.
 */
#include "bench/question/question_main.h"

int main(int argc, char **argv)
{
    return hb::question_main(argc, argv, &hb_question_failure_points);
}
