# GitInfo - writes OUTPUT, a header with the commit of SOURCE and whether its tree is clean.
#
# Runs at every build (cmake -P), and rewrites the header only when what it says has changed, so that one file
# is compiled again after a commit and none otherwise. Outside a git tree both are "unknown".

set(commit "unknown")
set(state "unknown")

find_program(GIT git)
if(GIT)
    execute_process(COMMAND ${GIT} -C ${SOURCE} rev-parse --short=12 HEAD
                    OUTPUT_VARIABLE found RESULT_VARIABLE failed ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
    if(NOT failed)
        set(commit "${found}")
        execute_process(COMMAND ${GIT} -C ${SOURCE} --no-optional-locks status --porcelain
                        OUTPUT_VARIABLE changes RESULT_VARIABLE failed ERROR_QUIET)
        if(NOT failed)
            if(changes STREQUAL "")
                set(state "clean")
            else()
                set(state "dirty")
            endif()
        endif()
    endif()
endif()

set(text "/* Written by cmake/GitInfo.cmake at every build. */\n")
string(APPEND text "#define HB_GIT_COMMIT \"${commit}\"\n#define HB_GIT_STATE  \"${state}\"\n")
set(before "")
if(EXISTS "${OUTPUT}")
    file(READ "${OUTPUT}" before)
endif()
if(NOT before STREQUAL text)
    file(WRITE "${OUTPUT}" "${text}")
endif()
