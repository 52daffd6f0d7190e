"""Writes the ONNX graphs of a work: export_onnx.py FILE NAME FOLDER. Layers are one graph; decisions are a tower and a head; labels two of each.

Shapes are fixed and weights are constants, so that ONNX Runtime prepares everything when it loads a graph.
"""
import os
import sys
import warnings
import torch
import works
from safetensors import read


class Graph(torch.nn.Module):
    """A function of tensors as a module."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, *inputs):
        return self.function(*inputs)


def graphs(name, work):
    """(graph name, function, example inputs) of each graph of a work."""
    kind = name.split("/")[0]
    if kind == "layer":
        yield "layer", lambda x: works.convolve(x, work.weight, None, *work.window), (work.x,)
    elif kind == "tower":
        yield "tower", work.network.tower, (work.x,)
    elif kind == "head":
        yield "head", work.network.head, (work.map, work.actions)
    elif kind == "decision":
        yield from both(work, "")
    elif kind == "labels":
        yield from both(work.average, "")
        yield from both(work.lagged, "lagged-")
        maps, rows = work.lagged.network.tower(work.lagged.x), work.lagged.actions[:len(work.lagged.x)]
        yield "lagged-one", work.lagged.network.head, (maps, rows)


def both(decision, prefix):
    yield f"{prefix}tower", decision.network.tower, (decision.x,)
    yield f"{prefix}head", decision.network.head, (decision.network.tower(decision.x), decision.actions)


def main():
    path, name, folder = sys.argv[1:]
    work = works.create(name, *read(path), torch.contiguous_format)
    os.makedirs(folder, exist_ok=True)
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for graph, function, inputs in graphs(name, work):
            torch.onnx.export(Graph(function), inputs, os.path.join(folder, f"{graph}.onnx"), opset_version=13,
                              input_names=[f"input{i}" for i in range(len(inputs))], output_names=["output"])


main()
