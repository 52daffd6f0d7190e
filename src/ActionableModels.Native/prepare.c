/* A thread made ready for real time. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "managed.h"

/* More than a decision uses; less where the thread's stack is smaller. */
#define STACK_BYTES ((size_t)256 << 10)
/* Left below for what runs while the stack is touched. */
#define STACK_SPARE ((size_t)32 << 10)

static actionable_status keep_on(int32_t core, char *message, size_t capacity) {
  cpu_set_t cores;
  if (core < -1 || core >= CPU_SETSIZE)
    return actionable_refuse(ACTIONABLE_INVALID_ARGUMENT, message, capacity, "core %d: give 0 to %d, or -1", core, CPU_SETSIZE - 1);
  if (core == -1) return ACTIONABLE_OK;
  CPU_ZERO(&cores);
  CPU_SET(core, &cores);
  if (sched_setaffinity(0, sizeof cores, &cores) == 0) return ACTIONABLE_OK;
  return actionable_refuse(ACTIONABLE_DEVICE, message, capacity, "core %d is not one that this process may use: see /sys/fs/cgroup and taskset -p", core);
}

static actionable_status give_priority(int32_t priority, char *message, size_t capacity) {
  struct sched_param wanted = {.sched_priority = priority};
  if (priority < 0 || priority > 99)
    return actionable_refuse(ACTIONABLE_INVALID_ARGUMENT, message, capacity, "priority %d: give 1 to 99, or 0", priority);
  if (priority == 0) return ACTIONABLE_OK;
  int error = pthread_setschedparam(pthread_self(), SCHED_FIFO, &wanted);
  if (error == 0) return ACTIONABLE_OK;
  return actionable_refuse(ACTIONABLE_DEVICE, message, capacity, "SCHED_FIFO priority %d: %s; raise RLIMIT_RTPRIO (ulimit -r) or give the process "
                           "CAP_SYS_NICE", priority, error == EPERM ? "the process has no right to it" : "the system refuses it");
}

static size_t stack_left(void) {
  pthread_attr_t attributes;
  void *lowest;
  size_t size;
  char here;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return 0;
  int error = pthread_attr_getstack(&attributes, &lowest, &size);
  pthread_attr_destroy(&attributes);
  return error ? 0 : (size_t)(&here - (char *)lowest);
}

/* Every page below is written once, so that the first deep call meets no fault. */
__attribute__((noinline)) static int touch_and_lock(size_t bytes) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  volatile char *block = __builtin_alloca(bytes);
  for (size_t at = bytes; at >= page; at -= page) block[at - page] = 0;
  char *first = (char *)((uintptr_t)block & ~(uintptr_t)(page - 1));
  return mlock(first, bytes + page);
}

static actionable_status hold_stack(char *message, size_t capacity) {
  size_t left = stack_left(), bytes = STACK_BYTES;
  if (left < STACK_SPARE * 2) return ACTIONABLE_OK;
  if (bytes > left - STACK_SPARE) bytes = left - STACK_SPARE;
  if (touch_and_lock(bytes) == 0) return ACTIONABLE_OK;
  return actionable_refuse(ACTIONABLE_OUT_OF_MEMORY, message, capacity, "%zu KiB of stack cannot be locked in memory (%s): raise RLIMIT_MEMLOCK "
                           "(ulimit -l)", bytes >> 10, errno == EPERM ? "no right" : "above the limit");
}

actionable_status actionable_prepare_thread(int32_t core, int32_t priority, char *message, size_t capacity) {
  actionable_status status, next;
  if (message && capacity) *message = 0;
  const managed_entries *managed = actionable_managed(&status, message, capacity);
  if (!managed) return status;
  managed->attach();
  /* What can be had is had; only the first failure has its text. */
  status = keep_on(core, message, capacity);
  next = give_priority(priority, status ? NULL : message, capacity);
  if (!status) status = next;
  next = hold_stack(status ? NULL : message, capacity);
  return status ? status : next;
}
