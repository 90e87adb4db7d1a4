/*
 * main.c - the main of model_speed: what the exact model takes for an operation, beside walking.
 */
#include "base/file.h"
#include "bench/question/question_program.h"
#include "bench/question/speed/model_speed.h"

int main(int argc, char **argv)
{
    struct hb_program *program;
    int status = 0;

    hb_file_hold_standard();
    program = hb_speed_open(&argc, argv, &status);
    return hb_program_main(argc, argv, program, status);
}
