# Dependencies - finds what is borrowed; where something is missing, says which package brings it.

function(hb_missing what package)
    message(FATAL_ERROR "${what} was not found. Debian and Ubuntu: apt-get install ${package}, or run ./setup")
endfunction()

find_package(Threads REQUIRED)

find_package(PkgConfig)
if(NOT PkgConfig_FOUND)
    hb_missing("pkg-config" pkg-config)
endif()

# hb_find_module(NAME module package): pkg-config module -> imported target PkgConfig::NAME
function(hb_find_module name module package)
    pkg_check_modules(${name} QUIET IMPORTED_TARGET GLOBAL ${module})
    if(NOT ${name}_FOUND)
        hb_missing("The library ${module}" ${package})
    endif()
    set(HB_${name}_VERSION "${${name}_VERSION}" CACHE INTERNAL "")
    set(HB_${name}_MODULE "${module}" CACHE INTERNAL "")
endfunction()

hb_find_module(ZSTD libzstd libzstd-dev)
hb_find_module(ZLIB zlib zlib1g-dev)
hb_find_module(MINIZIP minizip libminizip-dev)
hb_find_module(XXHASH libxxhash libxxhash-dev)
hb_find_module(JANSSON jansson libjansson-dev)
hb_find_module(ELF libelf libelf-dev)
if(BUILD_TESTING OR NOT DEFINED BUILD_TESTING)
    hb_find_module(CMOCKA cmocka libcmocka-dev)
endif()

find_package(benchmark QUIET CONFIG)
if(NOT benchmark_FOUND)
    hb_missing("Google Benchmark" libbenchmark-dev)
endif()

find_program(GNUPLOT gnuplot)
if(NOT GNUPLOT)
    message(WARNING "gnuplot was not found, so plots cannot be drawn. "
                    "Debian and Ubuntu: apt-get install gnuplot-nox, or run ./setup")
endif()

# Jinja2 makes the page, of the python3 that users have; plots/report.py asks the system's where another one comes first.
execute_process(COMMAND python3 -c "import jinja2" RESULT_VARIABLE no_jinja OUTPUT_QUIET ERROR_QUIET)
if(NOT no_jinja EQUAL 0)
    execute_process(COMMAND /usr/bin/python3 -c "import jinja2" RESULT_VARIABLE no_jinja OUTPUT_QUIET ERROR_QUIET)
endif()
if(NOT no_jinja EQUAL 0)
    message(WARNING "Jinja2 was not found, so the page cannot be made. "
                    "Debian and Ubuntu: apt-get install python3-jinja2, or run ./setup")
endif()

# The lab (plots/lab) is C compiled for the browser. Where the tools for that are missing it is left out, and the rest is built.
set(HB_LAB_MISSING "")
function(hb_lab_needs found package)
    if(NOT ${found})
        list(APPEND HB_LAB_MISSING ${package})
        set(HB_LAB_MISSING "${HB_LAB_MISSING}" PARENT_SCOPE)
    endif()
endfunction()
find_program(HB_LAB_CLANG clang)
find_program(HB_LAB_LINKER NAMES wasm-ld wasm-ld-14)
find_file(HB_LAB_LIBC libc.a PATHS /usr/lib/wasm32-wasi NO_DEFAULT_PATH)
file(GLOB HB_LAB_RUNTIME "/usr/lib/clang/*/lib/wasi/libclang_rt.builtins-wasm32.a")
find_file(HB_LAB_DYGRAPHS dygraph.min.js PATHS /usr/share/javascript/dygraphs NO_DEFAULT_PATH)
find_program(HB_LAB_PYTHON python3)
hb_lab_needs(HB_LAB_CLANG clang)
hb_lab_needs(HB_LAB_LINKER lld)
hb_lab_needs(HB_LAB_LIBC wasi-libc)
hb_lab_needs(HB_LAB_RUNTIME libclang-rt-14-dev-wasm32)
hb_lab_needs(HB_LAB_DYGRAPHS libjs-dygraphs)
hb_lab_needs(HB_LAB_PYTHON python3)
if(HB_LAB_MISSING)
    set(HB_LAB OFF)
    list(JOIN HB_LAB_MISSING " " HB_LAB_MISSING)
    message(WARNING "The lab is left out, which shows heaps in a browser: something is missing. "
                    "Debian and Ubuntu: apt-get install ${HB_LAB_MISSING}, or run ./setup")
else()
    set(HB_LAB ON)
endif()
