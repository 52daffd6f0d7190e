/*
 * Models swapped under a running loop: good ones take over without a missed decision, bad ones leave the old model going on.
 * usage: swaps MODEL_A MODEL_B OTHER_CAMERA FOLDER MUTATIONS       FOLDER: for files that this writes
 */
#include <pthread.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

enum { IMAGES = 16, LOGGED = 1 << 18, MODELS = 1 << 16 };

typedef struct file {
  uint8_t *bytes;
  size_t count;
} file;

static actionable_policy *policy;
static actionable_description model;
static uint8_t *images;
static size_t image_bytes;
static actionable_decision decisions[LOGGED];
static uint64_t decided;
static atomic_int ended;
/* Of each model number: 0 for MODEL_A, 1 for MODEL_B, 2 for a damaged file that passed for a model. */
static uint8_t content[MODELS];
static uint32_t swapped;
static uint64_t rejected;

static file read_file(const char *path) {
  file read = {NULL, 0};
  FILE *stream = fopen(path, "rb");
  struct stat about;
  if (stream == NULL || fstat(fileno(stream), &about) != 0) {
    fprintf(stderr, "%s: cannot be read\n", path);
    exit(1);
  }
  read.count = (size_t)about.st_size;
  read.bytes = (uint8_t *)malloc(read.count);
  CHECK(fread(read.bytes, 1, read.count, stream) == read.count, "%s", path);
  fclose(stream);
  return read;
}

static void write_file(const char *path, const uint8_t *bytes, size_t count) {
  FILE *stream = fopen(path, "wb");
  CHECK(stream != NULL && fwrite(bytes, 1, count, stream) == count, "%s", path);
  if (stream != NULL) fclose(stream);
}

static void pause_ms(long ms) {
  struct timespec rest = {0, ms * 1000000};
  nanosleep(&rest, NULL);
}

static actionable_status act(actionable_policy *of, uint64_t n, actionable_decision *decision) {
  actionable_observation seen = {images + n % IMAGES * image_bytes, image_bytes, {0, 0.1f}, 0};
  return actionable_act(of, &seen, decision);
}

static void *decide(void *given) {
  (void)given;
  for (; !ended && decided < LOGGED; ++decided) {
    act(policy, decided, &decisions[decided]);
    pause_ms(1);
  }
  return NULL;
}

static void took_over(actionable_status status, const char *message, uint8_t what) {
  CHECK(status == ACTIONABLE_OK, "%s", message);
  content[++swapped] = what;
  pause_ms(3);
}

static void refused(actionable_status status, actionable_status expected, const char *message, const char *text) {
  CHECK(status == expected, "status %d, not %d: %s", (int)status, (int)expected, message);
  CHECK(strstr(message, text) != NULL, "'%s' is not in: %s", text, message);
  CHECK(strchr(message, '\n') == NULL, "more than a line: %s", message);
  ++rejected;
}

static void swap_bad_files(const char *folder, const file *a, const char *other_camera) {
  char path[512], message[512];
  snprintf(path, sizeof path, "%s/missing", folder);
  refused(actionable_swap(policy, path, message, sizeof message), ACTIONABLE_FILE, message, path);
  refused(actionable_swap(policy, folder, message, sizeof message), ACTIONABLE_FILE, message, folder);
  refused(actionable_swap(policy, other_camera, message, sizeof message), ACTIONABLE_BAD_MODEL, message, "camera");
  snprintf(path, sizeof path, "%s/bad", folder);
  const size_t cuts[] = {0, 1, 7, 8, 9, 100, a->count / 2, a->count - 1};
  for (size_t i = 0; i < sizeof cuts / sizeof *cuts; ++i) {
    write_file(path, a->bytes, cuts[i]);
    refused(actionable_swap(policy, path, message, sizeof message), ACTIONABLE_BAD_MODEL, message, path);
    if (cuts[i] > 0) refused(actionable_swap_memory(policy, a->bytes, cuts[i], message, sizeof message), ACTIONABLE_BAD_MODEL, message, "");
  }
  write_file(path, (const uint8_t *)"not a model\n", 12);
  refused(actionable_swap(policy, path, message, sizeof message), ACTIONABLE_BAD_MODEL, message, path);
}

/* Changes one to eight bytes, every other time among those that describe the rest. */
static void swap_mutation(const file *a, uint64_t number) {
  char message[512];
  uint8_t *bytes = (uint8_t *)malloc(a->count), where[64];
  memcpy(bytes, a->bytes, a->count);
  draw_image(where, sizeof where, number);
  size_t most = number % 2 == 0 ? a->count : 4096;
  for (size_t i = 0; i < 1 + where[60] % 8u; ++i) {
    uint64_t at;
    memcpy(&at, where + 7 * i, sizeof at);
    bytes[at % most] ^= (uint8_t)(1 + where[56 + i % 4] % 255);
  }
  actionable_status status = actionable_swap_memory(policy, bytes, a->count, message, sizeof message);
  if (status == ACTIONABLE_OK) {
    took_over(status, message, 2);
    took_over(actionable_swap_memory(policy, a->bytes, a->count, message, sizeof message), message, 0);
  } else {
    refused(status, ACTIONABLE_BAD_MODEL, message, "");
  }
  free(bytes);
}

