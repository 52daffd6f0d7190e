// Shared memory: the dynamic part is a window that ends at an untouchable page; the static part are the kernel's thread_local arrays.
#include "block.h"
#include "memory.h"
#include <cstring>
#include <link.h>

namespace emulated {

namespace {

// The first 1024 bytes belong to the system on sm_90, so no offset of the kernel's memory is 0.
constexpr uint32_t dynamic_address = 1024, static_address = 1u << 24;

int find_locals(dl_phdr_info *module, size_t, void *)
{
    auto start = (unsigned char *)module->dlpi_tls_data, mine = (unsigned char *)&block;
    if (!start) return 0;
    for (int i = 0; i < module->dlpi_phnum; i++)
    {
        auto &segment = module->dlpi_phdr[i];
        if (segment.p_type != PT_TLS || mine < start || mine >= start + segment.p_memsz) continue;
        block->locals = start;
        block->local_bytes = segment.p_memsz;
        return 1;
    }
    return 0;
}

}

// The kernels' arrays lie among the thread_local variables of this library, with two of the emulator.
void poison_locals()
{
    if (!block->locals) dl_iterate_phdr(find_locals, nullptr);
    auto thread = current;
    auto own = block;
    auto start = block->locals;
    auto bytes = block->local_bytes;
    memset(start, poison, bytes);
    block = own;
    current = thread;
}

void map_dynamic(size_t bytes)
{
    constexpr size_t page = 4096;
    auto mapped = (bytes + page - 1) / page * page;
    if (mapped != block->window_bytes)
    {
        for (auto window : {&block->window, &block->async_window})
        {
            if (*window) unmap_guarded(*window, block->window_bytes);
            *window = mapped ? map_guarded(mapped) : nullptr;
        }
        block->window_bytes = mapped;
    }
    block->dynamic = mapped ? block->window + mapped - (bytes + 1023) / 1024 * 1024 : nullptr;
}

void poison_dynamic()
{
    if (!block->window) return;
    memset(block->window, poison, block->window_bytes);
    memset(block->async_window, poison, block->window_bytes);
    block->async_fenced = false;
}

void check_dynamic()
{
    if (!block->window) return;
    for (auto p = block->window; p < block->dynamic; p++)
        if (*p != poison) block->error = place() + "wrote in front of dynamic shared memory";
    for (auto p = block->dynamic + block->launch->shared; p < block->window + block->window_bytes; p++)
        if (*p != poison) block->error = place() + "wrote behind the " + std::to_string(block->launch->shared) + " bytes of dynamic shared memory";
}

unsigned char *dynamic_shared()
{
    if (!block->dynamic) fail("uses dynamic shared memory, and the launch gives none");
    return block->dynamic;
}

uint32_t shared_address(const void *pointer)
{
    auto p = (const unsigned char *)pointer;
    if (block->dynamic && p >= block->dynamic && p <= block->dynamic + block->launch->shared) return dynamic_address + (p - block->dynamic);
    if (p < block->locals || p > block->locals + block->local_bytes) fail("takes the shared address of what is not shared memory");
    return static_address + (uintptr_t)block->locals % 4096 + (p - block->locals);
}

unsigned char *shared_pointer(uint32_t address, size_t bytes, size_t alignment, const char *instruction)
{
    if (address % alignment != 0)
        fail(std::string(instruction) + " at shared address " + std::to_string(address) + ", not a multiple of " + std::to_string(alignment));
    if (address >= static_address)
    {
        auto p = block->locals + (address - static_address - (uintptr_t)block->locals % 4096);
        if (p >= block->locals && p + bytes <= block->locals + block->local_bytes) return p;
    }
    else if (address >= dynamic_address && address - dynamic_address + bytes <= block->launch->shared && block->dynamic)
        return block->dynamic + (address - dynamic_address);
    fail(std::string(instruction) + " of " + std::to_string(bytes) + " bytes at shared address " + std::to_string(address)
        + ", outside of shared memory (dynamic: " + std::to_string(dynamic_address) + " to "
        + std::to_string(dynamic_address + block->launch->shared) + ")");
}

void fence_proxy_async() { block->async_fenced = true; }

void check_async_read(const unsigned char *pointer, size_t bytes, const char *instruction)
{
    if (!block->window || pointer < block->window || pointer >= block->window + block->window_bytes) return;
    if (block->async_fenced) memcpy(block->async_window, block->window, block->window_bytes);
    block->async_fenced = false;
    if (memcmp(pointer, block->async_window + (pointer - block->window), bytes) != 0)
        fail(std::string(instruction) + " reads what was written to shared memory with no fence_proxy_async after it");
}

void async_write(unsigned char *to, const unsigned char *from, size_t bytes)
{
    memcpy(to, from, bytes);
    if (block->window && to >= block->window && to < block->window + block->window_bytes)
        memcpy(block->async_window + (to - block->window), from, bytes);
}

void check_global(const void *pointer, size_t bytes, size_t alignment, const char *instruction)
{
    if ((uintptr_t)pointer % alignment != 0) fail(std::string(instruction) + " from an address that is no multiple of " + std::to_string(alignment));
    if (!contains(pointer, bytes)) fail(std::string(instruction) + " of " + std::to_string(bytes) + " bytes outside of every block of device memory");
}

}
