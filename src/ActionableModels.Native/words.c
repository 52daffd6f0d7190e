/* What the library says of itself, and names. */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "managed.h"

#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)
#define COUNT(list) ((int32_t)(sizeof(list) / sizeof *(list)))

#if defined(__clang__)
#define COMPILER "clang " TEXT(__clang_major__) "." TEXT(__clang_minor__)
#else
#define COMPILER "gcc " TEXT(__GNUC__) "." TEXT(__GNUC_MINOR__)
#endif

uint32_t actionable_abi_version(void) { return ACTIONABLE_ABI_VERSION; }

const char *actionable_version(void) { return ACTIONABLE_VERSION; }

static char info[256];

/* Before any thread of the host can ask. */
__attribute__((constructor)) static void describe_build(void) {
  snprintf(info, sizeof info, "ActionableModels " ACTIONABLE_VERSION ", commit " ACTIONABLE_COMMIT ", .NET " ACTIONABLE_RUNTIME " native AOT, " COMPILER
           ", instruction set %s", actionable_instruction_set());
}

const char *actionable_build_info(void) { return info; }

actionable_status actionable_refuse(actionable_status status, char *message, size_t capacity, const char *format, ...) {
  if (message) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, capacity, format, arguments);
    va_end(arguments);
  }
  return status;
}

const char *actionable_status_text(actionable_status status) {
  static const char *const texts[] = {"done", "the hold action was given", "an argument is not valid", "the model file cannot be read",
    "the model is damaged or does not fit", "there is no such device, or it failed", "too little memory", "no goal was set",
    "another thread is inside this handle", "the network has no Q", "a defect of the library"};
  return status >= 0 && status < COUNT(texts) ? texts[status] : "unknown status";
}

static const char *const names[ACTIONABLE_ACTION] = {"x", "y", "z", "azimuth", "close", "open", "terminate"};
static const char *const units[ACTIONABLE_ACTION] = {"m", "m", "m", "rad", "0 or 1", "0 or 1", "0 or 1"};

static int is_action(int32_t index) { return index >= 0 && index < ACTIONABLE_ACTION; }

const char *actionable_action_name(int32_t index) { return is_action(index) ? names[index] : ""; }

const char *actionable_action_unit(int32_t index) { return is_action(index) ? units[index] : ""; }

int64_t actionable_now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}
