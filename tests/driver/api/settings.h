// What the stand-in pretends to be and which faults it plays: from environment variables when it starts, or set by the test itself.
#ifndef SETTINGS_H
#define SETTINGS_H

namespace standin {

struct Settings {
    // STANDIN_DEVICES, STANDIN_VERSION (12040), STANDIN_CAPABILITY (80, 86, 90), STANDIN_MEMORY in bytes.
    long devices, version, capability, memory;
    // STANDIN_REJECT 1: no PTX is accepted. STANDIN_FAIL_LAUNCH n: the n-th kernel from now on fails with STANDIN_FAIL_RESULT.
    long reject, fail_launch, fail_result;
};

extern Settings settings;

}
#endif
