// Matrix products on tensor cores: y[m,n] = act(bias[n] + Σ_k a(m,k)·b(n,k)), the three products of a dense layer:
//   Dense                a = x  [R, in]   b = w  [out, in]        rows of either operand run along the depth
//   DenseBackwardData    a = dy [R, out]  b = w  [out, in]        b lies as rows of the depth: transposed
//   DenseBackwardFilter  a = dy [R, out]  b = x  [R, in]          both do
//
// A block computes 64 × 64 with 2×2 warps over its share of the depth, in slabs of four units. The next slab is fetched while this one is
// multiplied. More shares than one go to parts[share][m][n], which reduce_dense adds in a fixed order.
#include "mma.h"

struct Matrix
{
    int rows, columns; // as it lies in memory
    int vectors;       // whether every 4 elements of a row are 16 aligned bytes
};

struct Product
{
    Matrix a, b;
    int m, n, depth, shares;
    int relu;
};

static constexpr int Threads = 128, Side = 64, Units = 4, Items = 4;

// A slab of an operand: rows × chunks in shared memory.
template <class Element, bool Transposed> struct Slab
{
    static constexpr int Depth = Units * Element::Unit, Rows = Transposed ? Depth : Side, Chunks = (Transposed ? Side : Depth) / Element::Chunk;
    // Rows of a plane: odd, or 4 modulo 8 where elements are loaded one by one.
    static constexpr int Plane = (Rows + (Transposed && Element::Chunk == 4 ? 4 : 1)) * 16, Bytes = (Chunks * Plane + 127) / 128 * 128;

    // First element of the slab at (row, column).
    DEVICE void fetch(float (&v)[Items][Element::Chunk], const Matrix &matrix, const float *x, int row, int column)
    {
#pragma unroll
        for (int k = 0; k < Items; k++)
        {
            const int index = LANE + k * Threads, r = row + index / Chunks, first = column + index % Chunks * Element::Chunk;
            const float *from = x + (long)r * matrix.columns + first;
#pragma unroll
            for (int e = 0; e < Element::Chunk; e++) v[k][e] = 0;
            if (r >= matrix.rows) continue;
#pragma unroll
            for (int e = 0; e < Element::Chunk; e += 4)
            {
                if (matrix.vectors)
                {
                    if (first + e < matrix.columns) read<4>(v[k] + e, from + e);
                }
                else
                {
#pragma unroll
                    for (int f = e; f < e + 4; f++)
                        if (first + f < matrix.columns) v[k][f] = from[f];
                }
            }
        }
    }

    DEVICE void keep(uchar *shared, const float (&v)[Items][Element::Chunk])
    {
#pragma unroll
        for (int k = 0; k < Items; k++)
        {
            const int index = LANE + k * Threads;
            *(Words *)(shared + index % Chunks * Plane + index / Chunks * 16) = Element::round(v[k]);
        }
    }

    // 16 rows of the product from m, unit number unit.
    DEVICE void first(uint (&a)[4], const Shared &s, int m, int unit, int lane)
    {
        if (Transposed)
        {
            const int at = m / Element::Chunk * Plane;
            const Shared from = {s.pointer + at, s.address + at};
            Element::first_transposed(a, from, unit * Element::Unit, Plane, lane);
        }
        else ldmatrix_x4(a, s.address + (m + first_row(lane)) * 16 + (unit * 2 + first_chunk(lane)) * Plane);
    }

    // 16 columns of the product from n.
    DEVICE void second(uint (&b)[4], const Shared &s, int n, int unit, int lane)
    {
        if (Transposed)
        {
            const int at = n / Element::Chunk * Plane, row = unit * Element::Unit;
            const Shared from = {s.pointer + at, s.address + at};
            Element::second_transposed(b, from, (row + Element::depth_row(lane, 0)) * 16, (row + Element::depth_row(lane, 1)) * 16, Plane, lane);
        }
        else ldmatrix_x4(b, s.address + (n + second_row(lane)) * 16 + (unit * 2 + second_chunk(lane)) * Plane);
    }
};

