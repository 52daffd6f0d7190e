/*
 * Every way to be refused, with its status and its text; what holds the robot, with its flag and its counter.
 * usage: errors MODEL CLONED FOLDER       CLONED: a model without Q; FOLDER: for files that this writes
 */
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

static char message[512];

static void expect(actionable_status status, actionable_status expected, const char *text) {
  CHECK(status == expected, "status %d, not %d: %s", (int)status, (int)expected, message);
  CHECK(strcasestr(message, text) != NULL, "'%s' is not in: %s", text, message);
  CHECK(strchr(message, '\n') == NULL, "more than a line: %s", message);
}

static actionable_options defaults(void) {
  actionable_options options;
  CHECK(actionable_options_default(&options, sizeof options) == ACTIONABLE_OK, "defaults");
  return options;
}

static void refuse_open(const char *path, const actionable_options *options, actionable_status expected, const char *text) {
  actionable_policy *policy = (actionable_policy *)message;
  memset(message, 'x', sizeof message);
  expect(actionable_open(path, options, &policy, message, sizeof message), expected, text);
  CHECK(policy == NULL, "a handle came with an error");
}

static void check_files(const char *folder) {
  char path[400], text[8] = "xxxxxxx";
  actionable_policy *policy;
  snprintf(path, sizeof path, "%s/missing", folder);
  refuse_open(path, NULL, ACTIONABLE_FILE, path);
  refuse_open(folder, NULL, ACTIONABLE_FILE, folder);
  refuse_open("", NULL, ACTIONABLE_FILE, "empty");
  refuse_open(NULL, NULL, ACTIONABLE_INVALID_ARGUMENT, "path");
  snprintf(path, sizeof path, "%s/text", folder);
  FILE *stream = fopen(path, "wb");
  CHECK(stream != NULL && fputs("not a model\n", stream) >= 0, "%s", path);
  if (stream != NULL) fclose(stream);
  refuse_open(path, NULL, ACTIONABLE_BAD_MODEL, path);
  if (geteuid() != 0 && chmod(path, 0) == 0) refuse_open(path, NULL, ACTIONABLE_FILE, path);

  CHECK(actionable_open(path, NULL, &policy, NULL, 0) == ACTIONABLE_BAD_MODEL, "no message wanted");
  CHECK(actionable_open(path, NULL, &policy, text, 4) == ACTIONABLE_BAD_MODEL, "a short message");
  CHECK(strlen(text) == 3 && strcmp(text + 4, "xxx") == 0, "a message of 4 bytes wrote others: %s", text);
  CHECK(actionable_open(path, NULL, NULL, message, sizeof message) == ACTIONABLE_INVALID_ARGUMENT, "nowhere to put the handle");
  policy = (actionable_policy *)message;
  CHECK(actionable_open_memory(NULL, 5, NULL, &policy, message, sizeof message) == ACTIONABLE_INVALID_ARGUMENT && policy == NULL, "no bytes");
  CHECK(actionable_open_memory("12345", 5, NULL, &policy, message, sizeof message) == ACTIONABLE_BAD_MODEL && policy == NULL, "five bytes");
}

