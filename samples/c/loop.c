/*
 * The smallest loop: opens a model, sets the goal image, asks for an action for each camera image, and tells how it went.
 *
 *   loop [--bits] MODEL GOAL.ppm IMAGES.ppm [DECISIONS]
 *
 * IMAGES.ppm holds one or more images, one after another (cat 1.ppm 2.ppm > images.ppm), used in turn. A line for each decision: its number, the
 * seven numbers of the action, Q, the interventions in hexadecimal, and the actions that CEM evaluated. --bits: numbers as the bits of their floats.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actionable.h"
#include "ppm.h"

static void print_number(float value, int bits) {
  uint32_t word;
  memcpy(&word, &value, sizeof word);
  if (bits)
    printf(" %08" PRIx32, word);
  else
    printf(" %.4f", (double)value);
}

static void print_summary(const actionable_policy *policy) {
  actionable_counters counters;
  int64_t median = 0, tail = 0, longest = 0;
  actionable_counters_read(policy, &counters);
  actionable_latency(policy, 0.5, &median);
  actionable_latency(policy, 0.99, &tail);
  actionable_latency(policy, 1, &longest);
  printf("# decisions %" PRIu64 ", held %" PRIu64 ": late %" PRIu64 ", stale image %" PRIu64 ", blank image %" PRIu64 ", wrong size %" PRIu64
         ", state range %" PRIu64 ", not finite %" PRIu64 ", fault %" PRIu64 "\n",
         counters.decisions, counters.held, counters.late, counters.stale_image, counters.blank_image, counters.wrong_size,
         counters.state_range, counters.non_finite_input + counters.non_finite_output, counters.fault);
  printf("# boxed %" PRIu64 ", rate limited %" PRIu64 ", budget spent %" PRIu64 "\n", counters.boxed, counters.rate_limited,
         counters.budget_spent);
  printf("# time of a decision: p50 %.3f ms, p99 %.3f ms, longest %.3f ms\n", (double)median / 1e6, (double)tail / 1e6,
         (double)longest / 1e6);
}

int main(int count, char **arguments) {
  int bits = count > 1 && strcmp(arguments[1], "--bits") == 0;
  char **given = arguments + 1 + bits;
  if (count - bits < 4 || count - bits > 5) {
    fprintf(stderr, "usage: %s [--bits] MODEL GOAL.ppm IMAGES.ppm [DECISIONS]\n", arguments[0]);
    return 2;
  }
  ppm goal = ppm_read(given[1]), images = ppm_read(given[2]);
  size_t decisions = count - bits == 5 ? strtoul(given[3], NULL, 10) : images.count;

  char message[512];
  actionable_options options;
  actionable_policy *policy;
  actionable_options_default(&options, sizeof options);
  if (actionable_open(given[0], &options, &policy, message, sizeof message) != ACTIONABLE_OK) {
    fprintf(stderr, "%s\n", message);
    return 1;
  }
  actionable_description model;
  actionable_describe(policy, &model);
  printf("# %s, trained by %s for %" PRId64 " steps, camera %" PRId32 "x%" PRId32 ", on %s\n", model.network, model.method,
         model.training_step, model.camera_height, model.camera_width, model.device);

  int failed = actionable_set_goal(policy, goal.pixels, goal.bytes) != ACTIONABLE_OK;
  for (size_t n = 0; n < decisions && !failed; ++n) {
    /* Images of a file are taken when they are used; for a camera give its driver's time stamp, or a stale image passes for a new one. */
    actionable_observation seen = {images.pixels + n % images.count * images.bytes, images.bytes, {0, 0.1f}, actionable_now_ns()};
    actionable_decision decision;
    failed = actionable_act(policy, &seen, &decision) > ACTIONABLE_HELD;
    printf("%" PRIu64, decision.index);
    for (int i = 0; i < ACTIONABLE_ACTION; ++i) print_number(decision.action[i], bits);
    print_number(decision.q, bits);
    printf(" %" PRIx32 " %" PRId32 "\n", decision.interventions, decision.samples);
  }
  if (failed && actionable_message(policy, message, sizeof message) == ACTIONABLE_OK) fprintf(stderr, "%s\n", message);
  print_summary(policy);
  actionable_close(policy);
  free(goal.pixels);
  free(images.pixels);
  return failed;
}
