/*
 * main.c - the main of every benchmark: it is compiled once for each question, whose table is QUESTION.
 */
#include "base/file.h"
#include "bench/question/question_program.h"

int main(int argc, char **argv)
{
    struct hb_program *program;
    int status = 0;

    hb_file_hold_standard();
    program = hb_question_open(&argc, argv, &QUESTION, &status);
    return hb_program_main(argc, argv, program, status);
}
