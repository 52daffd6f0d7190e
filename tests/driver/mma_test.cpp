// Tests the tensor-core kernels against plain loops over operands rounded as they round them, so that only the summation differs.
#include "harness.h"
#include "kernels/nvidia/patch.h"
#include "self_test.h"
namespace packing {
#include "kernels/nvidia/mma_pack.cu"
}
namespace convolution {
#include "kernels/nvidia/mma_convolution.cu"
}
namespace filters {
#include "kernels/nvidia/mma_filter.cu"
}
namespace products {
#include "kernels/nvidia/mma_dense.cu"
}
namespace sums {
#include "kernels/nvidia/mma_reduce.cu"
}
#include <cmath>
#include <vector>

struct Layer { int n, h, w, c, o, kernel, stride; bool same; int tile_images, tile_rows, tile_columns; };

template <typename T> void fill(const Array<T> &a, uint32_t seed)
{
    Numbers numbers{seed};
    for (auto &v : a) v = numbers.next();
}

template <class Element> float rounded(float x)
{
    if constexpr (Element::Chunk == 8) return value(emulated::to_bf16(x));
    else return std::bit_cast<float>(emulated::to_tf32(x));
}

int divided(int a, int b) { return (a + b - 1) / b; }
uint inverse(int d) { return ((1u << 20) + d - 1) / d; }

struct Extents {
    int n, h, w, c, oh, ow, o, k, s, top, left;
    Extents(const Layer &l) : n(l.n), h(l.h), w(l.w), c(l.c), o(l.o), k(l.kernel), s(l.stride)
    {
        oh = l.same ? divided(h, s) : (h - k) / s + 1;
        ow = l.same ? divided(w, s) : (w - k) / s + 1;
        top = l.same ? std::max((oh - 1) * s + k - h, 0) / 2 : 0;
        left = l.same ? std::max((ow - 1) * s + k - w, 0) / 2 : 0;
    }
};

// The patch of a map of c channels under tiles of images × rows × columns pixels.
template <class Element> Patch patch_of(int n, int h, int w, int c, int phases, int stride, int top, int left, int images, int rows, int columns, int chunks, int odd)
{
    Patch p{};
    p.batch = n, p.height = h, p.width = w, p.channels = c, p.phases = phases, p.stride = stride, p.top = top, p.left = left;
    p.depth = phases * phases * c, p.images = images, p.rows = rows, p.columns = columns, p.pitch = columns;
    p.plane = images * rows * columns;
    while (p.plane % 8 != odd) p.plane++;
    p.chunks = chunks;
    p.vectors = c % 4 == 0 || (phases == stride && top % stride == 0 && left % stride == 0 && h % stride == 0 && w % stride == 0 && stride * c % 4 == 0 && w * c % 4 == 0);
    p.chunk_inverse = inverse(chunks);
    return p;
}

void compare(const std::string &name, const Array<float> &y, const std::vector<double> &sum, const std::vector<double> &terms)
{
    double worst = 0;
    for (size_t i = 0; i < y.size(); i++)
    {
        double error = std::fabs(y[i] - sum[i]) / (terms[i] + 1e-30);
        worst = std::isnan(error) ? INFINITY : std::max(worst, error);
    }
    expect(worst < 2e-6, name + ": error " + std::to_string(worst));
}

