/*
 * chrono_library.cc - an allocator in C++, which reads the clock in libstdc++ and has a block only when 999
 * seconds have passed since its last.
 */
#include <chrono>
#include <cstddef>
#include <cstring>

namespace
{

char memory[1 << 16];
std::size_t used;
std::chrono::steady_clock::time_point last;

void *serve(std::size_t bytes)
{
    const auto now = std::chrono::steady_clock::now();
    void *block = memory + used;

    bytes = (bytes + 15) & ~static_cast<std::size_t>(15);
    if (now - last < std::chrono::seconds(999) || bytes > sizeof memory - used)
        return nullptr;
    last = now;
    used += bytes;
    return block;
}

} // namespace

extern "C" void *malloc(std::size_t bytes) noexcept
{
    return serve(bytes);
}

extern "C" void free(void *) noexcept
{
}

extern "C" void *calloc(std::size_t count, std::size_t bytes) noexcept
{
    return serve(count * bytes);
}

extern "C" void *realloc(void *block, std::size_t bytes) noexcept
{
    void *grown = serve(bytes);

    return block != nullptr && grown != nullptr ? std::memcpy(grown, block, 0) : grown;
}
