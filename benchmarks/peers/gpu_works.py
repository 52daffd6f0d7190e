"""The works of `actionable bench` in PyTorch on a GPU: bf16, channels_last, compiled, and captured as CUDA graphs where nothing comes back in between.

Each work has run() for one repeat and outputs() for what agrees with ours. Inputs are on the GPU before the clock starts, except for
decisions, which begin with two images in pinned host memory and end with the action on the host.
"""
import json
import torch
import torch.nn.functional as F
import works
from cem import ELITES, ITERATIONS, SAMPLES
from network import padding, to_numpy


class Place:
    """Where and how PyTorch computes."""

    def __init__(self, device, precision, compiled):
        self.device, self.compiled = torch.device(device), compiled
        self.dtype = torch.bfloat16 if precision == "bf16" else torch.float32
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = precision == "tf32"
        torch.backends.cudnn.benchmark = True

    def put(self, tensor, dtype=None):
        tensor = tensor.detach().to(self.device, dtype or tensor.dtype)
        return tensor.contiguous(memory_format=torch.channels_last) if tensor.dim() == 4 else tensor

    def compile(self, function):
        """A function that is compiled when `self.compiled` says so, and can be called plainly under `eager`."""
        return Compiled(function) if self.compiled else function

    def try_compiler(self):
        """Whether torch.compile works here: it needs a C compiler and Python's headers. What was wrong where it does not."""
        try:
            if self.compiled:
                torch.compile(lambda x: torch.relu(x) + 1, dynamic=False)(torch.ones(64, device=self.device))
        except Exception as fault:
            self.compiled = False
            return str(fault).splitlines()[0] if str(fault) else type(fault).__name__
        return None

    def autocast(self):
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.dtype == torch.bfloat16)


class Compiled:
    """A compiled function; while `plain` is set, what it was compiled from: outputs are compared at batches that nothing is timed at."""

    plain = False

    def __init__(self, function):
        self.function, self.compiled = function, torch.compile(function, dynamic=False)

    def __call__(self, *arguments):
        return (self.function if Compiled.plain else self.compiled)(*arguments)


def tiled(tensor, times):
    """The batch so many times, in the memory format that it has."""
    repeated = tensor.repeat(times, *[1] * (tensor.dim() - 1))
    return repeated.contiguous(memory_format=torch.channels_last) if tensor.dim() == 4 and tensor.is_contiguous(
        memory_format=torch.channels_last) else repeated


class Layer:
    """One convolution and its gradients on bf16 tensors: cuDNN alone, without conversions."""

    def __init__(self, tensors, metadata, place):
        work = works.Layer(tensors, metadata, torch.channels_last)
        self.x, self.weight = place.put(work.x, place.dtype), place.put(work.weight, place.dtype)
        self.dy = None if work.dy is None else place.put(work.dy, place.dtype)
        self.wants_dx = "output/dx" in tensors
        kernel, self.stride, kind = work.window
        before, after = padding(self.x, kernel, self.stride, kind)
        if before != after:
            raise ValueError("a layer with uneven padding has no counterpart in cuDNN")
        self.pad = before

    def run(self):
        y = F.conv2d(self.x, self.weight, None, self.stride, self.pad)
        if self.dy is None:
            return y,
        dx, dw, _ = torch.ops.aten.convolution_backward(self.dy, self.x, self.weight, None, [self.stride] * 2, [self.pad] * 2, [1, 1], False,
                                                        [0, 0], 1, [self.wants_dx, True, False])
        return (y, dw, dx) if self.wants_dx else (y, dw)

    def outputs(self):
        return {name: to_numpy(value.float().cpu()) for name, value in zip(("y", "dw", "dx"), self.run())}

    def tile(self, times):
        """The same work on a batch so many times as large."""
        self.x = tiled(self.x, times)
        self.dy = None if self.dy is None else tiled(self.dy, times)


class Folded:
    """Tower and head with normalisation folded, in the precision of the place."""

    def __init__(self, work, place):
        self.network = work.network
        self.network.values = {name: place.put(value, place.dtype) for name, value in self.network.values.items()}
        self.tower, self.head = place.compile(self.network.tower), place.compile(self.network.head)


class Tower(Folded):
    def __init__(self, tensors, metadata, place):
        work = works.Tower(tensors, metadata, torch.channels_last)
        super().__init__(work, place)
        self.x = place.put(work.x, place.dtype)

    def run(self):
        return self.tower(self.x)

    def outputs(self):
        return {"map": to_numpy(self.run().float().cpu())}


class Head(Folded):
    def __init__(self, tensors, metadata, place):
        work = works.Head(tensors, metadata, torch.channels_last)
        super().__init__(work, place)
        self.map, self.actions = place.put(work.map, place.dtype), place.put(work.actions, place.dtype)

    def run(self):
        return self.head(self.map, self.actions)

    def outputs(self):
        return {"logits": self.run().float().cpu().numpy()}


