// The sm_90a convolution, its gradient of the input and the fused border table against plain loops over operands rounded to bf16.
#include "hopper.h"
#include "kernels/nvidia/conv_matrices.cu"
#include "kernels/nvidia/conv_wgmma.cu"

namespace {

struct BorderTable { const float *table, *bias; };

template <typename Kernel> void convolve(Kernel kernel, int size, const Positions &l, const Array<float> &x, int actions, BorderTable border,
    const Array<float> &w, const Array<float> *bias, Array<float> &y, bool relu, bool transposed, int pixel_slots, int weight_slots, int blocks)
{
    int tiles = (int)((l.length + 2 * size - 1) / (2 * size)), taps = l.kernel * l.kernel;
    Array<uint4> matrices(taps * 512);
    launch({2 * taps}, 256, 0, conv_matrices, w.data(), 0, matrices.data(), 0, taps, transposed);
    launch({std::min(tiles, blocks)}, THREADS, shared_bytes, kernel, x.data(), 0, border.table, 0, border.bias, 0,
        (const uchar *)matrices.data(), 0, bias ? bias->data() : nullptr, 0, y.data(), 0, l.images, actions, l.height, l.width, l.margin, l.rows, l.pitch, l.out_height, l.out_width, tiles,
        pixel_slots, weight_slots, relu);
}

// The sum over taps of Σ_c w(o, tap, c)·x, at every output; act and bias after it.
template <typename Weight> std::vector<double> reference(Map &x, const Map &y, int kernel, int margin, Weight weight, const float *bias, bool relu)
{
    std::vector<double> sums;
    std::vector<float> w((size_t)kernel * kernel * channels * channels), r(x.values.size());
    for (int u = 0; u < kernel; u++)
        for (int v = 0; v < kernel; v++)
            for (int c = 0; c < channels; c++)
                for (int o = 0; o < channels; o++) w[(((size_t)u * kernel + v) * channels + c) * channels + o] = rounded(weight(o, u, v, c));
    for (size_t i = 0; i < r.size(); i++) r[i] = rounded(x.values[i]);
    for (int n = 0; n < y.images; n++)
        for (int i = 0; i < y.height; i++)
            for (int j = 0; j < y.width; j++)
            {
                double sum[channels];
                for (int o = 0; o < channels; o++) sum[o] = bias ? bias[o] : 0;
                for (int u = 0; u < kernel; u++)
                    for (int v = 0; v < kernel; v++)
                    {
                        int row = i + u - margin, column = j + v - margin;
                        if (row < 0 || row >= x.height || column < 0 || column >= x.width) continue;
                        for (int c = 0; c < channels; c++)
                        {
                            double factor = r[(((size_t)n * x.height + row) * x.width + column) * channels + c];
                            const float *of = &w[(((size_t)u * kernel + v) * channels + c) * channels];
                            for (int o = 0; o < channels; o++) sum[o] += factor * of[o];
                        }
                    }
                for (double s : sum) sums.push_back(relu && s < 0 ? 0 : s);
            }
    return sums;
}

template <typename Kernel> void check(Kernel kernel, int size, Layer64 layer, int pixel_slots, int weight_slots, int blocks)
{
    Numbers numbers{(uint32_t)(size * 7919 + layer.height)};
    int k = layer.kernel, margin = layer.same ? k / 2 : 0, less = layer.same ? 0 : k - 1;
    Map x(layer.images, layer.height, layer.width), y(layer.images, layer.height - less, layer.width - less);
    fill(x.values, numbers);
    fill(y.values, numbers);
    Array<float> xs(x.values.size()), ys(y.values.size()), w(k * k * channels * channels), bias(channels), dx(x.values.size());
    copy(x.values, xs);
    fill(w, numbers);
    fill(bias, numbers);
    auto weight = [&](int o, int u, int v, int c) { return w[((o * k + u) * k + v) * channels + c]; };
    auto flipped = [&](int c, int u, int v, int o) { return w[((o * k + k - 1 - u) * k + k - 1 - v) * channels + c]; };
    auto name = std::to_string(k) + "×" + std::to_string(k) + (layer.same ? " same " : " valid ") + std::to_string(layer.height) + "×"
        + std::to_string(layer.width) + "×" + std::to_string(layer.images) + ", N " + std::to_string(size);

    double scale = k * std::sqrt(channels / 1.0);
    convolve(kernel, size, Positions(x, y, k, margin), xs, 1, {}, w, &bias, ys, true, false, pixel_slots, weight_slots, blocks);
    compare(ys, reference(x, y, k, margin, weight, bias.data(), true), scale, "forward, " + name);
    copy(y.values, ys);
    convolve(kernel, size, Positions(y, x, k, k - 1 - margin), ys, 1, {}, w, nullptr, dx, false, true, pixel_slots, weight_slots, blocks);
    compare(dx, reference(y, x, k, k - 1 - margin, flipped, nullptr, false), scale, "backward data, " + name);
}

// The forward kernel on max(0, map + table + bias), three images a map.
void check_border_table()
{
    constexpr int maps = 2, actions = 3, height = 5, width = 7;
    Numbers numbers;
    Map x(maps * actions, height, width), y = x;
    Array<float> map(maps * height * width * channels), table(maps * actions * 9 * channels), bias(channels), w(9 * channels * channels);
    Array<float> ys(y.values.size());
    for (auto a : {&map, &table, &bias, &w}) fill(*a, numbers);
    for (int n = 0; n < maps * actions; n++)
        for (int i = 0; i < height; i++)
            for (int j = 0; j < width; j++)
                for (int c = 0; c < channels; c++)
                {
                    int place = 3 * (i == 0 ? 0 : i == height - 1 ? 2 : 1) + (j == 0 ? 0 : j == width - 1 ? 2 : 1);
                    float sum = map[((n / actions * height + i) * width + j) * channels + c] + table[(n * 9 + place) * channels + c] + bias[c];
                    x.at(n, i, j, c) = std::max(0.0f, sum);
                }
    auto weight = [&](int o, int u, int v, int c) { return w[((o * 3 + u) * 3 + v) * channels + c]; };
    convolve(conv_wgmma_3_32, 32, Positions(x, y, 3, 1), map, actions, {table.data(), bias.data()}, w, nullptr, ys, false, false, 2, 4, 3);
    compare(ys, reference(x, y, 3, 1, weight, nullptr, false), 24, "border table");
}

}

