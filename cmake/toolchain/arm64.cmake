# arm64.cmake - gcc for AArch64; what it makes runs under qemu.
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(HB_TRIPLET aarch64-linux-gnu)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_C_FLAGS_INIT "-DHB_EMULATED") # test_scale.h, region.h: qemu is slow, and slower with every page
include("${CMAKE_CURRENT_LIST_DIR}/debian.cmake")
set(CMAKE_CROSSCOMPILING_EMULATOR "qemu-aarch64;-L;${CMAKE_SYSROOT}")
