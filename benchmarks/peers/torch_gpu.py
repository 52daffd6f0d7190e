"""Times works in PyTorch on a GPU: torch_gpu.py [options] SECONDS NAME=FILE …; one JSON object a line on standard output.

NAME is a work of `actionable bench`, FILE its exchange file; step/…/whole takes two files, of labels and of the gradient part, with a comma
between them. NAME@BATCH checks the work of the file and then times it on its inputs repeated to that batch. The name ceiling measures the
rate of large matrix products instead.
"""
import argparse
import contextlib
import gc
import json
import math
import time
import numpy as np
import torch
import gpu_works
import works
from safetensors import read

CEILING = 8192


def ceiling(place, seconds):
    """TFLOP/s of a large product on random numbers: what PyTorch's best kernels reach here."""
    a, b = (torch.randn(CEILING, CEILING, device=place.device, dtype=place.dtype) for _ in range(2))
    times = timed(lambda: a @ b, place, seconds, 1)
    return {"tflops": 2e-9 * CEILING ** 3 / np.median(times), "size": CEILING}


def synchronize(place):
    if place.device.type == "cuda":
        torch.cuda.synchronize()


def timed(run, place, seconds, repeats):
    """Milliseconds of each repeat: runs one after the other, waited for after each, for the time given and half of it before."""
    def loop(limit, least):
        times, end = [], time.perf_counter() + limit
        while time.perf_counter() < end or len(times) < least:
            start = time.perf_counter()
            run()
            synchronize(place)
            times.append(1e3 * (time.perf_counter() - start) / repeats)
        return times

    loop(seconds / 2, 1)
    return loop(seconds, 3 if seconds > 0 else 1)


def capture(run, place, repeats):
    """(function that repeats the work, whether it is a CUDA graph, why not): the graph replays without the host's share."""
    def repeat():
        for _ in range(repeats):
            run()

    if place.device.type != "cuda":
        return repeat, False, "no CUDA device"
    try:
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(3):
                run()
        torch.cuda.current_stream().wait_stream(side)
        torch.cuda.synchronize()
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            repeat()
        return graph.replay, True, None
    except RuntimeError as fault:
        torch.cuda.synchronize()
        return repeat, False, str(fault).splitlines()[0]


def measure(name, batch, files, place, options):
    contents = [read(file) for file in files.split(",")]
    if name.endswith("/whole"):
        work, difference = gpu_works.create_whole(*contents, place), None
    else:
        (tensors, metadata), = contents
        work = gpu_works.create(name, tensors, metadata, place)
        with torch.enable_grad() if works.has_gradient(name) else torch.no_grad():
            gpu_works.Compiled.plain = True
            difference = works.difference(name, work.outputs(), tensors)
            gpu_works.Compiled.plain = False
    if batch:
        times, rest = divmod(int(batch), int(contents[0][1]["batch"]))
        if rest or times == 0:
            raise ValueError(f"batch {batch} is no multiple of the {contents[0][1]['batch']} of the file")
        work.tile(times)
    gradient = works.has_gradient(name) and not name.startswith("layer/")
    repeats = options.repeats if name.split("/")[0] in ("layer", "tower", "head") else 1
    with torch.enable_grad() if gradient else torch.no_grad():
        replay, graph, note = capture(work.run, place, repeats)

        def run():
            replay()
            if name.startswith("decision/"):
                work.fetch()

        times = timed(run, place, options.seconds, repeats)
    p10, median, p90, p99 = np.percentile(times, [10, 50, 90, 99])
    memory = torch.cuda.max_memory_allocated() if place.device.type == "cuda" else None
    return {"median": median, "p10": p10, "p90": p90, "p99": p99, "runs": len(times), "difference": difference if difference is None or math.isfinite(difference) else 1e30,
            "graph": graph, "note": note, "compiled": place.compiled, "device_bytes": memory}


def main():
    parser = argparse.ArgumentParser(prog="torch_gpu.py")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--precision", default="bf16", choices=["bf16", "tf32", "fp32"])
    parser.add_argument("--eager", action="store_true", help="without torch.compile")
    parser.add_argument("--repeats", type=int, default=20, help="repeats of layers, towers and heads in one graph")
    parser.add_argument("seconds", type=float)
    parser.add_argument("works", nargs="+", metavar="NAME=FILE")
    options = parser.parse_args()
    place = gpu_works.Place(options.device, options.precision, not options.eager)
    fault = place.try_compiler()
    version = f"PyTorch {torch.__version__}" + (f", without torch.compile ({fault})" if fault else "")
    if place.device.type == "cuda":
        version += f", CUDA {torch.version.cuda}, cuDNN {torch.backends.cudnn.version()}, {torch.cuda.get_device_name()}"
    for item in options.works:
        name, _, files = item.partition("=")
        name, _, batch = name.partition("@")
        torch.manual_seed(1)
        # What the work before held is none of this one's memory, and its compiled forms are none of its limit.
        gc.collect()
        with contextlib.suppress(AttributeError):
            torch._dynamo.reset()
        if place.device.type == "cuda":
            torch.cuda.empty_cache()
            torch.cuda.reset_peak_memory_stats()
        try:
            result = ceiling(place, options.seconds) if name == "ceiling" else measure(name, batch, files, place, options)
        except Exception as fault:  # one work that a version of PyTorch cannot do must not end the others
            result = {"error": f"{type(fault).__name__}: {str(fault).splitlines()[0] if str(fault) else ''}"}
        print(json.dumps({"work": name, "version": version, "precision": options.precision, **result}), flush=True)


main()
