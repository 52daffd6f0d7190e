/*
 * actionable.h: a trained goal-reaching policy inside a robot controller.
 *
 *   #include "actionable.h"          gcc loop.c -L. -lactionable
 *
 * One library file, one model file, nothing else installed. The loop: open a model once, set the goal image, then for each camera image
 * ask for the action whose Q, the probability of reaching the goal image, is highest.
 *
 *   actionable_options options;
 *   actionable_options_default(&options, sizeof options);
 *   char message[512];
 *   actionable_policy *policy;
 *   if (actionable_open("policy.safetensors", &options, &policy, message, sizeof message) != ACTIONABLE_OK) { puts(message); return 1; }
 *   actionable_set_goal(policy, goal, goal_bytes);
 *   for (;;) {
 *     // frame.captured_ns: when the camera's driver took it, not when this runs; only so can an old image be told from a new one.
 *     actionable_observation seen = { frame.pixels, frame.bytes, { gripper_closed, height }, frame.captured_ns };
 *     actionable_decision decision;
 *     actionable_act(policy, &seen, &decision);      // decision.action is safe to send whatever this returns
 *   }
 *
 * RULES
 * - Memory: every buffer is the caller's, and is not kept after the call. Handles come from open and go with close.
 * - Threads: a handle has one policy thread at a time, the one inside set_goal, act, evaluate or reset; a second one gets ACTIONABLE_BUSY at once.
 *   newest, counters_read, latency, describe and swap may be called from any thread at any time; newest, counters_read and latency never
 *   wait, never allocate and never enter the managed runtime: they are for the control thread. message is for the policy thread. Handles
 *   do not share state.
 * - Errors: a status of every call; a text where one helps: open, swap and prepare_thread write it into their buffer, and actionable_message has
 *   that of the policy thread's calls. No exception leaves the library, and nothing is printed.
 * - Time: nanoseconds of CLOCK_MONOTONIC.
 * - Safety: limits are on unless a flag switches them off. Each intervention is flagged in its decision and counted.
 */
#ifndef ACTIONABLE_H
#define ACTIONABLE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define ACTIONABLE_API __attribute__((visibility("default")))
#else
#define ACTIONABLE_API
#endif

/* Changes with any exported name, signature or struct layout. Compare it with actionable_abi_version() when the library is loaded at run time. */
#define ACTIONABLE_ABI_VERSION 1

/* Numbers of an action: displacement x, y, z (metres), azimuth change (radians), close gripper, open gripper, terminate (0 or 1). */
#define ACTIONABLE_ACTION 7
/* Numbers of the robot's state that goes with each image: gripper closed (0 or 1), height above the table (metres). */
#define ACTIONABLE_STATE 2

typedef struct actionable_policy actionable_policy;

typedef int32_t actionable_status;
enum {
  ACTIONABLE_OK = 0,               /* done */
  ACTIONABLE_HELD = 1,             /* act: the hold action was given; decision.interventions says why */
  ACTIONABLE_INVALID_ARGUMENT = 2, /* a null pointer, a wrong size, an option out of range */
  ACTIONABLE_FILE = 3,             /* the model file cannot be read */
  ACTIONABLE_BAD_MODEL = 4,        /* damaged, not a model, or (swap) not of this loop's camera and actions */
  ACTIONABLE_DEVICE = 5,           /* no such device, or it failed; or the system refuses a core or a priority */
  ACTIONABLE_OUT_OF_MEMORY = 6,
  ACTIONABLE_NO_GOAL = 7,          /* act or evaluate before set_goal */
  ACTIONABLE_BUSY = 8,             /* another thread is inside this handle */
  ACTIONABLE_UNSUPPORTED = 9,      /* evaluate on a cloned policy, which has no Q */
  ACTIONABLE_INTERNAL = 10         /* a defect of this library; the message helps its authors */
};

