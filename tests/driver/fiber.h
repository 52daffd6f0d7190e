// Cooperative fibers: a stack and the place where it goes on. x86-64 only.
#ifndef FIBER_H
#define FIBER_H
#include <cstddef>

namespace emulated {

constexpr size_t stack_bytes = 128 << 10;

// Saves the running context in *save and goes on at `to`, saved before or made by prepare.
extern "C" void emulated_switch(void **save, void *to);

// A context that starts `entry` on an empty stack; entry never returns.
void *prepare(unsigned char *stack_top, void (*entry)());

}
#endif
