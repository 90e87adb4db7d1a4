# report.cmake - the main job: every benchmark into results/latest, the comparison, then the figures and the page.
#
# Usage:  cmake -D BIN=build/release/bin -D SOURCE=. -P plots/report.cmake     (what the target `report` runs)
#         cmake ... -D ALL=ON -P plots/report.cmake                            the target `report_all`: of all shipped traces, not of the chosen few
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

set(all "")
set(traces "") # the chosen few
if(ALL)
    set(all --all)
    execute_process(COMMAND "${BIN}/heapbench" list --names=traces OUTPUT_VARIABLE traces COMMAND_ERROR_IS_FATAL ANY)
    string(REGEX MATCHALL "[^\n]+" traces "${traces}")
endif()

foreach(question walk_cost fragmentation failure_points ladder latency threads)
    run_step(${question} ${all} --results=${results})
endforeach()
run_step(model_speed --results=${results})
# What `return` waits for, it sleeps through; and what is computed meanwhile depends on no time.
set(beside [=[
bin=$0 results=$1
shift
"$bin/return" --results="$results" >"$results/return.said" 2>&1 &
waiting=$!
worst=0
step() {
    echo "-- $*"
    "$bin/heapbench" "$@" >/dev/null
    code=$?
    [ $code -eq 0 ] || [ $code -eq 3 ] || worst=$code
}
step model --all "$@" --results "$results"
step curve --all "$@" --results "$results"
step adversary --all --timeout 60 --results "$results"
step misuse --results "$results"
wait $waiting
code=$?
cat "$results/return.said"
rm "$results/return.said"
[ $code -eq 0 ] || [ $code -eq 3 ] || worst=$code
exit $worst
]=])
message(STATUS "return --results=${results}, and beside it:")
execute_process(COMMAND sh -c "${beside}" "${BIN}" "${results}" ${traces} WORKING_DIRECTORY "${SOURCE}" RESULT_VARIABLE code)
if(NOT code EQUAL 0)
    message(FATAL_ERROR "one of these ended with ${code}, so there is no report. What it said is above.")
endif()
# The chosen traces (workloads/CATALOGUE.md), 6 s each, so that the whole takes five minutes from a clone; `run` of itself gives a trace 15.
run_step(heapbench run ${all} --times-only --budget 6 --results ${results})
if(LAB) # the page links to it where it is there
    run_step(heapbench lab sqlite3 cc1 redis -o ${results}/lab.html)
endif()
set(ENV{HEAPBENCH} "${BIN}/heapbench")
execute_process(COMMAND python3 "${CMAKE_CURRENT_LIST_DIR}/catalogue.py" --results ${results} WORKING_DIRECTORY "${SOURCE}" COMMAND_ERROR_IS_FATAL ANY)
run_step(heapbench report --results ${results})
message(STATUS "The page: ${SOURCE}/${results}/report.html")