template <class Element, bool TransposedA, bool TransposedB>
DEVICE void multiply(const Product &p, const float *a, const float *b, const float *bias, float *y)
{
    typedef Slab<Element, TransposedA> SlabA;
    typedef Slab<Element, TransposedB> SlabB;
    constexpr int Bytes = SlabA::Bytes + SlabB::Bytes;
    LOCAL __attribute__((aligned(128))) uchar slabs[2 * Bytes];
    const int lane = LANE & 31, warp_row = LANE >> 5 & 1, warp_column = LANE >> 6;
    const int m0 = GROUP_X * Side, n0 = GROUP_Y * Side, share = GROUP_Z;
    const int all = (p.depth + SlabA::Depth - 1) / SlabA::Depth;
    const int begin = (int)((long)share * all / p.shares), end = (int)((long)(share + 1) * all / p.shares);
    const uint base = shared_address(slabs);

    float sum[2][4][4] = {};
    float va[Items][Element::Chunk], vb[Items][Element::Chunk];
    for (int slab = begin - 1; slab < end; slab++)
    {
        const int next = (slab + 1) * SlabA::Depth;
        if (slab + 1 < end)
        {
            SlabA::fetch(va, p.a, a, TransposedA ? next : m0, TransposedA ? m0 : next);
            SlabB::fetch(vb, p.b, b, TransposedB ? next : n0, TransposedB ? n0 : next);
        }
        if (slab >= begin)
        {
            const int here = (slab & 1) * Bytes;
            const Shared sa = {slabs + here, base + here}, sb = {slabs + here + SlabA::Bytes, base + here + SlabA::Bytes};
#pragma unroll
            for (int unit = 0; unit < Units; unit++)
            {
                uint fa[2][4], fb[2][4];
#pragma unroll
                for (int i = 0; i < 2; i++)
                {
                    SlabA::first(fa[i], sa, warp_row * 32 + i * 16, unit, lane);
                    SlabB::second(fb[i], sb, warp_column * 32 + i * 16, unit, lane);
                }
#pragma unroll
                for (int i = 0; i < 2; i++)
#pragma unroll
                    for (int j = 0; j < 4; j++) Element::multiply(sum[i][j], fa[i], fb[j >> 1][(j & 1) * 2], fb[j >> 1][(j & 1) * 2 + 1]);
            }
        }
        if (slab + 1 < end)
        {
            uchar *there = slabs + (slab + 1 & 1) * Bytes;
            SlabA::keep(there, va);
            SlabB::keep(there + SlabA::Bytes, vb);
        }
        BARRIER();
    }

    if (p.shares > 1) y += (long)share * p.m * p.n;
#pragma unroll
    for (int i = 0; i < 2; i++)
#pragma unroll
        for (int j = 0; j < 4; j++)
#pragma unroll
            for (int e = 0; e < 4; e++)
            {
                const int m = m0 + warp_row * 32 + i * 16 + (e >> 1) * 8 + (lane >> 2), n = n0 + warp_column * 32 + j * 8 + (lane & 3) * 2 + (e & 1);
                if (m >= p.m || n >= p.n) continue;
                float value = sum[i][j][e];
                if (p.shares == 1)
                {
                    if (bias) value += bias[n];
                    if (p.relu) value = relu(value);
                }
                y[(long)m * p.n + n] = value;
            }
}

#define PRODUCT(name, Element, transposed_a, transposed_b)                                                                                    \
    KERNEL(name, 128)(IN(float, a), IN(float, b), IN(float, bias), OUT(float, y), const Product p)                                            \
    {                                                                                                                                         \
        BIND_IN(float, a);                                                                                                                    \
        BIND_IN(float, b);                                                                                                                    \
        BIND_IN(float, bias);                                                                                                                 \
        BIND_OUT(float, y);                                                                                                                   \
        multiply<Element, transposed_a, transposed_b>(p, a, b, bias, y);                                                                      \
    }

PRODUCT(mma_dense_bf16, Bf16, false, false)
PRODUCT(mma_dense_data_bf16, Bf16, false, true)
PRODUCT(mma_dense_filter_bf16, Bf16, true, true)
PRODUCT(mma_dense_tf32, Tf32, false, false)
PRODUCT(mma_dense_data_tf32, Tf32, false, true)
PRODUCT(mma_dense_filter_tf32, Tf32, true, true)
