/* The functions of actionable.h that enter the managed code. Arguments are checked here, so that it meets no null pointer. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "policy.h"

/* What open and swap refuse before anything is read: an empty path, or bytes that are too many. */
static actionable_status check_path(const char *path, char *message, size_t capacity) {
  return *path ? ACTIONABLE_OK : actionable_refuse(ACTIONABLE_FILE, message, capacity, "the path of the model file is empty");
}

static actionable_status check_bytes(size_t count, char *message, size_t capacity) {
  return count <= INT32_MAX ? ACTIONABLE_OK
                            : actionable_refuse(ACTIONABLE_BAD_MODEL, message, capacity, "a model of more than 2 GiB is none of this library's");
}

static actionable_status reject_swap(actionable_policy *policy, actionable_status status) {
  __atomic_fetch_add(&policy->block->rejected_swaps, 1, __ATOMIC_RELAXED);
  return status;
}

actionable_status actionable_options_default(actionable_options *options, size_t size) {
  if (!options || size != sizeof *options) return ACTIONABLE_INVALID_ARGUMENT;
  *options = (actionable_options){
      .size = sizeof *options, .threads = 1, .core = -1, .cem_iterations = 2, .cem_samples = 64, .cem_elites = 6, .deadline_ms = 500,
      .max_image_age_ms = 500, .state_low = {0, -1}, .state_high = {1, 3}};
  for (int i = 0; i < ACTIONABLE_ACTION; i++) options->low[i] = options->high[i] = options->rate[i] = NAN;
  return ACTIONABLE_OK;
}

static actionable_status open_model(const char *path, const void *bytes, size_t count, const actionable_options *options,
                                    actionable_policy **policy, char *message, size_t capacity) {
  actionable_options defaults;
  actionable_status status;
  if (!options) {
    actionable_options_default(&defaults, sizeof defaults);
    options = &defaults;
  }
  if (options->size != sizeof *options)
    return actionable_refuse(ACTIONABLE_INVALID_ARGUMENT, message, capacity, "options.size is not that of this library: fill them in with "
                             "actionable_options_default, and compare ACTIONABLE_ABI_VERSION with actionable_abi_version()");
  const managed_entries *managed = actionable_managed(&status, message, capacity);
  if (!managed) return status;
  actionable_policy *opened = calloc(1, sizeof *opened);
  if (!opened) return actionable_refuse(ACTIONABLE_OUT_OF_MEMORY, message, capacity, "there is too little memory for a handle");
  opened->managed = managed;
  status = managed->open(path, bytes, count, options, &opened->handle, &opened->block, message, capacity);
  if (status == ACTIONABLE_OK && (opened->block->layout != CONTROL_BLOCK_LAYOUT || opened->block->size != sizeof *opened->block)) {
    managed->close(opened->handle);
    status = actionable_refuse(ACTIONABLE_INTERNAL, message, capacity, "the parts of this library do not fit each other: build it again");
  }
  if (status != ACTIONABLE_OK) {
    free(opened);
    return status;
  }
  opened->mark = POLICY_OPEN;
  *policy = opened;
  return ACTIONABLE_OK;
}

actionable_status actionable_open(const char *path, const actionable_options *options, actionable_policy **policy, char *message,
                                  size_t capacity) {
  if (message && capacity) *message = 0;
  if (policy) *policy = NULL;
  if (!path || !policy) return actionable_refuse(ACTIONABLE_INVALID_ARGUMENT, message, capacity, "path or policy is null");
  actionable_status status = check_path(path, message, capacity);
  return status ? status : open_model(path, NULL, 0, options, policy, message, capacity);
}

actionable_status actionable_open_memory(const void *bytes, size_t count, const actionable_options *options, actionable_policy **policy,
                                         char *message, size_t capacity) {
  if (message && capacity) *message = 0;
  if (policy) *policy = NULL;
  if (!bytes || !policy) return actionable_refuse(ACTIONABLE_INVALID_ARGUMENT, message, capacity, "bytes or policy is null");
  actionable_status status = check_bytes(count, message, capacity);
  return status ? status : open_model(NULL, bytes, count, options, policy, message, capacity);
}

void actionable_close(actionable_policy *policy) {
  if (!policy_is_open(policy)) return;
  policy->mark = 0;
  policy->managed->close(policy->handle);
  free(policy);
}

actionable_status actionable_describe(const actionable_policy *policy, actionable_description *description) {
  if (!description) return ACTIONABLE_INVALID_ARGUMENT;
  memset(description, 0, sizeof *description);
  return policy_is_open(policy) ? policy->managed->describe(policy->handle, description) : ACTIONABLE_INVALID_ARGUMENT;
}

actionable_status actionable_set_goal(actionable_policy *policy, const uint8_t *image, size_t image_bytes) {
  if (!policy_is_open(policy) || !image) return ACTIONABLE_INVALID_ARGUMENT;
  return policy->managed->set_goal(policy->handle, image, image_bytes);
}

actionable_status actionable_act(actionable_policy *policy, const actionable_observation *observation, actionable_decision *decision) {
  if (!decision) return ACTIONABLE_INVALID_ARGUMENT;
  if (policy_is_open(policy) && observation) return policy->managed->act(policy->handle, observation, decision);
  *decision = (actionable_decision){.q = -1, .status = ACTIONABLE_INVALID_ARGUMENT};
  if (policy_is_open(policy)) memcpy(decision->action, policy->block->hold, sizeof decision->action);
  return ACTIONABLE_INVALID_ARGUMENT;
}

actionable_status actionable_evaluate(actionable_policy *policy, const actionable_observation *observation, const float *actions,
                                      size_t count, float *q) {
  if (q && count <= INT32_MAX / ACTIONABLE_ACTION)
    for (size_t i = 0; i < count; i++) q[i] = -1;
  if (!policy_is_open(policy) || !observation || (count && (!actions || !q)) || count > INT32_MAX / ACTIONABLE_ACTION)
    return ACTIONABLE_INVALID_ARGUMENT;
  return policy->managed->evaluate(policy->handle, observation, actions, count, q);
}

actionable_status actionable_reset(actionable_policy *policy) {
  return policy_is_open(policy) ? policy->managed->reset(policy->handle) : ACTIONABLE_INVALID_ARGUMENT;
}

actionable_status actionable_swap(actionable_policy *policy, const char *path, char *message, size_t capacity) {
  if (message && capacity) *message = 0;
  if (!policy_is_open(policy) || !path) return actionable_refuse(ACTIONABLE_INVALID_ARGUMENT, message, capacity, "policy or path is null");
  actionable_status status = check_path(path, message, capacity);
  return status ? reject_swap(policy, status) : policy->managed->swap(policy->handle, path, NULL, 0, message, capacity);
}

actionable_status actionable_swap_memory(actionable_policy *policy, const void *bytes, size_t count, char *message, size_t capacity) {
  if (message && capacity) *message = 0;
  if (!policy_is_open(policy) || !bytes) return actionable_refuse(ACTIONABLE_INVALID_ARGUMENT, message, capacity, "policy or bytes is null");
  actionable_status status = check_bytes(count, message, capacity);
  return status ? reject_swap(policy, status) : policy->managed->swap(policy->handle, NULL, bytes, count, message, capacity);
}

actionable_status actionable_message(const actionable_policy *policy, char *message, size_t capacity) {
  if (!message || !capacity) return ACTIONABLE_INVALID_ARGUMENT;
  *message = 0;
  return policy_is_open(policy) ? policy->managed->message(policy->handle, message, capacity) : ACTIONABLE_INVALID_ARGUMENT;
}
