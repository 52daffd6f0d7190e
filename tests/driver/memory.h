// Blocks of emulated device memory: each ends at a page that cannot be touched, and guard bytes fill what is left of its own pages.
#ifndef MEMORY_H
#define MEMORY_H
#include <cstddef>
#include <cstdint>
#include <string>

namespace emulated {

// New memory and memory whose content is still on its way hold this byte: NaN as float and as bf16, -1 as an integer.
constexpr unsigned char poison = 0xff;

// A poisoned block whose address is a multiple of 256; null where there is no memory left.
void *allocate(size_t bytes);

// False where no block starts at the pointer.
bool release(void *block);

// Whether the bytes lie within one block.
bool contains(const void *pointer, size_t bytes);

// Whether the address lies in the untouchable pages around a block; describes the place.
bool near_block(const void *address, std::string &where);

// Empty, or which block was written past its ends.
std::string damaged_block();

// A read-write mapping of a multiple of 4096 bytes between two pages that cannot be touched.
unsigned char *map_guarded(size_t bytes);
void unmap_guarded(unsigned char *start, size_t bytes);

}
#endif
