"""The works of `actionable bench` in PyTorch: run() does the work once, outputs() is what agrees with our outputs.

Inputs are prepared before the clock starts: images are converted and stacked, weights are in the memory format.
"""
import json
import numpy as np
import torch
from cem import Search
from network import Network, convolve, fold, join_blocks, split_blocks, to_numpy, to_torch


def part(tensors, prefix):
    """The tensors below a prefix, without it."""
    return {name[len(prefix):]: value for name, value in tensors.items() if name.startswith(prefix)}


def images(tensors, layout):
    """The tower's input of camera and goal images: [B, 6, H, W], 0 to 1."""
    return to_torch(np.concatenate([tensors["input/current"], tensors["input/goal"]], 3).astype(np.float32) / 255, layout)


class Layer:
    def __init__(self, tensors, metadata, layout):
        self.x = to_torch(tensors["input/x"], layout)
        (weight,) = part(tensors, "parameter/").values()
        self.weight = to_torch(weight, layout)
        self.window = int(metadata["kernel"]), int(metadata["stride"]), metadata["padding"]
        self.dy = to_torch(tensors["input/dy"], layout) if "input/dy" in tensors else None
        if self.dy is not None:
            self.weight.requires_grad_()
            self.x.requires_grad_("output/dx" in tensors)

    def run(self):
        y = convolve(self.x, self.weight, None, *self.window)
        if self.dy is None:
            return y,
        wanted = [t for t in (self.weight, self.x) if t.requires_grad]
        return y.detach(), *torch.autograd.grad(y, wanted, self.dy)

    def outputs(self):
        return dict(zip(("y", "dw", "dx"), map(to_numpy, self.run())))


class Tower:
    def __init__(self, tensors, metadata, layout):
        spec = json.loads(metadata["network"])
        self.network = Network(spec, fold(spec, part(tensors, "parameter/")), layout)
        self.x = to_torch(tensors["input/x"], layout)

    def run(self):
        return self.network.tower(self.x)

    def outputs(self):
        return {"map": to_numpy(self.run())}


class Head:
    def __init__(self, tensors, metadata, layout):
        spec = json.loads(metadata["network"])
        self.network = Network(spec, fold(spec, part(tensors, "parameter/")), layout)
        self.map, self.actions = to_torch(tensors["input/map"], layout), to_torch(tensors["input/actions"], layout)

    def run(self):
        return self.network.head(self.map, self.actions)

    def outputs(self):
        return {"logits": to_numpy(self.run())}


class Decision:
    """Tower once, head for every sample; the search draws other numbers than ours, so Q of given actions is what is compared."""

    def __init__(self, tensors, metadata, layout, prefix="parameter/"):
        spec = json.loads(metadata["network"])
        self.network = Network(spec, fold(spec, part(tensors, prefix)), layout)
        self.x, self.actions = images(tensors, layout), torch.from_numpy(tensors["input/actions"])
        self.search = Search(spec, tensors)

    def run(self):
        maps = self.network.tower(self.x)
        return self.search.best(lambda rows: self.network.head(maps, torch.from_numpy(rows)).numpy())

    def q(self):
        return torch.sigmoid(self.network.head(self.network.tower(self.x), self.actions)).numpy()

    def outputs(self):
        return {"q": self.q()}


class Labels:
    def __init__(self, tensors, metadata, layout):
        self.average = Decision(tensors, metadata, layout, "parameter/average/")
        self.lagged = Decision(tensors, metadata, layout, "parameter/lagged/")
        self.discount = np.float32(metadata["discount"])

    def run(self):
        actions, logits = self.average.run()
        network = self.lagged.network
        rows = torch.from_numpy(self.average.search.encode(actions[:, None]))
        lagged = network.head(network.tower(self.lagged.x), rows).numpy()
        return self.discount / (1 + np.exp(-np.minimum(logits, lagged)))

    def outputs(self):
        return {"q": self.average.q(), "q_lagged": self.lagged.q()}


class Step:
    """Forward in training form, weighted sigmoid cross-entropy, gradients of every parameter."""

    def __init__(self, tensors, metadata, layout):
        self.spec = json.loads(metadata["network"])
        self.network = Network(self.spec, join_blocks(self.spec, part(tensors, "parameter/")), layout, training=True)
        self.x = to_torch(tensors["input/x"], layout)
        self.actions, self.targets, self.weights = (torch.from_numpy(tensors[f"input/{n}"]) for n in ("actions", "targets", "weights"))
        self.parameters = [self.network.values[name] for name in self.network.trained]

    def run(self):
        logits = self.network.head(self.network.tower(self.x), self.actions)
        loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, self.targets, self.weights, reduction="sum")
        return logits, torch.autograd.grad(loss, self.parameters)

    def outputs(self):
        logits, gradients = self.run()
        outputs = split_blocks(self.spec, {name: to_numpy(g) for name, g in zip(self.network.trained, gradients)})
        if self.spec["Normalisation"] == "Batch":
            # Batch norm takes a bias out again: but for the last layer's, their gradients are rounding errors of 0.
            outputs = {name: g for name, g in outputs.items() if not name.endswith("/bias") or name == "head/logit/bias"}
        return {"logits": to_numpy(logits), **{f"gradient/{name}": value for name, value in outputs.items()}}


KINDS = {"layer": Layer, "tower": Tower, "head": Head, "decision": Decision, "labels": Labels, "step": Step}


def create(name, tensors, metadata, layout):
    """The work of a name on the contents of its exchange file."""
    return KINDS[name.split("/")[0]](tensors, metadata, layout)


def has_gradient(name):
    return name.startswith("step/") or name.endswith("forward-backward")


def difference(name, outputs, tensors):
    """Largest over all outputs of max |peer − ours| / max |ours|; for steps of ‖peer − ours‖ / ‖ours‖.

    A ReLU within rounding of 0 may let a gradient pass in one library and not in the other.
    """
    size = np.linalg.norm if name.startswith("step/") else lambda values: np.abs(values).max()
    ours = {output: tensors[f"output/{output}"].reshape(-1) for output in outputs}
    return float(np.max([size(value.reshape(-1) - ours[output]) / max(size(ours[output]), 1e-30) for output, value in outputs.items()]))
