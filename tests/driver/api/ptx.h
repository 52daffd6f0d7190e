// What a driver reads from a PTX text before it compiles it: version, target, and of each entry its parameters and limits.
#ifndef STANDIN_PTX_H
#define STANDIN_PTX_H
#include <cstddef>
#include <string>
#include <vector>

namespace standin {

struct Entry {
    std::string name;
    std::vector<size_t> sizes;
    // Most threads of a block, 0 where the text does not say; bytes of shared arrays that its body names.
    int threads = 0;
    size_t shared = 0;
};

struct Ptx {
    // 10·major + minor: 80 is PTX 8.0.
    int version = 0;
    // 80 for sm_80, and whether it holds for that capability alone (sm_90a).
    int target = 0;
    bool exact = false;
    std::vector<Entry> entries;
};

// Throws std::runtime_error with a message like the driver's where the text is no PTX.
Ptx parse_ptx(const std::string &text);

}
#endif
