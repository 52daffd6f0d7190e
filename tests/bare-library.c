/* What tests/bare-library runs beside the library and a model, in a root directory that holds glibc alone. Arguments: model, device; then "refused", where
   opening must fail for want of address space. Ends with 0 where everything is as it should be. */
#include "actionable.h"

#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define REQUIRE(condition) \
  do { \
    if (!(condition)) { \
      printf("bare-library.c:%d: not %s; %s\n", __LINE__, #condition, message); \
      return 1; \
    } \
  } while (0)

static sigjmp_buf back;

static void host_handler(int signal) {
  (void)signal;
  siglongjmp(back, 1);
}

/* A line of /proc/self/status, as a number; -1 where there is none. */
static long status_of(const char *name) {
  char line[256];
  long value = -1;
  FILE *file = fopen("/proc/self/status", "r");
  while (file && fgets(line, sizeof line, file))
    if (strncmp(line, name, strlen(name)) == 0) value = strtol(line + strlen(name) + 1, NULL, 10);
  if (file) fclose(file);
  return value;
}

int main(int count, char **arguments) {
  char message[512] = "";
  actionable_options options;
  actionable_policy *policy;
  actionable_description model;
  actionable_decision decision, again, newest;
  if (count < 3) return 2;
  const int refused = count > 3, cpu = strcmp(arguments[2], "cpu") == 0;
  struct sigaction handler = {.sa_handler = host_handler};
  sigaction(SIGSEGV, &handler, NULL);
  puts(actionable_build_info());
  REQUIRE(actionable_abi_version() == ACTIONABLE_ABI_VERSION);
  REQUIRE(actionable_options_default(&options, sizeof options) == ACTIONABLE_OK);
  options.device = arguments[2];
  if (!cpu) options.precision = "fp32";
  options.deadline_ms = 60000;
  actionable_status opened = actionable_open(arguments[1], &options, &policy, message, sizeof message);
  if (refused) {
    REQUIRE(opened == ACTIONABLE_OUT_OF_MEMORY && strstr(message, "ulimit -v"));
    return 0;
  }
  REQUIRE(opened == ACTIONABLE_OK);
  REQUIRE(actionable_describe(policy, &model) == ACTIONABLE_OK);
  const size_t bytes = (size_t)model.camera_height * (size_t)model.camera_width * 3;
  unsigned char *image = malloc(bytes), *goal = malloc(bytes);
  for (size_t i = 0; i < bytes; i++) image[i] = (unsigned char)(i * 7), goal[i] = (unsigned char)(i * 13 + 5);
  REQUIRE(actionable_set_goal(policy, goal, bytes) == ACTIONABLE_OK);
  actionable_observation seen = {image, bytes, {0, 0.2f}, 0};
  for (int i = 0; i < (cpu ? 1000 : 2); i++) REQUIRE(actionable_act(policy, &seen, &decision) == ACTIONABLE_OK);
  REQUIRE(actionable_newest(policy, &newest) == ACTIONABLE_OK && memcmp(&newest, &decision, sizeof newest) == 0);
  REQUIRE(actionable_reset(policy) == ACTIONABLE_OK);
  REQUIRE(actionable_act(policy, &seen, &again) == ACTIONABLE_OK && again.index == 0);

  /* The host's own handler still sees the host's own faults. */
  volatile char *nothing = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  int caught = sigsetjmp(back, 1);
  if (!caught) *nothing = 1;
  REQUIRE(caught == 1);

  long threads = status_of("Threads:"), peak = status_of("VmPeak:"), resident = status_of("VmRSS:");
  printf("%s: q %g, %ld threads, %ld KiB of address space at most, %ld KiB resident\n", model.device, (double)again.q, threads, peak, resident);
  if (cpu && threads >= 0) REQUIRE(threads == 2 && peak < 800 << 10 && resident < 64 << 10);
  actionable_close(policy);
  free(image);
  free(goal);
  return 0;
}