// Runs the product of a convolution; phases of the output for a gradient with respect to the input.
template <class Element> void run(bool small, convolution::Convolution c, const packing::Packing &base, const Array<float> &x, const Array<float> *table,
                                  const Array<float> *table_bias, int actions, const Array<float> &w, const Array<float> *bias, const Array<float> &y)
{
    packing::Packing p = base;
    const int blocks = divided(c.outputs, 64);
    c.stages = p.stages = divided(c.taps * c.taps * c.steps, 2);
    p.slices = c.slices, p.steps = c.steps, p.taps = c.taps;
    p.chunks = (long)blocks * c.slices * c.stages * 256;
    Array<uchar> packed(p.chunks * 16);
    constexpr bool half = Element::Chunk == 8;
    launch({divided((int)p.chunks, 256)}, 256, 0, half ? packing::mma_pack_bf16 : packing::mma_pack_tf32, w.data(), 0, packed.data(), 0, p);
    c.tables_start = 4 * 4096 + divided((c.stages * 2 + 2) * 4, 16) * 16;
    c.steps_start = c.tables_start + c.patch.images * c.patch.rows * c.patch.columns * 16;
    c.patch_start = c.steps_start + c.patch.chunks * Element::Chunk * 8;
    const int tiles = c.tiles_down * c.tiles_across * divided(c.patch.batch, c.tile_images);
    auto kernel = small ? (half ? convolution::mma_convolution_64_bf16 : convolution::mma_convolution_64_tf32)
                        : (half ? convolution::mma_convolution_128_bf16 : convolution::mma_convolution_128_tf32);
    launch({tiles, blocks}, 128, c.patch_start + c.patch.chunks * c.patch.plane * 16, kernel, x.data(), 0, table ? table->data() : nullptr, 0,
           table_bias ? table_bias->data() : nullptr, 0, packed.data(), 0, bias ? bias->data() : nullptr, 0, y.data(), 0, c, actions);
}

template <class Element> void forward(const Layer &l, int seed, bool small, bool table)
{
    Extents e(l);
    const int actions = table ? 2 : 1;
    Array<float> x((size_t)divided(e.n, actions) * e.h * e.w * e.c), w((size_t)e.o * e.k * e.k * e.c), bias(e.o), y((size_t)e.n * e.oh * e.ow * e.o);
    Array<float> tables((size_t)e.n * 9 * e.c), table_bias(e.c);
    fill(x, seed), fill(w, seed + 1), fill(bias, seed + 2), fill(tables, seed + 3), fill(table_bias, seed + 4);
    const int phases = std::min(e.k, e.s);
    convolution::Convolution c{};
    c.taps = divided(e.k, e.s);
    const int all = divided(phases * phases * e.c, Element::Unit);
    c.slices = divided(all, 4), c.steps = divided(all, c.slices);
    c.tile_images = l.tile_images, c.tile_rows = l.tile_rows, c.tile_columns = l.tile_columns;
    if (small) c.tile_images = 1, c.tile_rows = std::min(c.tile_rows, 8), c.tile_columns = std::min(c.tile_columns, 8);
    c.patch = patch_of<Element>(e.n, e.h, e.w, e.c, phases, e.s, e.top, e.left, c.tile_images, c.tile_rows + c.taps - 1, c.tile_columns + c.taps - 1, 2 * c.steps, 1);
    c.tiles_down = divided(e.oh, c.tile_rows), c.tiles_across = divided(e.ow, c.tile_columns);
    c.rows = e.oh, c.columns = e.ow, c.outputs = e.o, c.phases = 1, c.height = e.oh, c.width = e.ow, c.channels = e.o, c.pairs = e.o % 2 == 0, c.relu = 1;
    packing::Packing p{};
    p.outputs = e.o, p.kernel = e.k, p.channels = e.c, p.phases = phases;
    run<Element>(small, c, p, x, table ? &tables : nullptr, table ? &table_bias : nullptr, actions, w, &bias, y);

    std::vector<double> sum(y.size()), terms(y.size());
    size_t at = 0;
    for (int n = 0; n < e.n; n++) for (int i = 0; i < e.oh; i++) for (int j = 0; j < e.ow; j++) for (int o = 0; o < e.o; o++, at++)
    {
        double s = bias[o], t = std::fabs(bias[o]);
        for (int u = 0; u < e.k; u++) for (int v = 0; v < e.k; v++)
        {
            int r = i * e.s + u - e.top, q = j * e.s + v - e.left;
            if (r < 0 || r >= e.h || q < 0 || q >= e.w) continue;
            int place = 3 * (r == 0 ? 0 : r == e.h - 1 ? 2 : 1) + (q == 0 ? 0 : q == e.w - 1 ? 2 : 1);
            for (int k = 0; k < e.c; k++)
            {
                float a = x[(((size_t)(n / actions) * e.h + r) * e.w + q) * e.c + k];
                if (table) a = std::max(0.0f, a + tables[((size_t)n * 9 + place) * e.c + k] + table_bias[k]);
                double term = (double)rounded<Element>(a) * rounded<Element>(w[(((size_t)o * e.k + u) * e.k + v) * e.c + k]);
                s += term, t += std::fabs(term);
            }
        }
        sum[at] = std::max(s, 0.0), terms[at] = t;
    }
    compare("forward", y, sum, terms);
}

