/*
 * A 1 kHz control thread beside a policy: it never waits for the policy, but reads its newest action each millisecond.
 *
 *   control MODEL GOAL.ppm IMAGES.ppm [SECONDS [CORE [PRIORITY]]]
 *
 * Three threads: a camera (30 images a second, those of IMAGES.ppm in turn), the policy, which acts on each image as it comes, and the controller, which
 * plays each displacement out at constant speed over one camera period and then holds. CORE and PRIORITY (SCHED_FIFO, 1 to 99) are the
 * controller's; the policy has the priority below. Exit code 1: the controller waited in reading the newest action, or took long over it time and again.
 * Late wake-ups, and single reads in which the system took the core away, are not the library's, and are only shown.
 */
#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <cinttypes>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "actionable.hpp"
#include "../c/ppm.h"

namespace {

constexpr int64_t second = 1'000'000'000, control_period = second / 1000, camera_period = second / 30;
/* A read copies some hundred bytes: it takes longer than this where it waits, or where the core is taken away in the middle, which is rare. */
constexpr int64_t slow_read = 50'000;

void sleep_until(int64_t ns) {
  const timespec due = {static_cast<time_t>(ns / second), static_cast<long>(ns % second)};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, nullptr) != 0) {
  }
}

/* The newest image, between the camera and the policy. */
class camera {
public:
  explicit camera(const ppm &images) : images_(images) {}

  void run(int64_t until) {
    for (int64_t due = actionable::now_ns(); due < until; due += camera_period) {
      sleep_until(due);
      const std::lock_guard<std::mutex> guard(mutex_);
      captured_ns_ = due;
      ++taken_;
      changed_.notify_one();
    }
    const std::lock_guard<std::mutex> guard(mutex_);
    ended_ = true;
    changed_.notify_one();
  }

  /* Waits for an image that was not seen yet; false when there are no more. */
  bool next(actionable::observation &seen) {
    std::unique_lock<std::mutex> guard(mutex_);
    changed_.wait(guard, [this] { return taken_ > given_ || ended_; });
    if (taken_ == given_) return false;
    given_ = taken_;
    seen = {images_.pixels + (given_ - 1) % images_.count * images_.bytes, images_.bytes, {0, 0.1f}, captured_ns_};
    return true;
  }

private:
  const ppm &images_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t taken_ = 0, given_ = 0;
  int64_t captured_ns_ = 0;
  bool ended_ = false;
};

struct control_report {
  uint64_t periods = 0, missed = 0, held = 0, waited = 0, slow = 0;
  int64_t jitter = 0, read_median = 0, read_p999 = 0, read_longest = 0;
  double position[3] = {};
};

/* The controller: nothing in here waits but the sleep until the next period. */
control_report control(const actionable::policy &policy, int64_t until) {
  control_report report;
  // Filled in advance: memory that is first touched in the loop would have to be fetched there.
  std::vector<int64_t> reads(static_cast<std::size_t>(std::max<int64_t>(until - actionable::now_ns(), 0) / control_period + 1));
  for (int64_t due = actionable::now_ns() + control_period; due < until; due += control_period) {
    sleep_until(due);
    rusage before, after;
    getrusage(RUSAGE_THREAD, &before);
    const int64_t awake = actionable::now_ns();
    actionable::decision newest;
    const auto status = policy.newest(newest);
    const int64_t read = actionable::now_ns();
    getrusage(RUSAGE_THREAD, &after);

    // On the robot: send this set point.
    const bool fresh = status == ACTIONABLE_OK && read - newest.finished_ns < camera_period;
    for (int i = 0; i < 3 && fresh; ++i) report.position[i] += newest.action[i] * static_cast<double>(control_period) / camera_period;

    report.held += !fresh;
    report.jitter = std::max(report.jitter, awake - due);
    reads[report.periods++] = read - awake;
    report.slow += read - awake > slow_read;
    // A thread that waits gives up its core; one that is pushed off it, by the system or by what the system runs in, does not.
    report.waited += after.ru_nvcsw > before.ru_nvcsw;
    while (actionable::now_ns() >= due + control_period) {
      due += control_period;
      ++report.missed;
    }
  }
  if (report.periods == 0) return report;
  reads.resize(report.periods);
  std::sort(reads.begin(), reads.end());
  report.read_median = reads[reads.size() / 2];
  report.read_p999 = reads[reads.size() - 1 - reads.size() / 1000];
  report.read_longest = reads.back();
  return report;
}

