#include "faults.h"
#include "block.h"
#include "fiber.h"
#include "memory.h"
#include <csignal>
#include <cstdio>
#include <mutex>
#include <ucontext.h>

namespace emulated {

namespace {

struct sigaction before[NSIG];

// Runs in the place of the instruction that failed, on a stack of its own.
void failed()
{
    std::string where;
    if (block->fault.signal == SIGFPE) fail("divides an integer by zero");
    if (near_block(block->fault.address, where)) fail("touches memory " + where);
    char text[96];
    snprintf(text, sizeof text, "touches address %p, which is no memory of the device, or needs more than the stack", block->fault.address);
    fail(text);
}

void handle(int signal, siginfo_t *info, void *context)
{
    auto &old = before[signal];
    if (current)
    {
        block->fault.signal = signal, block->fault.address = info->si_addr;
        auto &registers = ((ucontext_t *)context)->uc_mcontext.gregs;
        registers[REG_RIP] = (greg_t)failed;
        registers[REG_RSP] = (greg_t)block->fault.stack_top - 8;
    }
    else if (old.sa_flags & SA_SIGINFO) old.sa_sigaction(signal, info, context);
    else if (old.sa_handler != SIG_DFL && old.sa_handler != SIG_IGN) old.sa_handler(signal);
    else sigaction(signal, &old, nullptr);
}

}

void catch_faults_of_thread()
{
    static std::once_flag once;
    std::call_once(once, [] {
        struct sigaction action{};
        action.sa_sigaction = handle;
        action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
        for (auto signal : {SIGSEGV, SIGBUS, SIGFPE}) sigaction(signal, &action, &before[signal]);
    });
    block->fault.stack_top = map_guarded(stack_bytes) + stack_bytes;
    stack_t stack{};
    stack.ss_size = 64 << 10;
    stack.ss_sp = map_guarded(stack.ss_size);
    sigaltstack(&stack, nullptr);
}

}

// What the compiler calls where its checks (-fsanitize=bounds,alignment) find a kernel wrong.
namespace {

struct Source { const char *file; uint32_t line, column; };

std::string text(const Source *s) { return std::string(s->file) + ":" + std::to_string(s->line) + ":" + std::to_string(s->column); }

}

extern "C" void __ubsan_handle_out_of_bounds(const Source *source, uintptr_t index)
{
    emulated::fail("indexes an array with " + std::to_string((intptr_t)index) + ", outside of it, at " + text(source));
}

extern "C" void __ubsan_handle_type_mismatch_v1(const Source *source, uintptr_t)
{
    emulated::fail("reads or writes through a misaligned pointer at " + text(source));
}
