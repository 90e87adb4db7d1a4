/*
 * main.c - the main of every benchmark: it is compiled once for each question, whose table is QUESTION.
 */
#include "bench/question/question_program.h"

int main(int argc, char **argv)
{
    int status = 0;
    struct hb_program *program = hb_question_open(&argc, argv, &QUESTION, &status);

    return hb_program_main(argc, argv, program, status);
}