static void check_options(const char *model) {
  actionable_options options;
  CHECK(actionable_options_default(NULL, sizeof options) == ACTIONABLE_INVALID_ARGUMENT, "no options");
  CHECK(actionable_options_default(&options, 3) == ACTIONABLE_INVALID_ARGUMENT, "options of 3 bytes");
#define REFUSE(field, value, status, text)                  \
  do {                                                      \
    options = defaults();                                   \
    options.field = value;                                  \
    refuse_open(model, &options, status, text);             \
  } while (0)
  REFUSE(size, 3, ACTIONABLE_INVALID_ARGUMENT, "actionable_options_default");
  REFUSE(flags, 1u << 31, ACTIONABLE_INVALID_ARGUMENT, "flags");
  REFUSE(device, "quantum", ACTIONABLE_DEVICE, "quantum");
  REFUSE(device, "cuda:99", ACTIONABLE_DEVICE, "cuda");
  REFUSE(device, "opencl:99", ACTIONABLE_DEVICE, "OpenCL");
  REFUSE(precision, "fp7", ACTIONABLE_INVALID_ARGUMENT, "fp7");
  REFUSE(threads, -1, ACTIONABLE_INVALID_ARGUMENT, "threads");
  REFUSE(core, -2, ACTIONABLE_INVALID_ARGUMENT, "core");
  REFUSE(priority, 100, ACTIONABLE_INVALID_ARGUMENT, "priority");
  REFUSE(cem_iterations, 0, ACTIONABLE_INVALID_ARGUMENT, "cem_iterations");
  REFUSE(cem_samples, 0, ACTIONABLE_INVALID_ARGUMENT, "cem_samples");
  REFUSE(cem_elites, 65, ACTIONABLE_INVALID_ARGUMENT, "cem_elites");
  REFUSE(budget_ms, -1, ACTIONABLE_INVALID_ARGUMENT, "budget_ms");
  REFUSE(budget_ms, (double)NAN, ACTIONABLE_INVALID_ARGUMENT, "budget_ms");
  REFUSE(deadline_ms, 0, ACTIONABLE_INVALID_ARGUMENT, "deadline_ms");
  REFUSE(deadline_ms, (double)INFINITY, ACTIONABLE_INVALID_ARGUMENT, "deadline_ms");
  REFUSE(max_image_age_ms, -1, ACTIONABLE_INVALID_ARGUMENT, "max_image_age_ms");
  REFUSE(hold[2], (float)NAN, ACTIONABLE_INVALID_ARGUMENT, "hold");
  REFUSE(hold[0], 99, ACTIONABLE_INVALID_ARGUMENT, "hold");
  REFUSE(low[1], (float)INFINITY, ACTIONABLE_INVALID_ARGUMENT, "low");
  REFUSE(low[1], 99, ACTIONABLE_INVALID_ARGUMENT, "low");
  REFUSE(high[1], -99, ACTIONABLE_INVALID_ARGUMENT, "high");
  REFUSE(rate[0], -1, ACTIONABLE_INVALID_ARGUMENT, "rate");
  REFUSE(state_low[0], (float)NAN, ACTIONABLE_INVALID_ARGUMENT, "state_low");
  REFUSE(state_high[1], -5, ACTIONABLE_INVALID_ARGUMENT, "state_high");
#undef REFUSE
  options = defaults();
  options.threads = 2;
  options.core = 1 << 20;
  refuse_open(model, &options, ACTIONABLE_DEVICE, "core 1048576");
}

static void check_words(void) {
  CHECK(actionable_abi_version() == ACTIONABLE_ABI_VERSION, "the library and the header differ");
  CHECK(strlen(actionable_version()) >= 5 && strlen(actionable_build_info()) >= 5, "%s, %s", actionable_version(), actionable_build_info());
  for (int i = -1; i <= ACTIONABLE_INTERNAL + 1; ++i) {
    const char *text = actionable_status_text(i);
    CHECK(text != NULL && *text != '\0', "status %d", i);
    for (int k = 0; k < i && i <= ACTIONABLE_INTERNAL; ++k) CHECK(strcmp(text, actionable_status_text(k)) != 0, "%d and %d are both %s", i, k, text);
  }
  CHECK(strcmp(actionable_action_name(0), "x") == 0 && strcmp(actionable_action_name(6), "terminate") == 0, "names");
  CHECK(strcmp(actionable_action_name(-1), "") == 0 && strcmp(actionable_action_name(7), "") == 0, "names outside");
  CHECK(*actionable_action_unit(0) != '\0' && strcmp(actionable_action_unit(-1), "") == 0 && strcmp(actionable_action_unit(7), "") == 0, "units");
}

