/*
 * Eight handles in eight threads: every decision has the bits that it has alone, while other threads read newest, counters and latency.
 * usage: threads MODEL SECONDS
 */
#include <pthread.h>
#include <time.h>

#include "check.h"

enum { HANDLES = 8, DECISIONS = 32 };

typedef struct handle {
  actionable_policy *policy;
  uint8_t *images;
  size_t bytes;
  actionable_decision expected[DECISIONS];
  uint64_t done;
} handle;

static handle handles[HANDLES];
static atomic_int ended;

static int same(const actionable_decision *a, const actionable_decision *b) {
  return memcmp(a->action, b->action, sizeof a->action) == 0 && memcmp(&a->q, &b->q, sizeof a->q) == 0 && a->samples == b->samples;
}

static void act(handle *h, uint64_t n, actionable_decision *decision) {
  actionable_observation seen = {h->images + n * h->bytes, h->bytes, {n % 2 == 0 ? 0.0f : 1.0f, 0.01f * (float)n}, actionable_now_ns()};
  actionable_status status = actionable_act(h->policy, &seen, decision);
  CHECK(status == ACTIONABLE_OK, "decision %" PRIu64 ": status %d, interventions %x", n, (int)status, (unsigned)decision->interventions);
  CHECK(decision->index == n, "decision %" PRIu64 " came as %" PRIu64, n, decision->index);
}

static void *decide(void *given) {
  handle *h = (handle *)given;
  actionable_decision decision;
  while (!ended) {
    CHECK(actionable_reset(h->policy) == ACTIONABLE_OK, "reset");
    for (uint64_t n = 0; n < DECISIONS; ++n, ++h->done) {
      act(h, n, &decision);
      CHECK(same(&decision, &h->expected[n]), "handle %d, decision %" PRIu64 ": other bits than alone", (int)(h - handles), n);
    }
  }
  return NULL;
}

/* Reads of all handles: what comes is one whole decision, and counters never go back. */
static void *watch(void *given) {
  uint64_t *reads = (uint64_t *)given;
  actionable_counters last[HANDLES];
  memset(last, 0, sizeof last);
  while (!ended) {
    for (int i = 0; i < HANDLES; ++i, ++*reads) {
      actionable_decision newest;
      actionable_counters now;
      int64_t median, longest;
      CHECK(actionable_newest(handles[i].policy, &newest) == ACTIONABLE_OK, "newest of handle %d", i);
      CHECK(newest.index < DECISIONS && same(&newest, &handles[i].expected[newest.index]), "handle %d: newest is torn", i);
      CHECK(newest.started_ns <= newest.finished_ns && newest.finished_ns <= actionable_now_ns(), "times of newest");
      CHECK(actionable_counters_read(handles[i].policy, &now) == ACTIONABLE_OK, "counters");
      CHECK(now.decisions >= last[i].decisions && now.total_ns >= last[i].total_ns && now.longest_ns >= last[i].longest_ns, "counters went back");
      CHECK(now.longest_ns >= now.last_ns && now.total_ns >= now.longest_ns, "counters are torn");
      CHECK(now.held + now.late + now.fault + now.watchdog + now.stale_image + now.wrong_size == 0, "handle %d held", i);
      CHECK(actionable_latency(handles[i].policy, 0.5, &median) == ACTIONABLE_OK && actionable_latency(handles[i].policy, 1, &longest) == ACTIONABLE_OK,
            "latency");
      CHECK(median > 0 && median <= longest, "median %" PRId64 ", longest %" PRId64, median, longest);
      last[i] = now;
    }
    struct timespec rest = {0, 200000};
    nanosleep(&rest, NULL);
  }
  return NULL;
}

int main(int count, char **arguments) {
  if (count != 3) return fprintf(stderr, "usage: %s MODEL SECONDS\n", arguments[0]), 2;
  for (int i = 0; i < HANDLES; ++i) {
    handle *h = &handles[i];
    uint8_t *goal;
    h->policy = open_plain(arguments[1], (uint64_t)i, &goal, &h->bytes);
    free(goal);
    h->images = (uint8_t *)malloc(DECISIONS * h->bytes);
    for (uint64_t n = 0; n < DECISIONS; ++n) draw_image(h->images + n * h->bytes, h->bytes, (uint64_t)i * DECISIONS + n);
    for (uint64_t n = 0; n < DECISIONS; ++n) act(h, n, &h->expected[n]);
    CHECK(i == 0 || !same(&h->expected[0], &handles[0].expected[0]), "handle %d decides as handle 0", i);
  }

  pthread_t threads[HANDLES], watchers[2];
  uint64_t reads[2] = {0, 0}, decisions = 0;
  for (int i = 0; i < HANDLES; ++i) pthread_create(&threads[i], NULL, decide, &handles[i]);
  for (int i = 0; i < 2; ++i) pthread_create(&watchers[i], NULL, watch, &reads[i]);
  double seconds = atof(arguments[2]);
  struct timespec rest = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
  nanosleep(&rest, NULL);
  ended = 1;
  for (int i = 0; i < HANDLES; ++i) pthread_join(threads[i], NULL);
  for (int i = 0; i < 2; ++i) pthread_join(watchers[i], NULL);

  for (int i = 0; i < HANDLES; ++i) {
    actionable_counters counters;
    actionable_counters_read(handles[i].policy, &counters);
    CHECK(counters.decisions == handles[i].done + DECISIONS, "handle %d counted %" PRIu64 " decisions of %" PRIu64, i, counters.decisions,
          handles[i].done + DECISIONS);
    CHECK(handles[i].done >= DECISIONS, "handle %d did not get round once", i);
    decisions += handles[i].done;
    actionable_close(handles[i].policy);
    free(handles[i].images);
  }
  CHECK(reads[0] > 0 && reads[1] > 0, "nothing was watched");
  char done[128];
  snprintf(done, sizeof done, "threads: 8 handles, %s s, %" PRIu64 " decisions with the bits of one thread, %" PRIu64 " reads beside them", arguments[2],
           decisions, reads[0] + reads[1]);
  return finish(done);
}