/* Reports what is missing: without the right to it a loop runs all the same. */
std::string prepare(int core, int priority) {
  try {
    actionable::prepare_thread(core, priority);
    return "";
  } catch (const actionable::error &wrong) {
    return wrong.what();
  }
}

}  // namespace

int main(int count, char **arguments) {
  if (count < 4 || count > 7) {
    std::fprintf(stderr, "usage: %s MODEL GOAL.ppm IMAGES.ppm [SECONDS [CORE [PRIORITY]]]\n", arguments[0]);
    return 2;
  }
  const ppm goal = ppm_read(arguments[2]), images = ppm_read(arguments[3]);
  const double seconds = count > 4 ? std::atof(arguments[4]) : 5;
  const int core = count > 5 ? std::atoi(arguments[5]) : -1, priority = count > 6 ? std::atoi(arguments[6]) : 0;
  control_report report;
  uint64_t errors = 0;
  try {
    actionable::policy policy(arguments[1]);
    if (policy.set_goal(goal.pixels, goal.bytes) != ACTIONABLE_OK) throw std::runtime_error(policy.message());
    const int64_t until = actionable::now_ns() + static_cast<int64_t>(seconds * second);
    camera camera(images);
    std::thread capturing([&] { camera.run(until); });
    std::string unprepared[2];
    std::thread deciding([&] {
      unprepared[0] = prepare(-1, std::max(priority - 1, 0));
      actionable::observation seen;
      actionable::decision decision;
      while (camera.next(seen)) errors += policy.act(seen, decision) > ACTIONABLE_HELD;
    });
    std::thread controlling([&] {
      unprepared[1] = prepare(core, priority);
      report = control(policy, until);
    });
    for (std::thread *thread : {&controlling, &capturing, &deciding}) thread->join();

    for (const std::string &why : unprepared)
      if (!why.empty()) std::printf("not prepared for real time: %s\n", why.c_str());
    actionable::counters counted;
    policy.read(counted);
    std::printf("policy:  %" PRIu64 " decisions, %" PRIu64 " held, %" PRIu64 " errors; p50 %.3f ms, p99 %.3f ms, longest %.3f ms\n",
                counted.decisions, counted.held, errors, static_cast<double>(policy.latency(0.5)) / 1e6,
                static_cast<double>(policy.latency(0.99)) / 1e6, static_cast<double>(policy.latency(1)) / 1e6);
  } catch (const std::exception &wrong) {
    std::fprintf(stderr, "%s\n", wrong.what());
    return 1;
  }
  std::printf("control: %" PRIu64 " periods, %" PRIu64 " missed, %" PRIu64 " held; largest jitter %.3f ms; moved %.3f %.3f %.3f m\n", report.periods,
              report.missed, report.held, static_cast<double>(report.jitter) / 1e6, report.position[0], report.position[1],
              report.position[2]);
  std::printf("newest:  p50 %.4f ms, p99.9 %.4f ms, longest %.4f ms; waited %" PRIu64 " times, slow %" PRIu64 " times\n",
              static_cast<double>(report.read_median) / 1e6, static_cast<double>(report.read_p999) / 1e6,
              static_cast<double>(report.read_longest) / 1e6, report.waited, report.slow);
  std::free(goal.pixels);
  std::free(images.pixels);
  return report.waited + errors > 0 || report.slow > 3 + report.periods / 1000;
}