static void check_null(actionable_policy *policy, const uint8_t *image, size_t bytes) {
  actionable_observation seen = {image, bytes, {0, 0.1f}, 0};
  actionable_decision decision;
  actionable_description description;
  actionable_counters counters;
  int64_t ns;
  float q, action[ACTIONABLE_ACTION] = {0};
  const actionable_status refused = ACTIONABLE_INVALID_ARGUMENT;
  actionable_close(NULL);
  CHECK(actionable_describe(NULL, &description) == refused && actionable_describe(policy, NULL) == refused, "describe");
  CHECK(actionable_set_goal(NULL, image, bytes) == refused && actionable_set_goal(policy, NULL, bytes) == refused, "set_goal");
  CHECK(actionable_act(NULL, &seen, &decision) == refused && actionable_act(policy, NULL, &decision) == refused, "act");
  CHECK(actionable_act(policy, &seen, NULL) == refused, "act");
  CHECK(actionable_evaluate(NULL, &seen, action, 1, &q) == refused && actionable_evaluate(policy, NULL, action, 1, &q) == refused, "evaluate");
  CHECK(actionable_evaluate(policy, &seen, NULL, 1, &q) == refused && actionable_evaluate(policy, &seen, action, 1, NULL) == refused, "evaluate");
  CHECK(actionable_newest(NULL, &decision) == refused && actionable_newest(policy, NULL) == refused, "newest");
  CHECK(actionable_counters_read(NULL, &counters) == refused && actionable_counters_read(policy, NULL) == refused, "counters_read");
  CHECK(actionable_latency(NULL, 0.5, &ns) == refused && actionable_latency(policy, 0.5, NULL) == refused, "latency");
  CHECK(actionable_latency(policy, -0.1, &ns) == refused && actionable_latency(policy, 1.1, &ns) == refused, "latency");
  CHECK(actionable_latency(policy, (double)NAN, &ns) == refused, "latency");
  CHECK(actionable_reset(NULL) == refused, "reset");
  CHECK(actionable_swap(NULL, "", message, sizeof message) == refused && actionable_swap(policy, NULL, message, sizeof message) == refused, "swap");
  CHECK(actionable_swap_memory(NULL, "", 1, NULL, 0) == refused && actionable_swap_memory(policy, NULL, 1, NULL, 0) == refused, "swap_memory");
  CHECK(actionable_message(NULL, message, sizeof message) == refused && actionable_message(policy, NULL, 5) == refused, "message");
  expect(actionable_prepare_thread(1 << 20, 0, message, sizeof message), refused, "core");
  expect(actionable_prepare_thread(-1, 100, message, sizeof message), refused, "priority");
}

/* Decides once; what is refused or held must say so in the decision, in a counter and in a text, and be the hold action. */
static void expect_act(actionable_policy *policy, actionable_observation seen, actionable_status status, uint32_t flag, size_t counter, const char *text) {
  actionable_decision decision, newest;
  actionable_counters before, after;
  memset(&decision, 0xAA, sizeof decision);
  actionable_counters_read(policy, &before);
  CHECK(actionable_act(policy, &seen, &decision) == status, "status %d, not %d", (int)decision.status, (int)status);
  actionable_counters_read(policy, &after);
  CHECK(decision.status == status && (decision.interventions & flag) == flag, "status %d, interventions %x", (int)decision.status, (unsigned)decision.interventions);
  CHECK((&after.decisions)[counter] == (&before.decisions)[counter] + (flag != 0), "counter %zu, flag %x", counter, (unsigned)flag);
  if (status == ACTIONABLE_OK) return;
  const float hold[ACTIONABLE_ACTION] = {0};
  CHECK(memcmp(decision.action, hold, sizeof hold) == 0 && decision.q == -1, "%s: not the hold action", text);
  CHECK(after.held == before.held + 1, "%s: held was not counted", text);
  CHECK(actionable_newest(policy, &newest) != ACTIONABLE_OK && memcmp(newest.action, hold, sizeof hold) == 0, "%s: newest is not held", text);
  expect(actionable_message(policy, message, sizeof message), ACTIONABLE_OK, text);
}

#define COUNTER(name) (offsetof(actionable_counters, name) / sizeof(uint64_t))

