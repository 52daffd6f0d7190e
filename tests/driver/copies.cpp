// cp.async: a copy is pending from its issue to the wait that covers it.
#include "block.h"
#include "instructions.h"
#include "memory.h"
#include <cstring>

namespace emulated {

void cp_async(uint32_t destination, const void *source, unsigned bytes, bool valid)
{
    auto to = shared_pointer(destination, bytes, bytes, "cp_async");
    if (valid) check_global(source, bytes, bytes, "cp_async");
    else if ((uintptr_t)source % bytes != 0) fail("cp_async from an address that is no multiple of " + std::to_string(bytes));
    memset(to, poison, bytes);
    current->copies.push_back({to, valid ? (const unsigned char *)source : nullptr, bytes});
}

void cp_async_commit() { current->groups.push_back(current->copies.size()); }

void cp_async_wait(size_t pending)
{
    auto &copies = current->copies;
    auto &groups = current->groups;
    if (groups.size() <= pending) return;
    auto finished = groups.size() - pending, end = groups[finished - 1];
    for (size_t i = 0; i < end; i++)
        if (copies[i].from) memcpy(copies[i].to, copies[i].from, copies[i].bytes);
        else memset(copies[i].to, 0, copies[i].bytes);
    copies.erase(copies.begin(), copies.begin() + end);
    groups.erase(groups.begin(), groups.begin() + finished);
    for (auto &g : groups) g -= end;
}

bool complete_bulk_copy() { return false; }
void check_nothing_pending() {}

}
