#include "memory.h"
#include <cstring>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <sys/mman.h>

namespace emulated {

namespace {

constexpr size_t page = 4096, alignment = 256;
constexpr unsigned char guard = 0xa5;

struct Mapping { unsigned char *start; size_t mapped, bytes; };

std::shared_mutex mutex;
std::map<uintptr_t, Mapping> &mappings()
{
    static auto &all = *new std::map<uintptr_t, Mapping>;
    return all;
}

size_t round_up(size_t n, size_t to) { return (n + to - 1) / to * to; }

bool holds_guard(const unsigned char *from, const unsigned char *to)
{
    for (; from < to; from++)
        if (*from != guard) return false;
    return true;
}

std::string describe(const Mapping &m, const char *where)
{
    return std::string(where) + " the block of " + std::to_string(m.bytes) + " bytes";
}

}

unsigned char *map_guarded(size_t bytes)
{
    auto whole = mmap(nullptr, bytes + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (whole == MAP_FAILED) return nullptr;
    auto start = (unsigned char *)whole + page;
    if (mprotect(start, bytes, PROT_READ | PROT_WRITE) == 0) return start;
    munmap(whole, bytes + 2 * page);
    return nullptr;
}

void unmap_guarded(unsigned char *start, size_t bytes) { munmap(start - page, bytes + 2 * page); }

void *allocate(size_t bytes)
{
    if (bytes == 0 || bytes > (size_t)1 << 46) return nullptr;
    auto padded = round_up(bytes, alignment), mapped = round_up(padded, page);
    auto start = map_guarded(mapped);
    if (!start) return nullptr;
    auto block = start + mapped - padded;
    memset(start, guard, block - start);
    memset(block, poison, bytes);
    memset(block + bytes, guard, padded - bytes);
    std::unique_lock lock(mutex);
    mappings()[(uintptr_t)block] = {start, mapped, bytes};
    return block;
}

bool release(void *block)
{
    std::unique_lock lock(mutex);
    auto found = mappings().find((uintptr_t)block);
    if (found == mappings().end()) return false;
    unmap_guarded(found->second.start, found->second.mapped);
    mappings().erase(found);
    return true;
}

bool contains(const void *pointer, size_t bytes)
{
    std::shared_lock lock(mutex);
    auto after = mappings().upper_bound((uintptr_t)pointer);
    if (after == mappings().begin()) return false;
    auto &[block, mapping] = *--after;
    return (uintptr_t)pointer + bytes <= block + mapping.bytes;
}

bool near_block(const void *address, std::string &where)
{
    std::shared_lock lock(mutex);
    auto at = (const unsigned char *)address;
    for (auto &[block, m] : mappings())
    {
        if (at >= m.start - page && at < m.start) { where = describe(m, "in front of"); return true; }
        if (at >= m.start + m.mapped && at < m.start + m.mapped + page) { where = describe(m, "behind"); return true; }
    }
    return false;
}

std::string damaged_block()
{
    std::shared_lock lock(mutex);
    for (auto &[block, m] : mappings())
    {
        const unsigned char *data = (unsigned char *)block, *end = m.start + m.mapped;
        if (!holds_guard(m.start, data)) return describe(m, "wrote in front of");
        if (!holds_guard(data + m.bytes, end)) return describe(m, "wrote behind");
    }
    return {};
}

}
