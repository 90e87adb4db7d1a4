/*
 * build_info.c - what the compiler and CMake know of this build.
 *
 * This is the one file that depends on the commit, so a commit costs one compilation.
 */
#include "bench/results/build_info.h"

#include "bench/build_info_git.h"

#define TEXT_OF(x)      #x
#define TEXT(x)         TEXT_OF(x)
#define TRIPLE(a, b, c) TEXT(a) "." TEXT(b) "." TEXT(c)

#if defined(__clang__)
#define COMPILER "clang " TRIPLE(__clang_major__, __clang_minor__, __clang_patchlevel__)
#else
#define COMPILER "gcc " TRIPLE(__GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__)
#endif

#ifdef __OPTIMIZE__
#define UNOPTIMISED false
#else
#define UNOPTIMISED true
#endif

#ifdef NDEBUG
#define ASSERTS false
#else
#define ASSERTS true
#endif

static const struct hb_build_info info = {
    .version = HB_VERSION,
    .commit = HB_GIT_COMMIT,
    .tree = HB_GIT_STATE,
    .compiler = COMPILER,
    .build_type = HB_BUILD_TYPE[0] != '\0' ? HB_BUILD_TYPE : "no build type",
    .unoptimised = UNOPTIMISED,
    .asserts = ASSERTS,
    .sanitized = HB_SANITIZED,
};

const struct hb_build_info *hb_build_info(void)
{
    return &info;
}

const char *hb_build_mark(const struct hb_build_info *build)
{
    return build->unoptimised ? HB_BUILD_UNOPTIMISED ": " : "";
}
