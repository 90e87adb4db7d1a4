# debian.cmake - what the tool chains for other machines share: compilers of this one, over a root of Debian's packages for the other.
#
# HB_TRIPLET is the other machine's; HEAPBENCH_ROOT, a variable of the environment, names the root (.ci/portable makes one).

if(NOT DEFINED ENV{HEAPBENCH_ROOT})
    message(FATAL_ERROR "HEAPBENCH_ROOT is not set: it names a root of ${HB_TRIPLET}'s packages, as .ci/portable makes one")
endif()
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSROOT "$ENV{HEAPBENCH_ROOT}")
set(CMAKE_LIBRARY_ARCHITECTURE ${HB_TRIPLET})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(ENV{PKG_CONFIG_SYSROOT_DIR} "${CMAKE_SYSROOT}")
set(ENV{PKG_CONFIG_LIBDIR} "${CMAKE_SYSROOT}/usr/lib/${HB_TRIPLET}/pkgconfig:${CMAKE_SYSROOT}/usr/share/pkgconfig")
