# Summary - what was found, in a few lines at the end of configuring.

message(STATUS "heapbench ${PROJECT_VERSION}: ${CMAKE_BUILD_TYPE}, ${CMAKE_C_COMPILER_ID} ${CMAKE_C_COMPILER_VERSION}")
if(HB_BUILD_TYPE_CHOSEN)
    message(STATUS "  build type   ${CMAKE_BUILD_TYPE}, ${HB_BUILD_TYPE_CHOSEN}")
endif()
message(STATUS "  sanitizers   ${HEAPBENCH_SANITIZE}")
message(STATUS "  benchmark    ${benchmark_VERSION}")
message(STATUS "  zstd         ${HB_ZSTD_VERSION}   zlib ${HB_ZLIB_VERSION}   xxhash ${HB_XXHASH_VERSION}   jansson ${HB_JANSSON_VERSION}")
message(STATUS "  gnuplot      ${GNUPLOT}")
message(STATUS "  help2man     ${HELP2MAN}")
