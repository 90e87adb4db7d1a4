# report.cmake - the main job: every benchmark into results/latest, the comparison, then the figures and the page.
#
# Usage:  cmake -D BIN=build/release/bin -D SOURCE=. -P plots/report.cmake     (what the target `report` runs)
#
# A step that fails ends the job with its name. Exit 3 does not: some cell has no figure, and the table says which.
# The table of `heapbench run` is what is printed last; what the models, the curves and the adversaries print is on the page too.

set(results results/latest)

function(run_step)
    list(JOIN ARGN " " line)
    message(STATUS "${line}")
    list(POP_FRONT ARGN program)
    execute_process(COMMAND "${BIN}/${program}" ${ARGN} WORKING_DIRECTORY "${SOURCE}" RESULT_VARIABLE code ${quiet})
    if(NOT code EQUAL 0 AND NOT code EQUAL 3)
        message(FATAL_ERROR "'${line}' ended with ${code}, so there is no report. What it said is above.")
    endif()
endfunction()

foreach(question walk_cost fragmentation failure_points ladder latency threads return model_speed)
    run_step(${question} --results=${results})
endforeach()
set(quiet OUTPUT_QUIET)
run_step(heapbench model --all --results ${results})
run_step(heapbench curve --all --results ${results})
run_step(heapbench adversary --all --timeout 60 --results ${results})
unset(quiet)
# Eleven traces, 12 s each: as long as nine took with the 15 s that `run` gives a trace of itself.
run_step(heapbench run --times-only --budget 12 --results ${results})
if(LAB) # the page links to it where it is there
    run_step(heapbench lab sqlite3 cc1 redis -o ${results}/lab.html)
endif()
run_step(heapbench report --results ${results})
message(STATUS "The page: ${SOURCE}/${results}/report.html")
