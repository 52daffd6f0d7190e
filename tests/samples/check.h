/* What the programs of this folder share: checks that say where they failed, a model, a goal and images. */
#ifndef CHECK_H
#define CHECK_H

#include <inttypes.h>
#include <math.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actionable.h"

static atomic_int failures;

#define CHECK(condition, ...)                                   \
  do {                                                          \
    if (!(condition) && ++failures <= 20) {                     \
      fprintf(stderr, "%s:%d: %s: ", __FILE__, __LINE__, #condition); \
      fprintf(stderr, __VA_ARGS__);                             \
      fputc('\n', stderr);                                      \
    }                                                           \
  } while (0)

static inline int finish(const char *done) {
  if (failures == 0)
    puts(done);
  else
    fprintf(stderr, "%d checks failed\n", failures);
  return failures != 0;
}

/* Image number n of a camera: noise that depends on n alone. */
static inline void draw_image(uint8_t *image, size_t bytes, uint64_t n) {
  uint64_t x = (n + 1) * 0x9E3779B97F4A7C15u;
  for (size_t i = 0; i < bytes; ++i) {
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    image[i] = (uint8_t)(x >> 56);
  }
}

/* Opens a model whose decisions depend on seed, image and number alone, and sets its goal. Ends the program where that fails. */
static inline actionable_policy *open_plain(const char *model, uint64_t seed, uint8_t **goal, size_t *bytes) {
  actionable_options options;
  actionable_policy *policy;
  actionable_description description;
  char message[512];
  actionable_options_default(&options, sizeof options);
  options.seed = seed;
  options.flags = ACTIONABLE_WITHOUT_DEADLINE | ACTIONABLE_WITHOUT_AGE_CHECK | ACTIONABLE_WITHOUT_RATE_LIMIT;
  if (actionable_open(model, &options, &policy, message, sizeof message) != ACTIONABLE_OK) {
    fprintf(stderr, "%s\n", message);
    exit(1);
  }
  actionable_describe(policy, &description);
  *bytes = (size_t)description.camera_height * (size_t)description.camera_width * 3;
  *goal = (uint8_t *)malloc(*bytes);
  draw_image(*goal, *bytes, 1000000);
  CHECK(actionable_set_goal(policy, *goal, *bytes) == ACTIONABLE_OK, "the goal was refused");
  return policy;
}

/* Whether all numbers are finite and in the box. */
static inline int is_safe(const actionable_decision *decision, const actionable_description *model) {
  for (int i = 0; i < ACTIONABLE_ACTION; ++i)
    if (!(decision->action[i] >= model->low[i] && decision->action[i] <= model->high[i])) return 0;
  return isfinite(decision->q);
}

#endif
