/*
 * managed.h: between dispatch.c and the managed code (Entries.cs, where the same table is). Not part of the C interface: actionable.h is.
 */
#ifndef ACTIONABLE_MANAGED_H
#define ACTIONABLE_MANAGED_H

#include "control_block.h"

/* Pointers are not null unless said; handles come from open. */
typedef struct managed_entries {
  /* path, or bytes where path is null; message may be null */
  actionable_status (*open)(const char *path, const void *bytes, size_t count, const actionable_options *options, intptr_t *handle,
                            control_block **block, char *message, size_t capacity);
  void (*close)(intptr_t handle);
  actionable_status (*describe)(intptr_t handle, actionable_description *description);
  actionable_status (*set_goal)(intptr_t handle, const uint8_t *image, size_t image_bytes);
  actionable_status (*act)(intptr_t handle, const actionable_observation *observation, actionable_decision *decision);
  actionable_status (*evaluate)(intptr_t handle, const actionable_observation *observation, const float *actions, size_t count, float *q);
  actionable_status (*reset)(intptr_t handle);
  /* path, or bytes where path is null; message may be null */
  actionable_status (*swap)(intptr_t handle, const char *path, const void *bytes, size_t count, char *message, size_t capacity);
  actionable_status (*message)(intptr_t handle, char *message, size_t capacity);
  /* does nothing, which makes the calling thread known to the runtime */
  void (*attach)(void);
} managed_entries;

/* Device code by its path in the repository; null where there is none. */
typedef const uint8_t *kernel_finder(const char *path, size_t *bytes);

/* The managed code, compiled once for AVX2 and once for AVX-512. The first call starts the runtime, so that of one of them alone ever runs. */
void actionable_managed_entries_avx2(managed_entries *entries, kernel_finder *kernels);
void actionable_managed_entries_avx512(managed_entries *entries, kernel_finder *kernels);

/* The code that this processor runs, started; null, and why in message, where it cannot be. */
const managed_entries *actionable_managed(actionable_status *status, char *message, size_t capacity);
/* Writes one line into message, which may be null, and returns the status. */
__attribute__((format(printf, 4, 5))) actionable_status actionable_refuse(actionable_status status, char *message, size_t capacity,
                                                                          const char *format, ...);
/* "AVX-512", "AVX2", or "none" where the processor has neither. */
const char *actionable_instruction_set(void);

#endif
