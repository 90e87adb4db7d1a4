#!/bin/sh
# cmake.sh - CMake, a C++ program, configures a project of 60 small libraries and writes its build files.
#
# Usage: cmake.sh OUT.trace
# Takes: 1 s
. "$(dirname "$0")/common.sh"
need cmake cmake

mkdir source
{
    echo 'cmake_minimum_required(VERSION 3.20)'
    echo 'project(small LANGUAGES NONE)'
    i=1
    while [ $i -le 60 ]; do
        echo "add_library(part$i INTERFACE)"
        echo "target_include_directories(part$i INTERFACE include/part$i \$<\$<CONFIG:Debug>:debug$i>)"
        [ $i -le 2 ] || echo "target_link_libraries(part$i INTERFACE part$((i / 2)) part$((i - 1)))"
        echo "install(FILES header$i.h DESTINATION include/part$i)"
        i=$((i + 1))
    done
    cat <<'LISTS'
foreach(a RANGE 1 600)
  string(MD5 h "${a}")
  list(APPEND all "${h}-${a}")
  string(REGEX REPLACE "[0-9]+" "<\\0>" r "${h}")
  set(map_${a} "${r};${all}")
endforeach()
list(SORT all)
list(REMOVE_DUPLICATES all)
LISTS
} > source/CMakeLists.txt
touch=--touch
record cmake -G 'Unix Makefiles' -S source -B build >log
