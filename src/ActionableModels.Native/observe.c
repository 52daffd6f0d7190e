/* What a control thread reads of a handle: without waiting, allocating or entering the managed runtime. control_block.h has the rules. */
#include <math.h>
#include <string.h>

#include "policy.h"

/* Eight bytes of any struct. */
typedef uint64_t __attribute__((__may_alias__)) word;

/* Numbers are copied a word at a time: a writer may change a record that is copied, which is found out afterwards. */
static void copy_words(void *to, const void *from, size_t bytes) {
  word *target = to;
  const word *source = from;
  for (size_t i = 0; i < bytes / sizeof *target; i++) target[i] = __atomic_load_n(&source[i], __ATOMIC_RELAXED);
}

/* Either part may be null. */
static void read_record(const control_block *block, actionable_decision *decision, actionable_counters *counters) {
  for (;;) {
    uint64_t number = __atomic_load_n(&block->published, __ATOMIC_ACQUIRE);
    const control_record *record = &block->records[number % CONTROL_RECORDS];
    if (__atomic_load_n(&record->number, __ATOMIC_ACQUIRE) != number) continue;
    if (decision) copy_words(decision, &record->decision, sizeof *decision);
    if (counters) copy_words(counters, &record->counters, sizeof *counters);
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    if (__atomic_load_n(&record->number, __ATOMIC_RELAXED) == number) return;
  }
}

actionable_status actionable_newest(const actionable_policy *policy, actionable_decision *decision) {
  if (!decision) return ACTIONABLE_INVALID_ARGUMENT;
  if (!policy_is_open(policy)) {
    *decision = (actionable_decision){.q = -1, .status = ACTIONABLE_INVALID_ARGUMENT};
    return ACTIONABLE_INVALID_ARGUMENT;
  }
  control_block *block = policy->block;
  read_record(block, decision, NULL);
  if (decision->finished_ns != 0 && actionable_now_ns() - decision->finished_ns <= block->deadline_ns) return decision->status;
  memcpy(decision->action, block->hold, sizeof block->hold);
  decision->q = -1;
  decision->interventions = ACTIONABLE_WATCHDOG;
  decision->samples = 0;
  decision->status = ACTIONABLE_HELD;
  __atomic_fetch_add(&block->watchdog, 1, __ATOMIC_RELAXED);
  return ACTIONABLE_HELD;
}

actionable_status actionable_counters_read(const actionable_policy *policy, actionable_counters *counters) {
  if (!counters) return ACTIONABLE_INVALID_ARGUMENT;
  if (!policy_is_open(policy)) {
    memset(counters, 0, sizeof *counters);
    return ACTIONABLE_INVALID_ARGUMENT;
  }
  const control_block *block = policy->block;
  read_record(block, NULL, counters);
  counters->watchdog = __atomic_load_n(&block->watchdog, __ATOMIC_RELAXED);
  counters->swaps = __atomic_load_n(&block->swaps, __ATOMIC_RELAXED);
  counters->rejected_swaps = __atomic_load_n(&block->rejected_swaps, __ATOMIC_RELAXED);
  return ACTIONABLE_OK;
}

static int64_t upper_end(int bin) {
  const int sub = CONTROL_LATENCY_SUB_BINS;
  if (bin == CONTROL_LATENCY_BINS - 1) return INT64_MAX;
  return bin < sub ? bin : ((int64_t)(bin % sub + sub + 1) << (bin / sub - 1)) - 1;
}

static int64_t quantile(const control_block *block, double share, int64_t longest) {
  int64_t total = 0, below = 0;
  for (int bin = 0; bin < CONTROL_LATENCY_BINS; bin++) total += __atomic_load_n(&block->latency[bin], __ATOMIC_RELAXED);
  if (total == 0) return 0;
  int64_t rank = (int64_t)ceil(share * (double)total);
  if (rank < 1) rank = 1;
  for (int bin = 0; bin < CONTROL_LATENCY_BINS; bin++) {
    below += __atomic_load_n(&block->latency[bin], __ATOMIC_RELAXED);
    if (below >= rank) return upper_end(bin) < longest ? upper_end(bin) : longest;
  }
  return longest;
}

actionable_status actionable_latency(const actionable_policy *policy, double share, int64_t *ns) {
  if (!ns) return ACTIONABLE_INVALID_ARGUMENT;
  *ns = 0;
  if (!policy_is_open(policy) || !(share >= 0 && share <= 1)) return ACTIONABLE_INVALID_ARGUMENT;
  actionable_counters counters;
  read_record(policy->block, NULL, &counters);
  *ns = quantile(policy->block, share, counters.longest_ns);
  return ACTIONABLE_OK;
}
