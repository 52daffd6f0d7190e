// Matrix products of a warpgroup. Sources: PTX ISA, "Asynchronous warpgroup-level matrix shared memory layout" and "... register fragment".
#include "block.h"
#include "instructions.h"
#include "memory.h"
#include <bit>
#include <cstring>

namespace emulated {

namespace {

constexpr int rows = 64, depth = 16, threads = 128, most_columns = 256;

struct Product { float *d; const uint32_t *a; uint64_t a_descriptor, b_descriptor; int columns; bool transpose_a, transpose_b; };

uint32_t field(uint64_t descriptor, int shift) { return (uint32_t)(descriptor >> shift & 0x3fff) << 4; }

// The 8 neighbouring elements of a piece are along k (K-major) or along rows of a, columns of b (MN-major, `transposed`).
const unsigned char *piece(uint64_t descriptor, bool transposed, int mn, int k, bool reads)
{
    static constexpr int widths[] = {1, 8, 4, 2};
    auto swizzle = (int)(descriptor >> 62), width = widths[swizzle];
    auto address = field(descriptor, 0), leading = field(descriptor, 16), stride = field(descriptor, 32);
    if (descriptor >> 49 & 7) fail("wgmma with a matrix descriptor whose base offset is not 0, which the emulator does not know");
    if (descriptor & 0x3ff1c000c000c000ull) fail("wgmma with a matrix descriptor whose unused bits are not 0");
    if (!transposed)
        address += mn % 8 * width * 16 + mn / 8 * stride + k / 8 * (swizzle ? 16 : leading);
    else if (swizzle)
        address += mn / 8 % width * 16 + mn / 8 / width * leading + k % 8 * width * 16 + k / 8 * stride;
    else
        address += mn / 8 * stride + k % 8 * 16 + k / 8 * leading;
    // Pieces change places within lines of 128 bytes, by the number of the line.
    address ^= (address >> 7 & (width - 1)) << 4;
    auto found = shared_pointer(address & 0x3ffff, 16, 16, "wgmma");
    if (reads) check_async_read(found, 16, "wgmma");
    return found;
}

void gather(std::vector<uint16_t> &to, uint64_t descriptor, bool transposed, int extent, bool reads)
{
    uint16_t elements[8];
    auto start = to.size();
    to.resize(start + extent * depth);
    auto out = &to[start];
    for (int i = 0; i < extent * depth / 8; i++)
    {
        auto mn = transposed ? i / depth * 8 : i / 2, k = transposed ? i % depth : i % 2 * 8;
        memcpy(elements, piece(descriptor, transposed, mn, k, reads), 16);
        for (int e = 0; e < 8; e++) out[transposed ? (mn + e) * depth + k : mn * depth + k + e] = elements[e];
    }
}

// a as rows × depth, then b as columns × depth; `reads` where the product reads them, not where they are looked at once more.
std::vector<uint16_t> elements_of(const Operands &o, bool reads)
{
    std::vector<uint16_t> elements;
    if (!o.a_in_registers) gather(elements, o.a, o.transpose_a, rows, reads);
    gather(elements, o.b, o.transpose_b, o.columns, reads);
    return elements;
}

float number(uint16_t bf16) { return std::bit_cast<float>((uint32_t)bf16 << 16); }

int row_of(int thread, int i) { return thread / 32 * 16 + thread % 32 / 4 + i % 4 / 2 * 8; }
int column_of(int thread, int i) { return i / 4 * 8 + thread % 4 * 2 + i % 2; }

void load_registers(Thread *first, float (&a)[rows][depth])
{
    for (int t = 0; t < threads; t++)
        for (int i = 0; i < 8; i++)
        {
            auto pair = ((Product *)first[t].operand)->a[i / 2];
            a[t / 32 * 16 + t % 32 / 4 + i / 2 % 2 * 8][t % 4 * 2 + i % 2 + i / 4 * 8] = number((uint16_t)(pair >> i % 2 * 16));
        }
}

bool is_poison(const float *d, int count)
{
    for (int i = 0; i < count; i++)
        if (std::bit_cast<uint32_t>(d[i]) != 0xffffffff) return false;
    return true;
}

// The accumulator at the thread's registers: one that is on its way, or a new one with what they hold.
Accumulator &accumulator(Thread &t)
{
    auto &p = *(Product *)t.operand;
    auto count = p.columns / 2;
    for (auto &a : t.accumulators)
        if (a.d == p.d)
        {
            if ((int)a.values.size() != count || !is_poison(p.d, count))
                fail("thread " + std::to_string(t.lane) + " changed registers of an unfinished wgmma");
            return a;
        }
    if (!t.fenced) fail("wgmma of thread " + std::to_string(t.lane) + " without a wgmma_fence after its registers were last in use");
    t.accumulators.push_back({p.d, {p.d, p.d + count}, 0});
    return t.accumulators.back();
}

void multiply(Thread *first)
{
    auto p = *(Product *)first->operand;
    for (int t = 1; t < threads; t++)
    {
        auto &other = *(Product *)first[t].operand;
        if (other.a_descriptor != p.a_descriptor || other.b_descriptor != p.b_descriptor || other.columns != p.columns)
            fail("wgmma whose descriptors differ between threads " + std::to_string(first->lane) + " and " + std::to_string(first[t].lane));
    }

    Operands operands{first->lane / threads, first->products, p.a_descriptor, p.b_descriptor, p.a != nullptr, p.transpose_a, p.transpose_b, p.columns,
        {}};
    operands.elements = elements_of(operands, true);
    float a[rows][depth];
    auto of_b = operands.elements.begin();
    if (p.a) load_registers(first, a);
    else
        for (int i = 0; i < rows * depth; i++) a[i / depth][i % depth] = number(*of_b++);
    std::vector<float> b(depth * p.columns), d(rows * p.columns);
    for (int i = 0; i < depth * p.columns; i++) b[i % depth * p.columns + i / depth] = number(*of_b++);

    auto count = p.columns / 2;
    std::vector<Accumulator *> accumulators;
    for (int t = 0; t < threads; t++)
    {
        accumulators.push_back(&accumulator(first[t]));
        for (int i = 0; i < count; i++) d[row_of(t, i) * p.columns + column_of(t, i)] = accumulators[t]->values[i];
    }
    for (int row = 0; row < rows; row++)
        for (int k = 0; k < depth; k++)
            for (int column = 0; column < p.columns; column++) d[row * p.columns + column] += a[row][k] * b[k * p.columns + column];
    for (int t = 0; t < threads; t++)
    {
        for (int i = 0; i < count; i++) accumulators[t]->values[i] = d[row_of(t, i) * p.columns + column_of(t, i)];
        accumulators[t]->group = first[t].products;
        memset(accumulators[t]->d, poison, count * sizeof(float));
    }
    block->operands.push_back(std::move(operands));
}

void nothing(Thread *) {}

}

void set_registers(int count)
{
    if (count < 24 || count > 256 || count % 8 != 0) fail("setmaxnreg of " + std::to_string(count) + " registers");
    meet_warpgroup("setmaxnreg", nullptr, nothing);
}

void wgmma(float *d, int columns, const uint32_t *a, uint64_t a_descriptor, uint64_t b_descriptor, bool transpose_a, bool transpose_b)
{
    if (columns < 8 || columns > most_columns || columns % 8 != 0) fail("wgmma with " + std::to_string(columns) + " columns");
    Product p{d, a, a_descriptor, b_descriptor, columns, transpose_a, transpose_b};
    meet_warpgroup("wgmma", &p, multiply);
}

void wgmma_fence()
{
    meet_warp("wgmma_fence", nullptr, nothing);
    current->fenced = true;
}

void wgmma_commit()
{
    meet_warp("wgmma_commit", nullptr, nothing);
    current->products++;
}

void wgmma_wait(size_t pending)
{
    meet_warp("wgmma_wait", nullptr, nothing);
    auto finished = [&](size_t group) { return group + pending < current->products; };
    if (current->lane % threads == 0)
        std::erase_if(block->operands, [&](const Operands &o) {
            if (o.warpgroup != current->lane / threads || !finished(o.group)) return false;
            if (elements_of(o, false) != o.elements) fail("the operands of a wgmma changed in shared memory before it had ended");
            return true;
        });
    std::erase_if(current->accumulators, [&](const Accumulator &a) {
        if (!finished(a.group)) return false;
        if (!is_poison(a.d, (int)a.values.size())) fail("changed registers of an unfinished wgmma");
        memcpy(a.d, a.values.data(), a.values.size() * sizeof(float));
        current->fenced = false;
        return true;
    });
}

}