int main()
{
    return run_checks([] {
        check(conv_wgmma_3_32, 32, {3, 7, 6, 3, true}, 2, 4, 2);
        check(conv_wgmma_3_32, 32, {2, 7, 6, 3, false}, 4, 9, 8);
        check(conv_wgmma_3_32, 32, {3, 9, 8, 3, true}, 2, 12, 2);
        check(conv_wgmma_3_64, 64, {1, 14, 14, 3, false}, 3, 7, 2);
        check(conv_wgmma_3_96, 96, {1, 27, 27, 3, true}, 4, 9, 2);
        check(conv_wgmma_3_128, 128, {2, 9, 27, 3, true}, 2, 4, 1);
        check(conv_wgmma_3_192, 192, {2, 12, 12, 3, false}, 4, 9, 2);
        check(conv_wgmma_3_160, 160, {2, 14, 9, 3, true}, 2, 12, 1);
        check(conv_wgmma_3_200, 200, {1, 27, 27, 3, true}, 2, 12, 1);
        check(conv_wgmma_5_64, 64, {2, 6, 9, 5, true}, 2, 4, 2);
        check(conv_wgmma_5_96, 96, {1, 9, 11, 5, false}, 2, 4, 2);
        check(conv_wgmma_5_128, 128, {1, 5, 79, 5, true}, 2, 4, 1);
        check(conv_wgmma_5_192, 192, {1, 1, 3, 5, true}, 2, 4, 1);
        check(conv_wgmma_5_200, 200, {1, 8, 79, 5, true}, 3, 4, 1);
        check(conv_wgmma_5_240, 240, {1, 5, 40, 5, true}, 2, 4, 1);
        check_border_table();
    });
}