template <class Element> void backward_data(const Layer &l, int seed)
{
    Extents e(l);
    Array<float> dy((size_t)e.n * e.oh * e.ow * e.o), w((size_t)e.o * e.k * e.k * e.c), dx((size_t)e.n * e.h * e.w * e.c);
    fill(dy, seed), fill(w, seed + 1);
    convolution::Convolution c{};
    c.taps = divided(e.k, e.s);
    const int all = divided(e.o, Element::Unit);
    c.slices = divided(all, 4), c.steps = divided(all, c.slices);
    c.tile_images = l.tile_images, c.tile_rows = l.tile_rows, c.tile_columns = l.tile_columns;
    c.patch = patch_of<Element>(e.n, e.oh, e.ow, e.o, 1, 1, c.taps - 1 - e.top / e.s, c.taps - 1 - e.left / e.s, c.tile_images, c.tile_rows + c.taps - 1,
                                c.tile_columns + c.taps - 1, 2 * c.steps, 1);
    c.rows = (e.h - 1 + e.top) / e.s - e.top / e.s + 1, c.columns = (e.w - 1 + e.left) / e.s - e.left / e.s + 1;
    c.tiles_down = divided(c.rows, c.tile_rows), c.tiles_across = divided(c.columns, c.tile_columns);
    c.outputs = e.s * e.s * e.c, c.phases = e.s, c.top = e.top % e.s, c.left = e.left % e.s, c.height = e.h, c.width = e.w, c.channels = e.c;
    c.pairs = e.s == 1 && e.c % 2 == 0;
    packing::Packing p{};
    p.outputs = e.o, p.kernel = e.k, p.channels = e.c, p.phases = e.s, p.transposed = 1;
    run<Element>(false, c, p, dy, nullptr, nullptr, 1, w, nullptr, dx);

    std::vector<double> sum(dx.size()), terms(dx.size());
    for (int n = 0; n < e.n; n++) for (int i = 0; i < e.oh; i++) for (int j = 0; j < e.ow; j++) for (int o = 0; o < e.o; o++)
    {
        float g = rounded<Element>(dy[(((size_t)n * e.oh + i) * e.ow + j) * e.o + o]);
        for (int u = 0; u < e.k; u++) for (int v = 0; v < e.k; v++)
        {
            int r = i * e.s + u - e.top, q = j * e.s + v - e.left;
            if (r < 0 || r >= e.h || q < 0 || q >= e.w) continue;
            for (int k = 0; k < e.c; k++)
            {
                double term = (double)g * rounded<Element>(w[(((size_t)o * e.k + u) * e.k + v) * e.c + k]);
                size_t at = (((size_t)n * e.h + r) * e.w + q) * e.c + k;
                sum[at] += term, terms[at] += std::fabs(term);
            }
        }
    }
    compare("backward data", dx, sum, terms);
}