class Search:
    """The cross-entropy method of cem.py with tensors that stay on the device."""

    def __init__(self, search, states, place):
        self.place, self.flags = place, search.flags
        self.low, self.high, self.mean, self.deviation = (
            place.put(torch.from_numpy(v.copy())).float() for v in (search.low, search.high, search.mean, search.deviation))
        self.states = place.put(torch.from_numpy(states.copy())).float()
        self.source = torch.tensor(search.source, device=place.device)
        self.scale = torch.from_numpy(search.scale).to(place.device)
        self.sine, self.cosine = search.sine, search.cosine
        self.angle = search.source[search.sine]

    def encode(self, actions):
        b, a, _ = actions.shape
        both = torch.cat([actions, self.states[:, None].expand(b, a, 2)], 2)
        rows = both[..., self.source] * self.scale
        rows[..., self.sine] = torch.sin(actions[..., self.angle])
        rows[..., self.cosine] = torch.cos(actions[..., self.angle])
        return rows.reshape(b * a, -1).to(self.place.dtype)

    def best(self, evaluate):
        b, d, f = len(self.states), len(self.low), self.flags
        mean, deviation = self.mean.expand(b, 1, d), self.deviation.expand(b, 1, d)
        for iteration in range(ITERATIONS):
            actions = torch.randn(b, SAMPLES, d, device=self.place.device) * deviation + mean
            actions = torch.maximum(torch.minimum(actions, self.high), self.low)
            flags = (torch.rand(b, SAMPLES, d - f, device=self.place.device) < mean[..., f:]).float()
            actions = torch.cat([actions[..., :f], flags], 2)
            logits = evaluate(self.encode(actions)).float().view(b, SAMPLES)
            if iteration < ITERATIONS - 1:
                elites = logits.topk(ELITES, 1).indices
                chosen = actions.gather(1, elites[..., None].expand(b, ELITES, d))
                mean, deviation = chosen.mean(1, keepdim=True), chosen.std(1, keepdim=True)
        value, best = logits.max(1)
        return actions.gather(1, best[:, None, None].expand(b, 1, d)), value


class Decision(Folded):
    def __init__(self, tensors, metadata, place, prefix="parameter/"):
        work = works.Decision(tensors, metadata, torch.channels_last, prefix)
        super().__init__(work, place)
        self.place = place
        pin = (lambda t: t.pin_memory()) if place.device.type == "cuda" else (lambda t: t)
        self.host = [pin(torch.from_numpy(tensors[f"input/{name}"].copy())) for name in ("current", "goal")]
        self.actions = place.put(work.actions, place.dtype)
        self.search = Search(work.search, tensors["input/states"], place)
        self.pin = pin
        self.tile(1)

    def tile(self, times):
        self.host = [self.pin(host.repeat(times, 1, 1, 1)) for host in self.host]
        self.images = [host.to(self.place.device) for host in self.host]
        self.search.states = self.search.states.repeat(times, 1)
        self.chosen = torch.empty(len(self.host[0]), len(self.search.low), device=self.place.device)
        self.answer = self.pin(torch.empty(self.chosen.shape))

    def input(self):
        x = torch.cat(self.images, 3).permute(0, 3, 1, 2).to(self.place.dtype) / 255
        return x.contiguous(memory_format=torch.channels_last)

    def maps(self):
        return self.tower(self.input())

    def run(self):
        for image, host in zip(self.images, self.host):
            image.copy_(host, non_blocking=True)
        maps = self.maps()
        actions, logits = self.search.best(lambda rows: self.head(maps, rows))
        self.chosen.copy_(actions[:, 0])
        return actions, logits

    def fetch(self):
        """Brings the action to the host; the caller waits for it."""
        self.answer.copy_(self.chosen, non_blocking=True)

    def q(self):
        return torch.sigmoid(self.head(self.maps(), self.actions).float()).cpu().numpy()

    def outputs(self):
        return {"q": self.q()}


class Labels:
    def __init__(self, tensors, metadata, place):
        self.average = Decision(tensors, metadata, place, "parameter/average/")
        self.lagged = Decision(tensors, metadata, place, "parameter/lagged/")
        self.discount = float(metadata["discount"])

    def run(self):
        actions, logits = self.average.run()
        lagged = self.lagged.head(self.lagged.maps(), self.average.search.encode(actions)).float()
        return self.discount * torch.sigmoid(torch.minimum(logits, lagged))

    def outputs(self):
        return {"q": self.average.q(), "q_lagged": self.lagged.q()}

    def tile(self, times):
        self.average.tile(times)
        self.lagged.tile(times)


