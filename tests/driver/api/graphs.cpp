// Graphs of launches and copies. A launch of one queues its works as they are then.
#include "state.h"
#include "../block.h"
#include <algorithm>

namespace standin {

namespace {

// CUDA_KERNEL_NODE_PARAMS_v2.
struct KernelParameters {
    Function *function;
    unsigned grid_x, grid_y, grid_z, block_x, block_y, block_z, shared;
    void **arguments, **extra;
    void *kernel, *context;
};
static_assert(sizeof(KernelParameters) == 72);

// CUDA_MEMCPY3D.
struct Side {
    size_t x, y, z, level;
    int type;
    void *host, *device, *array, *reserved;
    size_t pitch, height;
};
struct CopyParameters {
    Side from, to;
    size_t width, height, depth;
};
static_assert(sizeof(CopyParameters) == 200);

Result kernel_work(Work &work, const KernelParameters &p)
{
    return launch_work(work, p.function, p.grid_x, p.grid_y, p.grid_z, p.block_x, p.block_y, p.block_z, p.shared, p.arguments, p.extra);
}

// Rows of one line of bytes, from pinned to device memory or back.
Result copy_work(Work &work, const CopyParameters &p)
{
    enum { host = 1, device = 2 };
    auto plain = [](const Side &s) { return s.x == 0 && s.y == 0 && s.z == 0 && s.level == 0 && (s.type == host || s.type == device); };
    if (!plain(p.from) || !plain(p.to) || p.width == 0 || p.height != 1 || p.depth != 1) return CUDA_ERROR_INVALID_VALUE;
    auto from = p.from.type == host ? p.from.host : p.from.device, to = p.to.type == host ? p.to.host : p.to.device;
    auto there = [&](const Side &s, void *pointer) { return s.type == host ? is_pinned(pointer, p.width) : on_device(pointer, p.width); };
    if (!there(p.from, from) || !there(p.to, to)) return CUDA_ERROR_INVALID_VALUE;
    work = {Work::copy, {}, {to, from, p.width}, {}};
    return CUDA_SUCCESS;
}

Result add_node(Node **node, Graph *graph, Node *const *after, size_t count, Work work)
{
    if (!state.graphs.contains(graph)) return CUDA_ERROR_INVALID_HANDLE;
    auto made = std::make_unique<Node>(Node{std::move(work), {after, after + count}});
    for (auto before : made->after)
        if (std::none_of(graph->nodes.begin(), graph->nodes.end(), [&](auto &n) { return n.get() == before; })) return CUDA_ERROR_INVALID_VALUE;
    *node = made.get();
    graph->nodes.push_back(std::move(made));
    return CUDA_SUCCESS;
}

// Among the nodes that could come next it takes the last where the seed is odd: an edge that is missing shows.
std::vector<std::pair<const Node *, Work>> in_order(const Graph &graph)
{
    std::vector<std::pair<const Node *, Work>> works;
    std::vector<const Node *> left;
    for (auto &n : graph.nodes) left.push_back(n.get());
    auto is_left = [&](const Node *n) { return std::find(left.begin(), left.end(), n) != left.end(); };
    while (!left.empty())
    {
        auto ready = [&](const Node *n) { return std::none_of(n->after.begin(), n->after.end(), is_left); };
        auto next = emulated::seed() % 2 ? std::find_if(left.rbegin(), left.rend(), ready).base() - 1 : std::find_if(left.begin(), left.end(), ready);
        works.emplace_back(*next, (*next)->work);
        left.erase(next);
    }
    return works;
}

// The node's work in an executable graph; null where it has none of this kind.
Work *find(Executable *executable, const Node *node, int kind)
{
    if (!state.executables.contains(executable)) return nullptr;
    for (auto &[of, work] : executable->works)
        if (of == node && work.kind == kind) return &work;
    return nullptr;
}

}

}

using namespace standin;

EXPORT cuGraphCreate(Graph **graph, unsigned flags)
{
    Call call;
    if (!call) return call.result;
    if (flags != 0) return CUDA_ERROR_INVALID_VALUE;
    *graph = add(state.graphs, std::make_unique<Graph>());
    return CUDA_SUCCESS;
}

EXPORT cuGraphDestroy(Graph *graph)
{
    Call call;
    if (!call) return call.result;
    return state.graphs.erase(graph) ? CUDA_SUCCESS : CUDA_ERROR_INVALID_HANDLE;
}

EXPORT cuGraphAddKernelNode_v2(Node **node, Graph *graph, Node *const *after, size_t count, const KernelParameters *parameters)
{
    Call call;
    if (!call) return call.result;
    Work work;
    auto result = kernel_work(work, *parameters);
    return result ? result : add_node(node, graph, after, count, std::move(work));
}

EXPORT cuGraphAddMemcpyNode(Node **node, Graph *graph, Node *const *after, size_t count, const CopyParameters *parameters, void *context)
{
    Call call;
    if (!call) return call.result;
    if (!context) return CUDA_ERROR_INVALID_CONTEXT;
    Work work;
    auto result = copy_work(work, *parameters);
    return result ? result : add_node(node, graph, after, count, std::move(work));
}

EXPORT cuGraphInstantiateWithFlags(Executable **executable, Graph *graph, uint64_t flags)
{
    Call call;
    if (!call) return call.result;
    if (!state.graphs.contains(graph)) return CUDA_ERROR_INVALID_HANDLE;
    if (flags != 0) return CUDA_ERROR_INVALID_VALUE;
    *executable = add(state.executables, std::make_unique<Executable>(Executable{in_order(*graph)}));
    return CUDA_SUCCESS;
}

EXPORT cuGraphExecKernelNodeSetParams_v2(Executable *executable, const Node *node, const KernelParameters *parameters)
{
    Call call;
    if (!call) return call.result;
    auto work = find(executable, node, Work::kernel);
    if (!work) return CUDA_ERROR_INVALID_VALUE;
    Work changed;
    auto result = kernel_work(changed, *parameters);
    if (result == CUDA_SUCCESS) *work = std::move(changed);
    return result;
}

// The kinds of memory and the number of bytes stay what they were.
EXPORT cuGraphExecMemcpyNodeSetParams(Executable *executable, const Node *node, const CopyParameters *parameters, void *context)
{
    Call call;
    if (!call) return call.result;
    auto work = find(executable, node, Work::copy);
    if (!work || !context) return CUDA_ERROR_INVALID_VALUE;
    Work changed;
    auto result = copy_work(changed, *parameters);
    if (result) return result;
    auto &before = work->copying, &after = changed.copying;
    if (before.bytes != after.bytes || on_device(before.to, 1) != on_device(after.to, 1)) return CUDA_ERROR_INVALID_VALUE;
    *work = std::move(changed);
    return CUDA_SUCCESS;
}

EXPORT cuGraphLaunch(Executable *executable, Stream *stream)
{
    Call call;
    if (!call) return call.result;
    if (!state.executables.contains(executable)) return CUDA_ERROR_INVALID_HANDLE;
    for (auto &[node, work] : executable->works)
        if (auto result = queue(stream, work)) return result;
    return CUDA_SUCCESS;
}

EXPORT cuGraphExecDestroy(Executable *executable)
{
    Call call;
    if (!call) return call.result;
    return state.executables.erase(executable) ? CUDA_SUCCESS : CUDA_ERROR_INVALID_HANDLE;
}
