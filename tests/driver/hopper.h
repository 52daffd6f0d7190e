// What the tests of the sm_90a convolutions share: maps and the line of positions.
#ifndef HOPPER_H
#define HOPPER_H
#include "harness.h"
#include "kernels/nvidia/planes.h"
#include "self_test.h"
#include <algorithm>
#include <cmath>
#include <vector>

inline constexpr int channels = 64, shared_bytes = 232448;

struct Map
{
    int images, height, width;
    std::vector<float> values;
    Map(int images, int height, int width) : images(images), height(height), width(width), values((size_t)images * height * width * channels) {}
    float &at(int n, int i, int j, int c) { return values[(((size_t)n * height + i) * width + j) * channels + c]; }
};

inline float rounded(float x) { return value(emulated::to_bf16(x)); }

template <typename Values> void fill(Values &values, Numbers &numbers)
{
    for (auto &v : values) v = numbers.next();
}

// What HopperLine.cs says of a window of stride 1 with `margin` zeros before the map.
struct Positions
{
    int images, height, width, out_height, out_width, kernel, margin, rows, pitch, reach;
    long length;
    Positions(const Map &read, const Map &written, int kernel, int margin)
        : images(read.images), height(read.height), width(read.width), out_height(written.height), out_width(written.width), kernel(kernel),
          margin(margin), rows(height + margin), pitch(width + margin), reach(((kernel - 1) * (pitch + 1) + 7) / 8 * 8),
          length(((long)(images - 1) * rows + out_height - 1) * pitch + out_width)
    {
    }
};

inline void copy(const std::vector<float> &from, Array<float> &to)
{
    for (size_t i = 0; i < from.size(); i++) to[i] = from[i];
}

struct Layer64 { int images, height, width, kernel; bool same; };

inline void compare(const Array<float> &found, const std::vector<double> &wanted, double scale, const std::string &what)
{
    double worst = 0;
    size_t missing = 0;
    for (size_t i = 0; i < wanted.size(); i++)
    {
        if (std::isnan(found[i])) missing++;
        else worst = std::max(worst, std::fabs(found[i] - wanted[i]) / scale);
    }
    expect(missing == 0 && worst < 2e-6, what + ": " + std::to_string(missing) + " not written, largest error " + std::to_string(worst));
}

// Runs the checks; an error of the emulator is a failed one.
template <typename Checks> int run_checks(Checks checks)
{
    try { checks(); }
    catch (const std::runtime_error &e) { expect(false, e.what()); }
    return report();
}

#endif
