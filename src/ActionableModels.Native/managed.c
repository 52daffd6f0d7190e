/* Chooses the code that this processor runs, and starts it. */
#define _GNU_SOURCE
#include "managed.h"

#include <cpuid.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* What the collector reserves (GCRegionRange in ActionableModels.Native.csproj), and what goes with it. */
#define RESERVED_BYTES ((size_t)512 << 20)
#define NEEDED_BYTES (RESERVED_BYTES + RESERVED_BYTES / 4)

enum { CODE_NONE, CODE_AVX2, CODE_AVX512 };

static uint64_t enabled_registers(void) {
  uint32_t low, high;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (uint64_t)high << 32 | low;
}

/* The levels x86-64-v3 and -v4, as far as the system has switched their registers on. */
static int code_of_processor(void) {
  const uint32_t v3_1 = bit_FMA | bit_MOVBE | bit_OSXSAVE | bit_AVX | bit_POPCNT, v3_7 = bit_AVX2 | bit_BMI | bit_BMI2;
  const uint32_t v4_7 = bit_AVX512F | bit_AVX512BW | bit_AVX512CD | bit_AVX512DQ | bit_AVX512VL;
  const uint64_t ymm = 0x6, zmm = 0xe6;
  uint32_t a, b, c, d, extended;
  if (!__get_cpuid(0x80000001, &a, &b, &extended, &d) || !(extended & bit_LZCNT)) return CODE_NONE;
  if (!__get_cpuid(1, &a, &b, &c, &d) || (c & v3_1) != v3_1 || (enabled_registers() & ymm) != ymm) return CODE_NONE;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || (b & v3_7) != v3_7) return CODE_NONE;
  /* The switch of .NET's own compiler: what it turns off there is off here. */
  const char *wanted = getenv("DOTNET_EnableAVX512");
  if (wanted && strcmp(wanted, "0") == 0) return CODE_AVX2;
  return (b & v4_7) == v4_7 && (enabled_registers() & zmm) == zmm ? CODE_AVX512 : CODE_AVX2;
}

const char *actionable_instruction_set(void) {
  static const char *const names[] = {"none", "AVX2", "AVX-512"};
  return names[code_of_processor()];
}

/* The files under kernels/ that programs of a GPU are made from; ./publish-native writes the table. */
extern const struct kernel_file {
  const char *path;
  const uint8_t *first, *end;
} actionable_kernels[];

static const uint8_t *find_kernel(const char *path, size_t *bytes) {
  for (const struct kernel_file *file = actionable_kernels; file->path; file++)
    if (strcmp(file->path, path) == 0) {
      *bytes = (size_t)(file->end - file->first);
      return file->first;
    }
  return NULL;
}

static managed_entries entries;
static pthread_mutex_t starting = PTHREAD_MUTEX_INITIALIZER;
static int started;

/* The runtime ends the process where it cannot have its memory: refuse before. */
static int has_address_space(void) {
  void *probe = mmap(NULL, NEEDED_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (probe == MAP_FAILED) return 0;
  munmap(probe, NEEDED_BYTES);
  return 1;
}

static actionable_status start(char *message, size_t capacity) {
  int code = code_of_processor();
  if (code == CODE_NONE)
    return actionable_refuse(ACTIONABLE_DEVICE, message, capacity, "this processor has no AVX2: the library needs a processor of 2013 or later");
  if (!has_address_space())
    return actionable_refuse(ACTIONABLE_OUT_OF_MEMORY, message, capacity, "the process may not reserve %zu MiB of address space: raise its limit "
                             "(ulimit -v)", NEEDED_BYTES >> 20);
  /* The runtime switches SIGPIPE off for the whole process as it starts; that is the host's to decide. */
  struct sigaction pipe;
  sigaction(SIGPIPE, NULL, &pipe);
  (code == CODE_AVX512 ? actionable_managed_entries_avx512 : actionable_managed_entries_avx2)(&entries, find_kernel);
  sigaction(SIGPIPE, &pipe, NULL);
  return ACTIONABLE_OK;
}

const managed_entries *actionable_managed(actionable_status *status, char *message, size_t capacity) {
  *status = ACTIONABLE_OK;
  if (__atomic_load_n(&started, __ATOMIC_ACQUIRE)) return &entries;
  pthread_mutex_lock(&starting);
  if (!started) {
    *status = start(message, capacity);
    if (*status == ACTIONABLE_OK) __atomic_store_n(&started, 1, __ATOMIC_RELEASE);
  }
  pthread_mutex_unlock(&starting);
  return *status == ACTIONABLE_OK ? &entries : NULL;
}
