/*
 * The smallest loop with actionable.hpp; the arguments and the lines of a decision are those of samples/c/loop.c.
 *
 *   loop [--bits] MODEL GOAL.ppm IMAGES.ppm [DECISIONS]
 */
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "actionable.hpp"
#include "../c/ppm.h"

static void print_number(float value, bool bits) {
  uint32_t word;
  std::memcpy(&word, &value, sizeof word);
  if (bits)
    std::printf(" %08" PRIx32, word);
  else
    std::printf(" %.4f", static_cast<double>(value));
}

int main(int count, char **arguments) {
  const bool bits = count > 1 && std::string(arguments[1]) == "--bits";
  char **given = arguments + 1 + bits;
  count -= 1 + bits;
  if (count < 3 || count > 4) {
    std::fprintf(stderr, "usage: %s [--bits] MODEL GOAL.ppm IMAGES.ppm [DECISIONS]\n", arguments[0]);
    return 2;
  }
  const ppm goal = ppm_read(given[1]), images = ppm_read(given[2]);
  const std::size_t decisions = count == 4 ? std::strtoul(given[3], nullptr, 10) : images.count;
  try {
    actionable::policy policy(given[0]);
    const auto model = policy.describe();
    std::printf("# %s, camera %dx%d, on %s\n", model.network, model.camera_height, model.camera_width, model.device);
    if (policy.set_goal(goal.pixels, goal.bytes) != ACTIONABLE_OK) throw std::runtime_error(policy.message());
    for (std::size_t n = 0; n < decisions; ++n) {
      const uint8_t *image = images.pixels + n % images.count * images.bytes;
      actionable::decision decision;
      // Images of a file are taken when they are used; for a camera give its driver's time stamp, or a stale image passes for a new one.
      if (policy.act({image, images.bytes, {0, 0.1f}, actionable::now_ns()}, decision) > ACTIONABLE_HELD)
        throw std::runtime_error(policy.message());
      std::printf("%" PRIu64, decision.index);
      for (float number : decision.action) print_number(number, bits);
      print_number(decision.q, bits);
      std::printf(" %" PRIx32 " %" PRId32 "\n", decision.interventions, decision.samples);
    }
    std::printf("# time of a decision: p50 %.3f ms, p99 %.3f ms, longest %.3f ms\n", static_cast<double>(policy.latency(0.5)) / 1e6,
                static_cast<double>(policy.latency(0.99)) / 1e6, static_cast<double>(policy.latency(1)) / 1e6);
  } catch (const std::exception &wrong) {
    std::fprintf(stderr, "%s\n", wrong.what());
    return 1;
  }
  std::free(goal.pixels);
  std::free(images.pixels);
}