/* Why an action is not the policy's own choice, or what was noticed about it: bits of decision.interventions. */
enum {
  ACTIONABLE_NON_FINITE_INPUT = 1 << 0,  /* hold: a number of the state is not finite */
  ACTIONABLE_NON_FINITE_OUTPUT = 1 << 1, /* hold: the network gave a number that is not finite */
  ACTIONABLE_WRONG_SIZE = 1 << 2,        /* hold: the image has another size than the camera of the model */
  ACTIONABLE_BLANK_IMAGE = 1 << 3,       /* hold: every pixel is the same: covered lens, dead camera */
  ACTIONABLE_STALE_IMAGE = 1 << 4,       /* hold: older than max_image_age_ms, from the future, or not newer than the last one */
  ACTIONABLE_STATE_RANGE = 1 << 5,       /* hold: the state is outside state_low to state_high */
  ACTIONABLE_LATE = 1 << 6,              /* hold: the decision took longer than deadline_ms */
  ACTIONABLE_WATCHDOG = 1 << 7,          /* hold: newest found no decision younger than deadline_ms */
  ACTIONABLE_FAULT = 1 << 8,             /* hold: the device failed, or no goal was set */
  ACTIONABLE_BOXED = 1 << 9,             /* a number was cut to the box */
  ACTIONABLE_RATE_LIMITED = 1 << 10,     /* a number was cut to the largest change from the action before */
  ACTIONABLE_BUDGET_SPENT = 1 << 11,     /* CEM stopped early: decision.samples says after how many samples */
  ACTIONABLE_UNSTAMPED = 1 << 12         /* the image had no time stamp: its age was not checked */
};

/* Switches off what is on by default: bits of options.flags. What is not finite is never given out, whatever the flags. */
enum {
  ACTIONABLE_WITHOUT_BOX = 1 << 0,         /* low and high; the model's own bounds still cut, which is flagged and counted as boxed */
  ACTIONABLE_WITHOUT_RATE_LIMIT = 1 << 1,
  ACTIONABLE_WITHOUT_IMAGE_CHECK = 1 << 2, /* blank images */
  ACTIONABLE_WITHOUT_AGE_CHECK = 1 << 3,   /* stale images */
  ACTIONABLE_WITHOUT_STATE_CHECK = 1 << 4,
  ACTIONABLE_WITHOUT_DEADLINE = 1 << 5,    /* late decisions, and the watchdog of newest */
  ACTIONABLE_WITHOUT_MEMORY_LOCK = 1 << 6  /* locking is tried, and its failure (RLIMIT_MEMLOCK) only logged */
};

enum { ACTIONABLE_LOG_INFO = 0, ACTIONABLE_LOG_WARNING = 1, ACTIONABLE_LOG_ERROR = 2 };

/* Called on the thread that called the library; never from newest, counters or latency. The text is UTF-8, valid during the call. */
typedef void (*actionable_log)(void *data, int32_t level, const char *text);

/* Fill in with actionable_options_default, then change. */
typedef struct actionable_options {
  uint32_t size;            /* sizeof(actionable_options), set by actionable_options_default */
  uint32_t flags;           /* ACTIONABLE_WITHOUT_… */
  const char *device;       /* "cpu" (also NULL), "opencl", "cuda", "auto"; opencl:1 and cuda:1 are the second of theirs */
  const char *precision;    /* cuda: "bf16" (also NULL), "tf32", "fp32" */
  int32_t threads;          /* cpu: threads that compute, the caller's included; default 1; 0: one for each core */
  int32_t core;             /* core of the first helper thread, the next ones follow; -1 (default): any of the process, not the opening thread's alone */
  int32_t priority;         /* SCHED_FIFO priority 1 to 99 of helper threads; 0 (default): the usual scheduling, whatever the opening thread has */
  int32_t cem_iterations;   /* default 2; times cem_samples at most 65536 */
  int32_t cem_samples;      /* of each iteration; default 64 */
  int32_t cem_elites;       /* default 6 */
  uint64_t seed;            /* decision n of a seed draws the same random numbers on every machine; default 0 */
  double budget_ms;         /* CEM stops after the samples that fit into this time; at least one part of an iteration runs. 0 (default): none */
  double deadline_ms;       /* a decision that took longer, or is older, is replaced by the hold action. Default 500 */
  double max_image_age_ms;  /* default 500 */
  float hold[ACTIONABLE_ACTION];      /* default: all 0: stay, leave the gripper as it is, do not terminate */
  float low[ACTIONABLE_ACTION];       /* the box; NaN (default): the model's own bounds. Never wider than those */
  float high[ACTIONABLE_ACTION];
  float rate[ACTIONABLE_ACTION];      /* largest change from one action to the next; NaN (default): half of the box's width, discrete numbers free */
  float state_low[ACTIONABLE_STATE];  /* default 0 and -1 */
  float state_high[ACTIONABLE_STATE]; /* default 1 and 3 */
  actionable_log log;       /* NULL (default): no log */
  void *log_data;
} actionable_options;