static void check_observations(actionable_policy *policy, uint8_t *image, size_t bytes) {
  const actionable_status held = ACTIONABLE_HELD;
  actionable_observation good = {image, bytes, {0, 0.1f}, 0}, seen = good;
  expect_act(policy, seen, ACTIONABLE_NO_GOAL, ACTIONABLE_FAULT, COUNTER(fault), "goal");
  float q, action[ACTIONABLE_ACTION] = {0};
  CHECK(actionable_evaluate(policy, &seen, action, 1, &q) == ACTIONABLE_NO_GOAL, "evaluate without a goal");
  CHECK(actionable_set_goal(policy, image, bytes - 1) == ACTIONABLE_INVALID_ARGUMENT, "a short goal");
  expect(actionable_message(policy, message, sizeof message), ACTIONABLE_OK, "32");
  expect_act(policy, seen, ACTIONABLE_NO_GOAL, ACTIONABLE_FAULT, COUNTER(fault), "goal");
  CHECK(actionable_set_goal(policy, image, bytes) == ACTIONABLE_OK, "the goal");
  expect_act(policy, seen, ACTIONABLE_OK, ACTIONABLE_UNSTAMPED, COUNTER(unstamped), "");

  seen.image_bytes = bytes + 1;
  expect_act(policy, seen, held, ACTIONABLE_WRONG_SIZE, COUNTER(wrong_size), "");
  seen = good;
  seen.image = NULL;
  expect_act(policy, seen, held, ACTIONABLE_WRONG_SIZE, COUNTER(wrong_size), "");
  seen = good;
  seen.state[1] = (float)NAN;
  expect_act(policy, seen, held, ACTIONABLE_NON_FINITE_INPUT, COUNTER(non_finite_input), "");
  seen.state[1] = (float)INFINITY;
  expect_act(policy, seen, held, ACTIONABLE_NON_FINITE_INPUT, COUNTER(non_finite_input), "");
  seen.state[1] = 4;
  expect_act(policy, seen, held, ACTIONABLE_STATE_RANGE, COUNTER(state_range), "");
  seen = good;
  uint8_t *blank = (uint8_t *)calloc(1, bytes);
  seen.image = blank;
  expect_act(policy, seen, held, ACTIONABLE_BLANK_IMAGE, COUNTER(blank_image), "");
  seen = good;
  seen.captured_ns = actionable_now_ns() - 600000000;
  expect_act(policy, seen, held, ACTIONABLE_STALE_IMAGE, COUNTER(stale_image), "");
  seen.captured_ns = actionable_now_ns() + 600000000;
  expect_act(policy, seen, held, ACTIONABLE_STALE_IMAGE, COUNTER(stale_image), "");
  seen.captured_ns = actionable_now_ns();
  expect_act(policy, seen, ACTIONABLE_OK, 0, COUNTER(stale_image), "");
  expect_act(policy, seen, held, ACTIONABLE_STALE_IMAGE, COUNTER(stale_image), "");

  seen.captured_ns = actionable_now_ns();
  action[0] = (float)NAN;
  CHECK(actionable_evaluate(policy, &seen, action, 1, &q) == ACTIONABLE_INVALID_ARGUMENT, "evaluate an action that is not finite");
  action[0] = 99;
  CHECK(actionable_evaluate(policy, &seen, action, 1, &q) == ACTIONABLE_OK && q >= 0 && q <= 1, "evaluate outside the bounds: Q %f", (double)q);
  q = 7;
  CHECK(actionable_evaluate(policy, &seen, action, 0, &q) == ACTIONABLE_OK && q == 7, "evaluate no action: Q %f", (double)q);
  seen.image_bytes = 5;
  CHECK(actionable_evaluate(policy, &seen, action, 1, &q) == ACTIONABLE_INVALID_ARGUMENT, "evaluate a short image");
  free(blank);
}

static atomic_int racing;
static atomic_ulong busy;

static void *race(void *given) {
  actionable_policy *policy = (actionable_policy *)given;
  actionable_description model;
  actionable_describe(policy, &model);
  size_t bytes = (size_t)model.camera_height * (size_t)model.camera_width * 3;
  uint8_t *image = (uint8_t *)malloc(bytes);
  draw_image(image, bytes, 7);
  while (racing) {
    actionable_status status = actionable_set_goal(policy, image, bytes);
    CHECK(status == ACTIONABLE_OK || status == ACTIONABLE_BUSY, "set_goal beside act: status %d", (int)status);
    busy += status == ACTIONABLE_BUSY;
  }
  free(image);
  return NULL;
}

