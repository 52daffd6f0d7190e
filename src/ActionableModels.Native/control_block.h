/*
 * control_block.h: what a controller publishes, in memory outside the managed heap, so that a control thread reads it without entering the
 * managed runtime. The twin of src/ActionableModels/Control/ControlBlock.cs: a change of one is a change of both, and of CONTROL_BLOCK_LAYOUT.
 * Not part of the C interface: actionable.h is.
 *
 * Writers: the policy thread (published, records, latency), readers of newest (watchdog), swapping threads (swaps, rejected_swaps).
 *
 * Publishing number n + 1, n being `published`, into records[(n + 1) % CONTROL_RECORDS], which no reader of n looks at:
 *   record.number = all bits; full fence; decision and counters; release: record.number = n + 1; release: published = n + 1.
 *
 * Reading, which never waits for the writer, even where it stands still in the middle of publishing:
 *   1. acquire: n = published; record = records[n % CONTROL_RECORDS]
 *   2. acquire: record.number; anything but n: the writer has come round since; go to 1
 *   3. copy decision and counters (relaxed)
 *   4. acquire fence; record.number again; anything but n: go to 1
 * The writer must publish CONTROL_RECORDS - 1 times during one read for a second attempt: it takes a preempted reader.
 *
 * newest: steps 1 to 4, then now = CLOCK_MONOTONIC. Where decision.finished_ns is 0 (none yet) or now - decision.finished_ns > deadline_ns: the hold
 *   action; q = -1; index, captured_ns, started_ns, finished_ns and model of the record; interventions = ACTIONABLE_WATCHDOG; samples = 0;
 *   status = ACTIONABLE_HELD; watchdog += 1 (atomically, relaxed). Else the decision as it is. Returns its status.
 * counters_read: steps 1 to 4, then watchdog, swaps and rejected_swaps from the block in the place of the record's (which are 0).
 * latency(share), 0 <= share <= 1: total = sum of latency[] (each read relaxed); 0 where that is 0; rank = max(1, ceil(share * total)); the first
 *   bin at which the running sum reaches rank; its upper end, at most counters.longest_ns. With S = 128 bins in each power of two, the upper end of
 *   bin b is b for b < S, else ((b % S + S + 1) << (b / S - 1)) - 1; the last bin has none.
 */
#ifndef ACTIONABLE_CONTROL_BLOCK_H
#define ACTIONABLE_CONTROL_BLOCK_H

#include <stddef.h>
#include <stdint.h>

#include "include/actionable.h"

#define CONTROL_BLOCK_LAYOUT 1u
#define CONTROL_RECORDS 4
#define CONTROL_LATENCY_SUB_BINS 128
#define CONTROL_LATENCY_BINS 3840

typedef struct control_record {
  uint64_t number;              /* which publication this is, from 0; all bits while it is written */
  actionable_decision decision; /* finished_ns is 0 where there is none yet */
  actionable_counters counters; /* without watchdog, swaps and rejected_swaps */
  uint64_t unused;
} control_record;               /* 256 bytes */

/* 64-byte aligned. Each kind of writer has cache lines of its own. */
typedef struct control_block {
  uint32_t layout;              /*     0: CONTROL_BLOCK_LAYOUT; never changes, nor do the next ones */
  uint32_t size;                /*     4: sizeof(control_block) */
  int64_t deadline_ns;          /*     8: INT64_MAX where there is none */
  float hold[ACTIONABLE_ACTION]; /*   16 */
  uint8_t unused0[20];
  uint64_t published;           /*    64: number of the newest record */
  uint8_t unused1[56];
  uint64_t watchdog;            /*   128: calls of newest that gave the hold action */
  uint8_t unused2[56];
  uint64_t swaps;               /*   192 */
  uint64_t rejected_swaps;      /*   200 */
  uint8_t unused3[48];
  control_record records[CONTROL_RECORDS]; /* 256 */
  int64_t latency[CONTROL_LATENCY_BINS];   /* 1280: how many decisions took a time of each bin */
} control_block;                /* 32000 bytes */

#if defined(__cplusplus)
#define CONTROL_ASSERT static_assert
#else
#define CONTROL_ASSERT _Static_assert
#endif
CONTROL_ASSERT(sizeof(actionable_decision) == 80, "actionable_decision");
CONTROL_ASSERT(sizeof(actionable_counters) == 160, "actionable_counters");
CONTROL_ASSERT(sizeof(control_record) == 256, "control_record");
CONTROL_ASSERT(offsetof(control_record, decision) == 8 && offsetof(control_record, counters) == 88, "control_record");
CONTROL_ASSERT(offsetof(control_block, deadline_ns) == 8 && offsetof(control_block, hold) == 16, "control_block");
CONTROL_ASSERT(offsetof(control_block, published) == 64 && offsetof(control_block, watchdog) == 128, "control_block");
CONTROL_ASSERT(offsetof(control_block, swaps) == 192 && offsetof(control_block, rejected_swaps) == 200, "control_block");
CONTROL_ASSERT(offsetof(control_block, records) == 256 && offsetof(control_block, latency) == 1280, "control_block");
CONTROL_ASSERT(sizeof(control_block) == 32000, "control_block");

#endif
