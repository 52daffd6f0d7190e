// Copies whose end a thread waits for by groups: cp.async to shared memory and bulk copies out of it. They are done at the wait.
#include "block.h"
#include "instructions.h"
#include "memory.h"
#include <cstring>

namespace emulated {

namespace {

// Does the copies of all groups but the last `pending`.
void finish(std::vector<Copy> &copies, std::vector<size_t> &groups, size_t pending)
{
    if (groups.size() <= pending) return;
    auto finished = groups.size() - pending, end = groups[finished - 1];
    for (size_t i = 0; i < end; i++)
        if (copies[i].from) memcpy(copies[i].to, copies[i].from, copies[i].bytes);
        else memset(copies[i].to, 0, copies[i].bytes);
    copies.erase(copies.begin(), copies.begin() + end);
    groups.erase(groups.begin(), groups.begin() + finished);
    for (auto &g : groups) g -= end;
}

}

void cp_async(uint32_t destination, const void *source, unsigned bytes, bool valid)
{
    auto to = shared_pointer(destination, bytes, bytes, "cp_async");
    if (valid) check_global(source, bytes, bytes, "cp_async");
    else if ((uintptr_t)source % bytes != 0) fail("cp_async from an address that is no multiple of " + std::to_string(bytes));
    memset(to, poison, bytes);
    current->copies.push_back({to, valid ? (const unsigned char *)source : nullptr, bytes});
}

void cp_async_commit() { current->groups.push_back(current->copies.size()); }
void cp_async_wait(size_t pending) { finish(current->copies, current->groups, pending); }

void bulk_store(void *destination, uint32_t source, unsigned bytes)
{
    auto from = shared_pointer(source, bytes, 16, "bulk_store");
    check_bulk(destination, bytes, "bulk_store");
    check_async_read(from, bytes, "bulk_store");
    current->stores.push_back({(unsigned char *)destination, from, bytes});
}

void bulk_store_commit() { current->store_groups.push_back(current->stores.size()); }
void bulk_store_wait(size_t pending) { finish(current->stores, current->store_groups, pending); }

void check_bulk(const void *pointer, unsigned bytes, const char *instruction)
{
    if (bytes == 0 || bytes % 16 != 0) fail(std::string(instruction) + " of " + std::to_string(bytes) + " bytes, not a multiple of 16");
    check_global(pointer, bytes, 16, instruction);
}

}