typedef struct actionable_description {
  char network[64];          /* name of the network's specification */
  char method[64];           /* method it was trained by */
  char device[128];          /* what it computes on */
  int64_t training_step;
  int64_t parameters;
  int64_t memory_bytes;      /* of weights and activations */
  int64_t locked_bytes;      /* of them, locked in memory */
  int32_t camera_height;     /* pixels; an image is height · width · 3 bytes, rows from the top, RGB */
  int32_t camera_width;
  int32_t has_q;             /* 0: a cloned policy, which has no Q */
  int32_t cem_iterations;
  int32_t cem_samples;
  int32_t cem_elites;
  float low[ACTIONABLE_ACTION];  /* the box in force */
  float high[ACTIONABLE_ACTION];
  float rate[ACTIONABLE_ACTION]; /* infinite where there is no limit */
  float hold[ACTIONABLE_ACTION];
  double budget_ms;
  double deadline_ms;        /* infinite where there is none */
  double max_image_age_ms;
  double warm_up_ms;         /* time of a decision at the end of warming up */
} actionable_description;

typedef struct actionable_observation {
  const uint8_t *image;      /* camera_height · camera_width · 3 bytes */
  size_t image_bytes;
  float state[ACTIONABLE_STATE];
  int64_t captured_ns;       /* when the image was taken; 0: not known, and its age is not checked */
} actionable_observation;

typedef struct actionable_decision {
  float action[ACTIONABLE_ACTION]; /* always finite and inside the box, after any call */
  float q;                   /* probability of reaching the goal image; -1 where there is none: hold actions, cloned policies */
  uint64_t index;            /* number of this decision since open or reset */
  int64_t captured_ns;       /* of its image */
  int64_t started_ns;
  int64_t finished_ns;
  uint32_t interventions;    /* ACTIONABLE_… bits */
  int32_t samples;           /* actions that CEM evaluated */
  uint32_t model;            /* 0: the model of open; one more with each swap */
  actionable_status status;  /* what act returned */
} actionable_decision;

/* Since open. Each decision counts once under decisions, and once under each of its interventions. */
typedef struct actionable_counters {
  uint64_t decisions;        /* calls of act that reached a decision, hold included */
  uint64_t held;             /* of them, those that gave the hold action */
  uint64_t non_finite_input;
  uint64_t non_finite_output;
  uint64_t wrong_size;       /* of images in act (null ones too), evaluate and set_goal */
  uint64_t blank_image;
  uint64_t stale_image;
  uint64_t state_range;
  uint64_t late;
  uint64_t watchdog;         /* calls of newest */
  uint64_t fault;
  uint64_t boxed;
  uint64_t rate_limited;
  uint64_t budget_spent;
  uint64_t unstamped;
  uint64_t swaps;            /* models swapped in */
  uint64_t rejected_swaps;   /* files refused, the old model going on */
  int64_t last_ns;           /* time of the last decision */
  int64_t longest_ns;
  int64_t total_ns;
} actionable_counters;

/* ACTIONABLE_ABI_VERSION of the library. */
ACTIONABLE_API uint32_t actionable_abi_version(void);
/* Its version, such as "0.1.0". */
ACTIONABLE_API const char *actionable_version(void);
/* Commit, compiler and the instruction set in use, in one line. */
ACTIONABLE_API const char *actionable_build_info(void);
/* A status in words. */
ACTIONABLE_API const char *actionable_status_text(actionable_status status);
/* Name and unit of a number of an action; "" outside 0 to ACTIONABLE_ACTION - 1. */
ACTIONABLE_API const char *actionable_action_name(int32_t index);
ACTIONABLE_API const char *actionable_action_unit(int32_t index);
/* The clock of all time stamps: CLOCK_MONOTONIC. */
ACTIONABLE_API int64_t actionable_now_ns(void);

/* Fills in the defaults; size is sizeof(actionable_options) of the caller's header. */
ACTIONABLE_API actionable_status actionable_options_default(actionable_options *options, size_t size);

/*
 * Opens a model: reads and checks it, allocates, warms up and locks the memory. options may be NULL. On an error *policy is NULL and message (which may be
 * NULL) holds one line: what was wrong, where, what to do.
 */
ACTIONABLE_API actionable_status actionable_open(const char *path, const actionable_options *options, actionable_policy **policy,
                                                 char *message, size_t capacity);
/* The same from the bytes of a model file. */
ACTIONABLE_API actionable_status actionable_open_memory(const void *bytes, size_t count, const actionable_options *options,
                                                        actionable_policy **policy, char *message, size_t capacity);
/* Frees a handle; NULL is fine. No other call may be inside it or come after. */
ACTIONABLE_API void actionable_close(actionable_policy *policy);

ACTIONABLE_API actionable_status actionable_describe(const actionable_policy *policy, actionable_description *description);

