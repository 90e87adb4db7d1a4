#!/bin/sh
# cmake.sh - CMake, a C++ program, configures a project of 60 small libraries and writes its build files.
#
# Usage: cmake.sh OUT.trace
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
    echo 'foreach(a RANGE 1 600)'
    echo '  string(MD5 h "${a}")'
    echo '  list(APPEND all "${h}-${a}")'
    echo '  string(REGEX REPLACE "[0-9]+" "<\\\\0>" r "${h}")'
    echo '  set(map_${a} "${r};${all}")'
    echo 'endforeach()'
    echo 'list(SORT all)'
    echo 'list(REMOVE_DUPLICATES all)'
} > source/CMakeLists.txt
record cmake -G 'Unix Makefiles' -S source -B build >log
