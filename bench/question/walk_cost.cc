/*
 * walk_cost - the benchmark main: how many ranges a first-fit walk examines, and what that costs in time.
 */
#include "bench/question/question_main.h"

int main(int argc, char **argv)
{
    return hb::question_main(argc, argv, &hb_question_walk_cost);
}