/* The goal image of all decisions from here on; it is copied. A wrong size leaves the old goal. */
ACTIONABLE_API actionable_status actionable_set_goal(actionable_policy *policy, const uint8_t *image, size_t image_bytes);

/*
 * Chooses an action. ACTIONABLE_OK: the policy's, within the limits; ACTIONABLE_HELD: the hold action, also where the image is null or of another size;
 * else an error, with the hold action in decision->action all the same (all 0 where policy is none). Allocates nothing. Each call with a
 * decision of its own, ACTIONABLE_NO_GOAL included, is also what newest gives from then on; ACTIONABLE_BUSY and ACTIONABLE_INVALID_ARGUMENT (a null
 * policy or observation) are not, and count nowhere. A device that fails holds with ACTIONABLE_FAULT, and is logged when it begins to. The largest
 * change is from the hold action where newest has given that since the decision before.
 */
ACTIONABLE_API actionable_status actionable_act(actionable_policy *policy, const actionable_observation *observation,
                                                actionable_decision *decision);

/*
 * Q of given actions (count rows of ACTIONABLE_ACTION finite numbers, inside the model's bounds or not) on one image; the tower runs once. Draws
 * nothing, limits nothing. On an error q is -1 throughout; ACTIONABLE_BAD_MODEL: the network gave a number that is not finite. Where count is 0 actions
 * and q may be null.
 */
ACTIONABLE_API actionable_status actionable_evaluate(actionable_policy *policy, const actionable_observation *observation,
                                                     const float *actions, size_t count, float *q);

/*
 * For the control thread: the newest decision, without waiting, and its status is returned: ACTIONABLE_OK, ACTIONABLE_HELD or ACTIONABLE_NO_GOAL. If
 * there is none yet, or it is older than deadline_ms, the hold action, flagged and counted as ACTIONABLE_WATCHDOG, and ACTIONABLE_HELD is returned.
 */
ACTIONABLE_API actionable_status actionable_newest(const actionable_policy *policy, actionable_decision *decision);
/* Interventions and times so far, without waiting. */
ACTIONABLE_API actionable_status actionable_counters_read(const actionable_policy *policy, actionable_counters *counters);
/* The time that a share of all decisions so far took at most (0.5: the median, 0.99, …; 1: the longest), to 1 %; without waiting. */
ACTIONABLE_API actionable_status actionable_latency(const actionable_policy *policy, double share, int64_t *ns);

/* Starts anew: the next decision has index 0 and no action before it to be limited by. Counters, goal and model stay. */
ACTIONABLE_API actionable_status actionable_reset(actionable_policy *policy);

/*
 * Replaces the model while the loop runs: the new one is read, checked, warmed up and given the goal on the calling thread, then takes over between two
 * decisions; none is missed. On an error the old model goes on: ACTIONABLE_BAD_MODEL also where the new one has another camera or other bounds, or
 * is a cloned policy and the old one has Q. Only the policy thread may feel a swap, where the runtime collects its garbage for about a millisecond
 * (README of the library): newest, counters_read and latency never do.
 */
ACTIONABLE_API actionable_status actionable_swap(actionable_policy *policy, const char *path, char *message, size_t capacity);
ACTIONABLE_API actionable_status actionable_swap_memory(actionable_policy *policy, const void *bytes, size_t count, char *message,
                                                        size_t capacity);

/*
 * Copies the text of the last error of set_goal, act or evaluate; "" if there was none. Decisions that are held have one with ACTIONABLE_FAULT,
 * ACTIONABLE_NON_FINITE_OUTPUT and ACTIONABLE_WRONG_SIZE. ACTIONABLE_BUSY, null pointers and handles that are not open leave it as it was.
 */
ACTIONABLE_API actionable_status actionable_message(const actionable_policy *policy, char *message, size_t capacity);

/*
 * Prepares the calling thread for real time: keeps it on a core (-1: leaves that), gives it a SCHED_FIFO priority (0: leaves that; needs the right to),
 * touches and locks its stack, and attaches it to the library, so that its first act is like all others. All of these are tried; the status and
 * the text are of the first that failed: ACTIONABLE_INVALID_ARGUMENT out of range, ACTIONABLE_DEVICE a core or priority that the process may not have,
 * ACTIONABLE_OUT_OF_MEMORY a stack that cannot be locked. The thread that opens a handle passes on neither core nor priority to its helpers.
 */
ACTIONABLE_API actionable_status actionable_prepare_thread(int32_t core, int32_t priority, char *message, size_t capacity);

#ifdef __cplusplus
}
#endif
#endif
