/*
 * fragmentation - the benchmark main: how much memory is lost, and where it goes.
 */
#include "bench/question/question_main.h"

int main(int argc, char **argv)
{
    return hb::question_main(argc, argv, &hb_question_fragmentation);
}
