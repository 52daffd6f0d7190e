"""Times one work in PyTorch: torch_peer.py FILE NAME THREADS SECONDS LAYOUT; one JSON object on standard output.

The caller sets OMP_NUM_THREADS and OPENBLAS_NUM_THREADS: libraries read them when they are loaded. Operations run one by one: on
channels_last maps the graphs of torch.jit (freeze, optimize_for_inference, oneDNN fusion) took as long.
"""
import json
import re
import sys
import time
import numpy as np
import torch
import works
from safetensors import read

LAYOUTS = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}


def measure(run, seconds):
    """Milliseconds of each run for the time given, at least three, after half of it to warm up, at least two; 0: of a single run."""
    def repeat(least, limit):
        times, end = [], time.perf_counter() + limit
        while time.perf_counter() < end or len(times) < least:
            start = time.perf_counter()
            run()
            times.append(1e3 * (time.perf_counter() - start))
        return times

    if seconds == 0:
        return repeat(1, 0)
    repeat(2, seconds / 2)
    return repeat(3, seconds)


def main():
    path, name, threads, seconds, layout = sys.argv[1:]
    torch.set_num_threads(int(threads))
    tensors, metadata = read(path)
    with torch.inference_mode(not works.has_gradient(name)):
        work = works.create(name, tensors, metadata, LAYOUTS[layout])
        difference = works.difference(name, work.outputs(), tensors)
        times = measure(work.run, float(seconds))
    p10, median, p90 = np.percentile(times, [10, 50, 90])
    onednn = re.search(r"MKL-DNN (v[\d.]+)", torch.__config__.show())
    print(json.dumps({"median": median, "p10": p10, "p90": p90, "runs": len(times), "difference": difference, "layout": layout,
                      "version": f"PyTorch {torch.__version__}, oneDNN {onednn.group(1) if onednn else 'unknown'}"}))


main()
