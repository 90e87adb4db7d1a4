/*
 * main.c - the main of every benchmark: it is compiled once for each question, whose table is QUESTION.
 */
#include "bench/question/question_program.h"

int main(int argc, char **argv)
{
    return hb_question_main(argc, argv, &QUESTION);
}
