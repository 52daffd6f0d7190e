#include "settings.h"
#include "../block.h"
#include "results.h"
#include "state.h"
#include <cstdlib>
#include <cstring>

namespace standin {

namespace {

long number(const char *variable, long otherwise)
{
    auto text = getenv(variable);
    return text && *text ? strtol(text, nullptr, 10) : otherwise;
}

}

Settings settings = {number("STANDIN_DEVICES", 1), number("STANDIN_VERSION", 12040), number("STANDIN_CAPABILITY", 90),
    number("STANDIN_MEMORY", 4l << 30), number("STANDIN_REJECT", 0), number("STANDIN_FAIL_LAUNCH", 0),
    number("STANDIN_FAIL_RESULT", CUDA_ERROR_ILLEGAL_ADDRESS)};

}

// Sets what the environment variable STANDIN_<NAME> sets, by its name in lower case, or "seed"; 0 where there is no such setting.
extern "C" __attribute__((visibility("default"))) int standinSet(const char *name, long value)
{
    using standin::settings;
    struct { const char *name; long *setting; } all[] = {{"devices", &settings.devices}, {"version", &settings.version},
        {"capability", &settings.capability}, {"memory", &settings.memory}, {"reject", &settings.reject},
        {"fail_launch", &settings.fail_launch}, {"fail_result", &settings.fail_result}};
    if (strcmp(name, "seed") == 0) return emulated::set_seed((uint64_t)value), 1;
    for (auto &s : all)
        if (strcmp(s.name, name) == 0) return *s.setting = value, 1;
    return 0;
}

// Counts since the library was loaded: "kernels" that ran, "copies" that were done, and what exists now: "blocks", "pinned", "modules", "streams",
// "events", "graphs", "executables"; -1 for another name.
extern "C" __attribute__((visibility("default"))) long standinGet(const char *name) { return standin::count(name); }
