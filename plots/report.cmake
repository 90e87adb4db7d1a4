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

foreach(question walk_cost fragmentation failure_points ladder latency threads model_speed)
    run_step(${question} --results=${results})
endforeach()
# What `return` waits for, it sleeps through; and what is computed meanwhile depends on no time.
set(beside [=[
"$0/return" --results="$1" >"$1/return.said" 2>&1 &
waiting=$!
worst=0
step() {
    echo "-- $*"
    "$bin/heapbench" "$@" >/dev/null
    code=$?
    [ $code -eq 0 ] || [ $code -eq 3 ] || worst=$code
}
bin=$0
step model --all --results "$1"
step curve --all --results "$1"
step adversary --all --timeout 60 --results "$1"
step misuse --results "$1"
wait $waiting
code=$?
cat "$1/return.said"
rm "$1/return.said"
[ $code -eq 0 ] || [ $code -eq 3 ] || worst=$code
exit $worst
]=])
message(STATUS "return --results=${results}, and beside it:")
execute_process(COMMAND sh -c "${beside}" "${BIN}" "${results}" WORKING_DIRECTORY "${SOURCE}" RESULT_VARIABLE code)
if(NOT code EQUAL 0)
    message(FATAL_ERROR "one of these ended with ${code}, so there is no report. What it said is above.")
endif()
# Eleven traces, 10 s each: as long as seven took with the 15 s that `run` gives a trace of itself.
run_step(heapbench run --times-only --budget 10 --results ${results})
if(LAB) # the page links to it where it is there
    run_step(heapbench lab sqlite3 cc1 redis -o ${results}/lab.html)
endif()
run_step(heapbench report --results ${results})
message(STATUS "The page: ${SOURCE}/${results}/report.html")