/* A second thread inside a handle is turned away at once, or served; nothing else happens. */
static void check_busy(actionable_policy *policy, const uint8_t *image, size_t bytes) {
  pthread_t thread;
  uint64_t turned_away = 0;
  racing = 1;
  pthread_create(&thread, NULL, race, policy);
  for (int n = 0; n < 100000 && (n < 10 || turned_away + busy == 0); ++n) {
    actionable_observation seen = {image, bytes, {0, 0.1f}, 0};
    actionable_decision decision;
    actionable_status status = actionable_act(policy, &seen, &decision);
    CHECK(status == ACTIONABLE_OK || status == ACTIONABLE_BUSY, "act beside set_goal: status %d", (int)status);
    if (status == ACTIONABLE_BUSY) {
      const float hold[ACTIONABLE_ACTION] = {0};
      CHECK(memcmp(decision.action, hold, sizeof hold) == 0, "a busy handle did not give the hold action");
      ++turned_away;
    }
  }
  racing = 0;
  pthread_join(thread, NULL);
  CHECK(turned_away + busy > 0, "two threads never met in one handle");
}

static uint64_t logged;

static void count_log(void *data, int32_t level, const char *text) {
  CHECK(data == &logged && level >= ACTIONABLE_LOG_INFO && level <= ACTIONABLE_LOG_ERROR && *text != '\0', "level %d: %s", (int)level, text);
  ++logged;
}

int main(int count, char **arguments) {
  if (count != 4) return fprintf(stderr, "usage: %s MODEL CLONED FOLDER\n", arguments[0]), 2;
  check_words();
  check_files(arguments[3]);
  check_options(arguments[1]);

  actionable_policy *policy;
  actionable_options options = defaults();
  options.log = count_log;
  options.log_data = &logged;
  options.deadline_ms = 60000;
  options.flags = ACTIONABLE_WITHOUT_RATE_LIMIT;
  CHECK(actionable_open(arguments[1], &options, &policy, message, sizeof message) == ACTIONABLE_OK, "%s", message);
  if (failures > 0) return finish("");
  actionable_description model;
  CHECK(actionable_describe(policy, &model) == ACTIONABLE_OK && model.camera_height == 32 && model.has_q == 1, "describe");
  size_t bytes = (size_t)model.camera_height * (size_t)model.camera_width * 3;
  uint8_t *image = (uint8_t *)malloc(bytes);
  draw_image(image, bytes, 1);
  actionable_decision decision;
  actionable_counters counters;
  CHECK(actionable_newest(policy, &decision) == ACTIONABLE_HELD && decision.interventions == ACTIONABLE_WATCHDOG, "newest before any decision");
  CHECK(actionable_counters_read(policy, &counters) == ACTIONABLE_OK && counters.watchdog == 1 && counters.decisions == 0, "counters before any decision");
  check_null(policy, image, bytes);
  check_observations(policy, image, bytes);
  check_busy(policy, image, bytes);
  actionable_close(policy);
  CHECK(logged > 0, "nothing was logged");

  uint8_t *goal;
  policy = open_plain(arguments[2], 0, &goal, &bytes);
  CHECK(actionable_describe(policy, &model) == ACTIONABLE_OK && model.has_q == 0, "a cloned policy with a Q");
  actionable_observation seen = {goal, bytes, {0, 0.1f}, 0};
  float q = 0, action[ACTIONABLE_ACTION] = {0};
  CHECK(actionable_act(policy, &seen, &decision) == ACTIONABLE_OK && decision.q == -1, "a cloned decision");
  CHECK(actionable_evaluate(policy, &seen, action, 1, &q) == ACTIONABLE_UNSUPPORTED, "evaluate without a Q");
  expect(actionable_message(policy, message, sizeof message), ACTIONABLE_OK, "Q");
  actionable_close(policy);
  free(goal);
  free(image);
  return finish("errors: every refusal has its status and text, every hold its flag and counter");
}
