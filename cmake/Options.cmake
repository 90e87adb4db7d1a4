# Options - one interface target, hb::options, that every target of the project links.
#
# Warnings, the C standard and the sanitizers live here and nowhere else; nothing is set globally, so that the
# recorder, which is loaded into other people's programs, can leave the sanitizers out (hb::warnings alone).

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_CXX_STANDARD 17)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

add_library(hb_warnings INTERFACE)
add_library(hb::warnings ALIAS hb_warnings)
target_compile_options(hb_warnings INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wcast-qual -Wpointer-arith -Wvla -Wundef -Wformat=2 -Wconversion
    $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition>
    $<$<BOOL:${HEAPBENCH_WERROR}>:-Werror>)
# Assertions and debugging information name files from the root of the source tree, wherever that was, and what is made
# while building from "build".
target_compile_options(hb_warnings INTERFACE
    "-ffile-prefix-map=${PROJECT_SOURCE_DIR}/=" "-ffile-prefix-map=${PROJECT_BINARY_DIR}=build")
# Where a pointer has 32 bits, sizes and offsets of 64 become size_t in many places, after they were checked; times and files keep 64.
target_compile_options(hb_warnings INTERFACE $<$<EQUAL:${CMAKE_SIZEOF_VOID_P},4>:-Wno-conversion>)
target_compile_definitions(hb_warnings INTERFACE _GNU_SOURCE $<$<EQUAL:${CMAKE_SIZEOF_VOID_P},4>:_TIME_BITS=64 _FILE_OFFSET_BITS=64>)
target_include_directories(hb_warnings INTERFACE "${PROJECT_SOURCE_DIR}" "${PROJECT_BINARY_DIR}")

add_library(hb_options INTERFACE)
add_library(hb::options ALIAS hb_options)
target_link_libraries(hb_options INTERFACE hb::warnings)
if(HEAPBENCH_SANITIZE)
    target_compile_options(hb_options INTERFACE
        -fsanitize=${HEAPBENCH_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(hb_options INTERFACE -fsanitize=${HEAPBENCH_SANITIZE})
    target_compile_definitions(hb_options INTERFACE HB_SANITIZED=1)
else()
    target_compile_definitions(hb_options INTERFACE HB_SANITIZED=0)
endif()

# A fuzzer never finds a right checksum by itself: in its builds none is looked at, and in no other.
option(HEAPBENCH_FUZZERS "Build the fuzz targets for libFuzzer: with clang, by the preset fuzz" OFF)
if(HEAPBENCH_FUZZERS AND NOT HEAPBENCH_SANITIZE MATCHES "fuzzer-no-link")
    message(FATAL_ERROR "HEAPBENCH_FUZZERS is for the preset fuzz: its builds do not look at checksums")
endif()
if(HEAPBENCH_FUZZERS)
    set(unguided "${PROJECT_SOURCE_DIR}/tests/fuzz/unguided.txt")
    file(MD5 "${unguided}" content) # a seed, so that ninja and ccache see when the list changed
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${unguided}")
    target_compile_options(hb_options INTERFACE "-fsanitize-coverage-ignorelist=${unguided}" -frandom-seed=${content})
endif()
target_compile_definitions(hb_options INTERFACE HB_FUZZING=$<BOOL:${HEAPBENCH_FUZZERS}>)
