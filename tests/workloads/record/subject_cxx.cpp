// subject_cxx - every form of new and delete once, in a known order, between two markers; then one that
// fails.
//
// Usage: subject_cxx. The test knows the list. Exit status 3: a failing new did not throw, or left the wrong
// pointer.
#include <cstddef>
#include <cstdlib>
#include <new>

#include "subjects.h"

namespace
{

void *volatile kept;

void mark()
{
    kept = std::malloc(MARKER_BYTES);
    std::free(kept);
}

// Through a volatile, so that no pair is optimised away.
void *keep(void *block)
{
    kept = block;
    return kept;
}

void run_forms()
{
    const std::align_val_t alignment{64};

    ::operator delete(keep(::operator new(101)));
    ::operator delete[](keep(::operator new[](102)));
    ::operator delete(keep(::operator new(103, std::nothrow)), std::nothrow);
    ::operator delete[](keep(::operator new[](104, std::nothrow)), std::nothrow);
    ::operator delete(keep(::operator new(128, alignment)), alignment);
    ::operator delete[](keep(::operator new[](192, alignment)), alignment);
    ::operator delete(keep(::operator new(256, alignment, std::nothrow)), alignment, std::nothrow);
    ::operator delete[](keep(::operator new[](320, alignment, std::nothrow)), alignment, std::nothrow);
    ::operator delete (keep(::operator new(109)), std::size_t{109});
    ::operator delete[](keep(::operator new[](110)), std::size_t{110});
    ::operator delete (keep(::operator new(384, alignment)), std::size_t{384}, alignment);
    ::operator delete[](keep(::operator new[](448, alignment)), std::size_t{448}, alignment);
    ::operator delete(nullptr);
}

bool failure_throws()
{
    volatile std::size_t huge = PTRDIFF_MAX;

    if (::operator new(huge, std::nothrow) != nullptr)
        return false;
    try {
        keep(::operator new(huge));
    } catch (const std::bad_alloc &) {
        return true;
    }
    return false;
}

} // namespace

int main(int argc, char **)
{
    mark();
    run_forms();
    mark();
    return argc == 1 || failure_throws() ? 0 : 3;
}