template <class Element> void backward_filter(const Layer &l, int seed, int parts)
{
    Extents e(l);
    Array<float> x((size_t)e.n * e.h * e.w * e.c), dy((size_t)e.n * e.oh * e.ow * e.o);
    fill(x, seed), fill(dy, seed + 1);
    const int phases = std::min(e.k, e.s), taps = divided(e.k, e.s), depth = phases * phases * e.c, chunks = 64 / Element::Chunk;
    int images = l.tile_images, rows = l.tile_rows, columns = l.tile_columns;
    if (Element::Chunk == 4) rows = divided(rows, 2);
    filters::Filter f{};
    f.taps = taps, f.group = taps == 5 ? 5 : std::min(5, taps * taps);
    int span = 0;
    for (int t = 0; t < taps * taps; t += f.group) span = std::max(span, (std::min(t + f.group, taps * taps) - 1) / taps - t / taps);
    const int odd = Element::Chunk == 8 ? 1 : 4;
    f.dy = patch_of<Element>(e.n, e.oh, e.ow, e.o, 1, 1, 0, 0, images, rows, columns, std::min(chunks, divided(e.o, Element::Unit) * 2), odd);
    f.x = patch_of<Element>(e.n, e.h, e.w, e.c, phases, e.s, e.top, e.left, images, rows + span, columns + taps - 1, std::min(chunks, divided(depth, Element::Unit) * 2), odd);
    f.tiles_down = divided(e.oh, rows), f.tiles_across = divided(e.ow, columns), f.tiles = f.tiles_down * f.tiles_across * divided(e.n, images), f.parts = parts;
    f.output_blocks = divided(e.o, 64), f.outputs = e.o;
    f.pixels = divided(images * rows * columns, Element::Unit) * Element::Unit;
    while (f.dy.plane < f.pixels) f.dy.plane += 8;
    f.patch_start = f.dy.plane * chunks * 16;
    f.tables_start = 640, f.steps_start = f.tables_start + (images * rows * columns + images * f.x.rows * f.x.columns) * 16, f.tile_start = f.steps_start + 1024;
    f.tile_bytes = f.patch_start + f.x.plane * chunks * 16;
    Array<float> partial((size_t)parts * taps * taps * e.o * depth);
    launch({parts, divided(taps * taps, f.group), f.output_blocks * divided(depth, 64)}, 256, f.tile_start + 2 * f.tile_bytes,
           f.x.vectors && f.dy.vectors ? Element::Chunk == 8 ? filters::mma_filter_bf16 : filters::mma_filter_tf32
                                       : Element::Chunk == 8 ? filters::mma_filter_any_bf16 : filters::mma_filter_any_tf32, x.data(), 0, dy.data(), 0, partial.data(), 0, f);

    Array<float> dw((size_t)e.o * e.k * e.k * e.c);
    launch({2}, 256, 0, sums::reduce_filter, partial.data(), 0, dw.data(), 0, parts, e.o, e.k, e.c, phases, taps);
    std::vector<double> sum(dw.size()), terms(dw.size());
    size_t at = 0;
    for (int o = 0; o < e.o; o++) for (int u = 0; u < e.k; u++) for (int v = 0; v < e.k; v++) for (int k = 0; k < e.c; k++, at++)
    {
        for (int n = 0; n < e.n; n++) for (int i = 0; i < e.oh; i++) for (int j = 0; j < e.ow; j++)
        {
            int r = i * e.s + u - e.top, q = j * e.s + v - e.left;
            if (r < 0 || r >= e.h || q < 0 || q >= e.w) continue;
            double term = (double)rounded<Element>(dy[(((size_t)n * e.oh + i) * e.ow + j) * e.o + o]) * rounded<Element>(x[(((size_t)n * e.h + r) * e.w + q) * e.c + k]);
            sum[at] += term, terms[at] += std::fabs(term);
        }
    }
    compare("backward filter", dw, sum, terms);
}

template <class Element> void layer(const Layer &l, int seed)
{
    printf("%dx%dx%dx%d->%d k%d s%d %s %s\n", l.n, l.h, l.w, l.c, l.o, l.kernel, l.stride, l.same ? "same" : "valid", Element::Chunk == 8 ? "bf16" : "tf32");
    forward<Element>(l, seed, false, false);
    if (l.tile_images == 1) forward<Element>(l, seed, true, false);
    if (l.stride == 1 && l.h > 1) forward<Element>(l, seed, false, true);
    backward_data<Element>(l, seed);
    backward_filter<Element>(l, seed, 3);
}