/* Every decision is there, safe, and has the bits of the model that it names. */
static void check_decisions(const char *a, const char *b) {
  uint8_t *goal;
  size_t bytes;
  actionable_policy *alone[2] = {open_plain(a, 0, &goal, &bytes), NULL};
  free(goal);
  alone[1] = open_plain(b, 0, &goal, &bytes);
  free(goal);
  for (uint64_t n = 0; n < decided; ++n) {
    const actionable_decision *got = &decisions[n];
    CHECK(got->index == n, "decision %" PRIu64 " came as %" PRIu64, n, got->index);
    CHECK(is_safe(got, &model), "decision %" PRIu64 " is not safe", n);
    CHECK(got->model <= swapped && (n == 0 || got->model >= decisions[n - 1].model), "decision %" PRIu64 " of model %u", n, (unsigned)got->model);
    for (int i = 0; i < 2; ++i) {
      actionable_decision expected;
      act(alone[i], n, &expected);
      if (got->model > swapped || content[got->model] != i) continue;
      CHECK(got->status == ACTIONABLE_OK, "decision %" PRIu64 ": status %d", n, (int)got->status);
      CHECK(memcmp(got->action, expected.action, sizeof got->action) == 0 && memcmp(&got->q, &expected.q, sizeof got->q) == 0,
            "decision %" PRIu64 " is not that of model %u", n, (unsigned)got->model);
    }
  }
  actionable_close(alone[0]);
  actionable_close(alone[1]);
}

int main(int count, char **arguments) {
  if (count != 6) return fprintf(stderr, "usage: %s MODEL_A MODEL_B OTHER_CAMERA FOLDER MUTATIONS\n", arguments[0]), 2;
  const char *a_path = arguments[1], *b_path = arguments[2], *folder = arguments[4];
  file a = read_file(a_path), b = read_file(b_path);
  char live[512], message[512];
  snprintf(live, sizeof live, "%s/live", folder);
  write_file(live, a.bytes, a.count);
  uint8_t *goal;
  policy = open_plain(live, 0, &goal, &image_bytes);
  actionable_describe(policy, &model);
  images = (uint8_t *)malloc(IMAGES * image_bytes);
  for (uint64_t n = 0; n < IMAGES; ++n) draw_image(images + n * image_bytes, image_bytes, n);

  pthread_t thread;
  pthread_create(&thread, NULL, decide, NULL);
  pause_ms(20);
  CHECK(truncate(live, 0) == 0, "%s", live);
  pause_ms(20);
  CHECK(unlink(live) == 0, "%s", live);
  for (int round = 0; round < 4; ++round) {
    took_over(actionable_swap(policy, b_path, message, sizeof message), message, 1);
    swap_bad_files(folder, &b, arguments[3]);
    took_over(actionable_swap_memory(policy, a.bytes, a.count, message, sizeof message), message, 0);
    swap_bad_files(folder, &a, arguments[3]);
  }
  uint64_t mutations = strtoul(arguments[5], NULL, 10);
  for (uint64_t n = 0; n < mutations && swapped + 4 < MODELS; ++n) swap_mutation(&a, n);
  took_over(actionable_swap(policy, b_path, message, sizeof message), message, 1);
  pause_ms(20);
  ended = 1;
  pthread_join(thread, NULL);

  actionable_counters counters;
  actionable_counters_read(policy, &counters);
  CHECK(counters.swaps == swapped && counters.rejected_swaps == rejected, "%" PRIu64 " swaps and %" PRIu64 " refused; counted %" PRIu64 " and %" PRIu64,
        (uint64_t)swapped, rejected, counters.swaps, counters.rejected_swaps);
  CHECK(counters.decisions == decided, "%" PRIu64 " decisions of %" PRIu64, counters.decisions, decided);
  CHECK(decided > 0 && decisions[decided - 1].model == swapped, "the last model did not take over");
  check_decisions(a_path, b_path);
  actionable_close(policy);
  free(goal);
  free(images);
  free(a.bytes);
  free(b.bytes);
  char done[160];
  snprintf(done, sizeof done, "swaps: %" PRIu64 " decisions, none missed; %u models swapped in, %" PRIu64 " files refused; longest decision %.2f ms", decided,
           (unsigned)swapped, rejected, (double)counters.longest_ns / 1e6);
  return finish(done);
}
