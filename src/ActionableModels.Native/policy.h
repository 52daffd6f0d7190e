/* policy.h: what an actionable_policy points to. */
#ifndef ACTIONABLE_POLICY_H
#define ACTIONABLE_POLICY_H

#include "managed.h"

#define POLICY_OPEN UINT64_C(0x6163746e61626c65)

struct actionable_policy {
  uint64_t mark; /* POLICY_OPEN until close */
  const managed_entries *managed;
  intptr_t handle;
  control_block *block;
};

/* Tells null and closed handles from open ones, as far as the memory of a closed one was not used again. */
static inline int policy_is_open(const actionable_policy *policy) { return policy != NULL && policy->mark == POLICY_OPEN; }

#endif