// y = relu(bias + a·bᵀ) in shares of the depth; a is m × depth or, transposed, depth × m, and b likewise.
template <class Element> void product(int m, int n, int depth, int shares, bool transposed_a, bool transposed_b, int seed)
{
    Array<float> a((size_t)m * depth), b((size_t)n * depth), bias(n), y((size_t)m * n), parts((size_t)shares * m * n);
    fill(a, seed), fill(b, seed + 1), fill(bias, seed + 2);
    products::Product p{};
    p.a = transposed_a ? products::Matrix{depth, m, m % 4 == 0} : products::Matrix{m, depth, depth % 4 == 0};
    p.b = transposed_b ? products::Matrix{depth, n, n % 4 == 0} : products::Matrix{n, depth, depth % 4 == 0};
    p.m = m, p.n = n, p.depth = depth, p.shares = shares, p.relu = 1;
    constexpr bool half = Element::Chunk == 8;
    auto kernel = transposed_a   ? half ? products::mma_dense_filter_bf16 : products::mma_dense_filter_tf32
                  : transposed_b ? half ? products::mma_dense_data_bf16 : products::mma_dense_data_tf32
                                 : half ? products::mma_dense_bf16 : products::mma_dense_tf32;
    launch({divided(m, 64), divided(n, 64), shares}, 128, 0, kernel, a.data(), 0, b.data(), 0, bias.data(), 0, (shares > 1 ? parts : y).data(), 0, p);
    if (shares > 1) launch({2}, 256, 0, sums::reduce_dense, parts.data(), 0, bias.data(), 0, y.data(), 0, shares, n, (long)m * n, 1);

    std::vector<double> sum(y.size()), terms(y.size());
    for (int i = 0; i < m; i++) for (int j = 0; j < n; j++)
    {
        double s = bias[j], t = std::fabs(s);
        for (int k = 0; k < depth; k++)
        {
            double term = (double)rounded<Element>(a[transposed_a ? (size_t)k * m + i : (size_t)i * depth + k]) *
                          rounded<Element>(b[transposed_b ? (size_t)k * n + j : (size_t)j * depth + k]);
            s += term, t += std::fabs(term);
        }
        sum[(size_t)i * n + j] = std::max(s, 0.0), terms[(size_t)i * n + j] = t;
    }
    compare("product", y, sum, terms);
}

template <class Element> void all_products(int seed)
{
    const int extents[][4] = {{64, 128, 128, 1}, {100, 64, 1000, 3}, {3, 65, 300, 4}, {33, 17, 5, 1}, {130, 70, 200, 2}};
    for (auto &e : extents)
    {
        product<Element>(e[0], e[1], e[2], e[3], false, false, seed++);
        product<Element>(e[0], e[1], e[2], e[3], false, true, seed++);
        product<Element>(e[0], e[1], e[2], e[3], true, true, seed++);
    }
}

int main()
{
    const Layer layers[] = {
        {2, 11, 13, 64, 64, 5, 1, true, 1, 8, 16}, {1, 27, 27, 64, 64, 3, 1, true, 1, 9, 14}, {3, 10, 10, 64, 64, 3, 1, false, 2, 8, 8},
        {1, 40, 32, 6, 64, 6, 2, true, 1, 8, 16}, {1, 41, 33, 6, 64, 6, 2, true, 1, 8, 16}, {2, 18, 18, 6, 32, 6, 3, true, 1, 6, 6},
        {3, 16, 16, 32, 48, 3, 2, true, 1, 8, 8}, {2, 23, 18, 17, 33, 3, 1, true, 1, 8, 9}, {6, 8, 9, 40, 71, 5, 1, true, 1, 8, 9},
        {1, 9, 9, 200, 150, 5, 1, true, 1, 9, 9}, {2, 5, 6, 17, 1, 5, 3, true, 2, 2, 2}, {2, 7, 5, 4, 33, 1, 2, true, 2, 4, 3},
        {1, 9, 8, 1, 20, 2, 3, false, 1, 3, 3}, {1, 13, 50, 3, 8, 4, 2, true, 1, 7, 16}, {4, 1, 1, 17, 3, 1, 1, false, 4, 1, 1},
    };
    int seed = 1;
    for (auto &l : layers)
    {
        layer<Bf16>(l, seed++);
        layer<Tf32>(l, seed++);
    }
    all_products<Bf16>(500);
    all_products<Tf32>(600);
    return report();
}