class Step:
    """Forward in training form, weighted cross-entropy, gradients of every parameter; parameters float32, autocast where bf16."""

    def __init__(self, tensors, metadata, place):
        self.cpu = works.Step(tensors, metadata, torch.channels_last)
        self.place, self.network = place, self.cpu.network
        self.network.values = {name: place.put(value) for name, value in self.network.values.items()}
        for name in self.network.trained:
            self.network.values[name].requires_grad_()
        self.parameters = [self.network.values[name] for name in self.network.trained]
        self.x, self.actions, self.targets, self.weights = (place.put(t) for t in (
            self.cpu.x, self.cpu.actions, self.cpu.targets, self.cpu.weights))
        self.tower, self.loss = place.compile(self.map_of), place.compile(self.loss_of)

    def map_of(self, x):
        with self.place.autocast():
            return self.network.tower(x)

    def loss_of(self, maps, actions, targets, weights):
        with self.place.autocast():
            logits = self.network.head(maps, actions).float()
        return F.binary_cross_entropy_with_logits(logits, targets, weights, reduction="sum"), logits

    def gradients(self, maps, actions, targets):
        loss, logits = self.loss(maps, actions, targets, self.weights)
        return logits, torch.autograd.grad(loss, self.parameters)

    def run(self):
        return self.gradients(self.tower(self.x), self.actions, self.targets)

    def outputs(self):
        self.cpu.run = lambda: (lambda logits, gradients: (logits.cpu(), [g.float().cpu() for g in gradients]))(*self.run())
        return self.cpu.outputs()

    def tile(self, times):
        self.x, self.actions, self.targets, self.weights = (tiled(t, times) for t in (self.x, self.actions, self.targets, self.weights))
        self.weights = self.weights / times


class Whole:
    """A whole training step from the files of labels and of the gradient part: targets, negatives, gradient, momentum, averages."""

    CANDIDATES, RATE, MOMENTUM, DECAY, AVERAGE = 16, 1e-4, 0.9, 7e-5, 1e-4

    def __init__(self, labels, step, place):
        self.labels, self.step, self.place = Labels(*labels, place), Step(*step, place), place
        trained = [p.detach() for p in self.step.parameters]
        self.velocity = [torch.zeros_like(p) for p in trained]
        self.average = [p.clone() for p in trained]
        self.trained = trained

    def tile(self, times):
        """Both files to the batch of labels times this: the gradient part's is a multiple of it."""
        labels, step = len(self.labels.average.images[0]), len(self.step.x)
        self.labels.tile(times)
        self.step.tile(times * labels // step)

    @property
    def pairs(self):
        return len(self.labels.average.images[0])

    def negatives(self, maps):
        """One action a pair by exp(Q) among uniform candidates, by a folded head (the average's stands for the trained one's) on the step's maps."""
        average = self.labels.average
        search, b, n = average.search, self.pairs, self.CANDIDATES
        drawn = torch.rand(b, n, len(search.low), device=self.place.device)
        candidates = search.low + (search.high - search.low) * drawn
        q = torch.sigmoid(average.head(maps.detach().to(self.place.dtype), search.encode(candidates)).float().view(b, n))
        best = (q - torch.log(-torch.log(torch.rand_like(q)))).argmax(1)
        return candidates.gather(1, best[:, None, None].expand(b, 1, candidates.shape[2]))

    def run(self):
        maps = self.step.tower(self.step.x)
        with torch.no_grad():
            y = self.labels.run()
            negative = self.labels.average.search.encode(self.negatives(maps)).float()
            actions = self.step.actions.view(self.pairs, -1, self.step.actions.shape[1]).clone()
            actions[:, 1] = negative
            targets = self.step.targets.view(self.pairs, -1).clone()
            targets[:, 0] = y
        _, gradients = self.step.gradients(maps, actions.view_as(self.step.actions), targets.view(-1))
        with torch.no_grad():
            gradients = torch._foreach_add([g.float() for g in gradients], self.trained, alpha=self.DECAY)
            torch._foreach_mul_(self.velocity, self.MOMENTUM)
            torch._foreach_add_(self.velocity, gradients)
            torch._foreach_add_(self.trained, self.velocity, alpha=-self.RATE)
            torch._foreach_mul_(self.average, 1 - self.AVERAGE)
            torch._foreach_add_(self.average, self.trained, alpha=self.AVERAGE)


KINDS = {"layer": Layer, "tower": Tower, "head": Head, "decision": Decision, "labels": Labels, "step": Step}


def create(name, tensors, metadata, place):
    """The work of a name on the contents of its exchange file."""
    return KINDS[name.split("/")[0]](tensors, metadata, place)


def create_whole(labels, step, place):
    """A whole step of qt-opt from two exchange files."""
    if json.loads(step[1]["network"])["Normalisation"] != "Batch":
        raise ValueError("the whole step of PyTorch is that of qt-opt-472")
    return Whole(labels, step, place)
