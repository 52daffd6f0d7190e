// The sm_90a filter gradient against plain loops over operands rounded to bf16.
#include "hopper.h"
#include "kernels/nvidia/conv_wgmma_filter.cu"

namespace {

template <typename Kernel> void check_filter(Kernel kernel, Layer64 layer, int parts)
{
    Numbers numbers{(uint32_t)(parts * 7919 + layer.height)};
    int k = layer.kernel, margin = layer.same ? k / 2 : 0, less = layer.same ? 0 : k - 1, count = channels * k * k * channels;
    Map x(layer.images, layer.height, layer.width), dy(layer.images, layer.height - less, layer.width - less);
    fill(x.values, numbers);
    fill(dy.values, numbers);
    Array<float> xs(x.values.size()), dys(dy.values.size()), partials((size_t)parts * count), dw(count);
    copy(x.values, xs);
    copy(dy.values, dys);

    Positions line(x, dy, k, margin);
    int steps = (int)((line.length + STEP - 1) / STEP);
    launch({parts * (k / 2) + parts / 2}, THREADS, shared_bytes, kernel, xs.data(), 0, dys.data(), 0, partials.data(), 0, parts, steps, line.images,
        line.height, line.width, line.margin, line.rows, line.pitch, line.out_height, line.out_width);
    launch({(count + 255) / 256}, 256, 0, conv_wgmma_filter_sum, partials.data(), 0, dw.data(), 0, parts, count);

    std::vector<double> wanted(count);
    for (auto *m : {&x, &dy})
        for (auto &v : m->values) v = rounded(v);
    for (int n = 0; n < dy.images; n++)
        for (int i = 0; i < dy.height; i++)
            for (int j = 0; j < dy.width; j++)
                for (int u = 0; u < k; u++)
                    for (int v = 0; v < k; v++)
                    {
                        int row = i + u - margin, column = j + v - margin;
                        if (row < 0 || row >= x.height || column < 0 || column >= x.width) continue;
                        for (int o = 0; o < channels; o++)
                            for (int c = 0; c < channels; c++)
                                wanted[((o * k + u) * k + v) * channels + c] += (double)dy.at(n, i, j, o) * x.at(n, row, column, c);
                    }
    compare(dw, wanted, std::sqrt((double)dy.values.size() / channels), "filter gradient " + std::to_string(k) + ", "
        + std::to_string(layer.height) + "×" + std::to_string(layer.width) + "×" + std::to_string(layer.images) + " in " + std::to_string(parts) + " parts");
}

}

int main()
{
    return run_checks([] {
        check_filter(conv_wgmma_filter_3, {3, 7, 6, 3, true}, 2);
        check_filter(conv_wgmma_filter_3, {1, 27, 27, 3, true}, 6);
        check_filter(conv_wgmma_filter_3, {2, 12, 12, 3, false}, 2);
        check_filter(conv_wgmma_filter_3, {3, 27, 27, 3, true}, 2);
        check_filter(conv_wgmma_filter_5, {1, 8, 79, 5, true}, 4);
        check_filter(conv_wgmma_filter_5, {1, 17, 79, 5, true}, 2);
        check_filter(conv_wgmma_filter_5, {2, 6, 9, 5, true}, 2);
    });
}
