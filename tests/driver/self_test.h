// The few means of the self-test.
#ifndef SELF_TEST_H
#define SELF_TEST_H
#include <bit>
#include <cstdint>
#include <cstdio>
#include <stdexcept>
#include <string>

// Numbers in -1 … 1 from a fixed sequence.
struct Numbers {
    uint32_t state = 1;
    float next() { return (float)(int32_t)(state = state * 1664525 + 1013904223) / 2147483648.0f; }
};

inline float value(unsigned short bf16) { return std::bit_cast<float>((uint32_t)bf16 << 16); }

inline int checks, failures;

inline void expect(bool holds, const std::string &what)
{
    checks++;
    if (holds) return;
    if (failures++ < 20) printf("wrong: %s\n", what.c_str());
}

// The action throws an error whose message holds the part.
template <typename Action> void expect_failure(const std::string &part, Action action)
{
    std::string message = "no failure";
    try { action(); }
    catch (const std::runtime_error &e) { message = e.what(); }
    expect(message.find(part) != std::string::npos, "'" + part + "' is not in: " + message);
}

inline int report()
{
    printf("%d checks, %d wrong\n", checks, failures);
    return failures != 0;
}

#endif
