/*
 * main.c - the main of model_speed: what the exact model takes for an operation, beside walking.
 */
#include "bench/question/question_program.h"
#include "bench/question/speed/model_speed.h"

int main(int argc, char **argv)
{
    int status = 0;
    struct hb_program *program = hb_speed_open(&argc, argv, &status);

    return hb_program_main(argc, argv, program, status);
}
