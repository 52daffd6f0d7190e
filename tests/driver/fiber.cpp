#include "fiber.h"
#ifndef __x86_64__
#error "the emulator switches contexts by hand and knows x86-64 only"
#endif

// The registers that a called function keeps, in System V's convention.
asm(R"(
.text
.globl emulated_switch
.hidden emulated_switch
.type emulated_switch, @function
emulated_switch:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
.size emulated_switch, .-emulated_switch
)");

namespace emulated {

void *prepare(unsigned char *stack_top, void (*entry)())
{
    auto slot = (void **)stack_top - 2;
    slot[0] = (void *)entry;
    slot[1] = nullptr;
    for (int i = 1; i <= 6; i++) slot[-i] = nullptr;
    return slot - 6;
}

}
