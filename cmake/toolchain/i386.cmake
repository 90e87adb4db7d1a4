# i386.cmake - clang for pointers of 32 bits; an x86-64 processor runs what it makes.
set(CMAKE_SYSTEM_PROCESSOR i686)
set(HB_TRIPLET i386-linux-gnu)
set(CMAKE_C_COMPILER clang)
set(CMAKE_CXX_COMPILER clang++)
set(CMAKE_C_COMPILER_TARGET i686-linux-gnu)
set(CMAKE_CXX_COMPILER_TARGET i686-linux-gnu)
include("${CMAKE_CURRENT_LIST_DIR}/debian.cmake")
set(CMAKE_CROSSCOMPILING_EMULATOR "${CMAKE_SYSROOT}/lib/ld-linux.so.2;--library-path;${CMAKE_SYSROOT}/usr/lib/${HB_TRIPLET}:${CMAKE_SYSROOT}/lib/${HB_TRIPLET}")
