/*
 * actionable.hpp: actionable.h for C++17: handles that close themselves. Opening and swapping throw actionable::error; what runs in a control loop
 * returns a status, throws nothing and allocates nothing.
 *
 *   actionable::policy policy("policy.safetensors");
 *   policy.set_goal(goal, goal_bytes);
 *   actionable::decision decision;
 *   // frame.captured_ns: when the camera's driver took it, not when this runs; only so can an old image be told from a new one.
 *   policy.act({ frame.pixels, frame.bytes, { gripper_closed, height }, frame.captured_ns }, decision);   // decision.action is safe to send
 */
#ifndef ACTIONABLE_HPP
#define ACTIONABLE_HPP

#include <stdexcept>
#include <string>
#include <utility>

#include "actionable.h"

namespace actionable {

using status = actionable_status;
using observation = actionable_observation;
using decision = actionable_decision;
using description = actionable_description;
using counters = actionable_counters;

/* CLOCK_MONOTONIC, the clock of all time stamps. */
inline int64_t now_ns() noexcept { return actionable_now_ns(); }

/* What open and swap throw: one line that says what was wrong, where, and what to do. */
class error : public std::runtime_error {
public:
  error(actionable_status code, const char *message) : std::runtime_error(message), code_(code) {}
  actionable_status code() const noexcept { return code_; }

private:
  actionable_status code_;
};

/* The defaults of actionable.h, to be changed by name. */
struct options : actionable_options {
  options() noexcept : actionable_options() { actionable_options_default(this, sizeof(actionable_options)); }
};

/* A model in a control loop. Which thread may call what is said in actionable.h. */
class policy {
public:
  explicit policy(const std::string &path, const options &chosen = options()) {
    char message[message_capacity] = "";
    check_library();
    check(actionable_open(path.c_str(), &chosen, &handle_, message, sizeof message), message);
  }
  policy(const void *bytes, std::size_t count, const options &chosen = options()) {
    char message[message_capacity] = "";
    check_library();
    check(actionable_open_memory(bytes, count, &chosen, &handle_, message, sizeof message), message);
  }
  ~policy() { actionable_close(handle_); }
  policy(policy &&other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  policy &operator=(policy &&other) noexcept {
    if (this != &other) {
      actionable_close(handle_);
      handle_ = std::exchange(other.handle_, nullptr);
    }
    return *this;
  }
  policy(const policy &) = delete;
  policy &operator=(const policy &) = delete;

  status set_goal(const uint8_t *image, std::size_t bytes) noexcept { return actionable_set_goal(handle_, image, bytes); }
  status act(const observation &seen, decision &chosen) noexcept { return actionable_act(handle_, &seen, &chosen); }
  status evaluate(const observation &seen, const float *actions, std::size_t count, float *q) noexcept {
    return actionable_evaluate(handle_, &seen, actions, count, q);
  }
  status reset() noexcept { return actionable_reset(handle_); }
  /* Of the last error of these four. */
  std::string message() const {
    char text[message_capacity] = "";
    actionable_message(handle_, text, sizeof text);
    return text;
  }

  /* For the control thread: these three never wait. */
  status newest(decision &chosen) const noexcept { return actionable_newest(handle_, &chosen); }
  status read(counters &counted) const noexcept { return actionable_counters_read(handle_, &counted); }
  /* Nanoseconds that a share of all decisions took at most; -1 if the share is not from 0 to 1. */
  int64_t latency(double share) const noexcept {
    int64_t ns = -1;
    return actionable_latency(handle_, share, &ns) == ACTIONABLE_OK ? ns : -1;
  }

  description describe() const noexcept {
    description described = {};
    actionable_describe(handle_, &described);
    return described;
  }

  /* On any thread, while another one acts. When these throw, the old model goes on. */
  void swap(const std::string &path) {
    char message[message_capacity] = "";
    check(actionable_swap(handle_, path.c_str(), message, sizeof message), message);
  }
  void swap(const void *bytes, std::size_t count) {
    char message[message_capacity] = "";
    check(actionable_swap_memory(handle_, bytes, count, message, sizeof message), message);
  }

  /* For calls of actionable.h; null after a move. */
  actionable_policy *get() const noexcept { return handle_; }

private:
  static constexpr std::size_t message_capacity = 1024;

  static void check(actionable_status code, const char *message) {
    if (code != ACTIONABLE_OK) throw error(code, *message != '\0' ? message : actionable_status_text(code));
  }
  static void check_library() {
    if (actionable_abi_version() != ACTIONABLE_ABI_VERSION)
      throw error(ACTIONABLE_UNSUPPORTED, "libactionable.so and actionable.h are of different versions: use the two of one release");
  }

  actionable_policy *handle_ = nullptr;
};

/* actionable_prepare_thread for the calling thread. */
inline void prepare_thread(int core, int priority) {
  char message[1024] = "";
  const actionable_status code = actionable_prepare_thread(core, priority, message, sizeof message);
  if (code != ACTIONABLE_OK) throw error(code, message);
}

}  // namespace actionable

#endif
