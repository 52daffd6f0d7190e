"""A network of ours in PyTorch, from its specification (src/ActionableModels/Networks/NetworkSpec.cs, as JSON) and its parameters.

Weights are OHWI and [out, in] in files; maps are [N, C, H, W] here, in the memory format that the caller chose.
"""
import numpy as np
import torch
import torch.nn.functional as F


def padding(x, kernel, stride, kind):
    """(before, after) of the square map; SAME as in TensorFlow, the odd pixel after."""
    size = int(x.shape[2])
    total = 0 if kind.lower() == "valid" else max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


def convolve(x, weight, bias, kernel, stride, kind):
    before, after = padding(x, kernel, stride, kind)
    if before != after:
        x, before = F.pad(x, (before, after, before, after)), 0
    return F.conv2d(x, weight, bias, stride, before)


def pool(x, layer):
    before, after = padding(x, layer["Kernel"], layer["Stride"], layer["Padding"])
    return F.max_pool2d(x, layer["Kernel"], layer["Stride"], before, ceil_mode=after > before)


def to_torch(array, layout):
    """A parameter or map; four dimensions go from [·, H, W, C] to [·, C, H, W] in the memory format."""
    tensor = torch.from_numpy(np.array(array))
    return tensor if tensor.dim() != 4 else tensor.permute(0, 3, 1, 2).contiguous(memory_format=layout)


def to_numpy(tensor):
    """The way back."""
    tensor = tensor.detach()
    return (tensor if tensor.dim() != 4 else tensor.permute(0, 2, 3, 1)).numpy()


def add_context(maps, context):
    """maps [B, C, h, w] + context [B·A, C] at every position: [B·A, C, h, w] in the memory format of the maps."""
    b, c, h, w = map(int, maps.shape)
    a = int(context.shape[0]) // b
    if maps.is_contiguous():
        return (maps.view(b, 1, c, h, w) + context.view(b, a, c, 1, 1)).view(b * a, c, h, w)
    nhwc = maps.permute(0, 2, 3, 1).reshape(b, 1, h, w, c) + context.view(b, a, 1, 1, c)
    return nhwc.view(b * a, h, w, c).permute(0, 3, 1, 2)


def join_blocks(spec, parameters):
    """The parameters with the action blocks' dense layers side by side as `action/sum`, their biases one per row."""
    names = [f"action/{block['Name']}" for block in spec["ActionBlocks"]]
    joined = {name: value for name, value in parameters.items() if name.rpartition("/")[0] not in names}
    joined["action/sum/weight"] = np.concatenate([parameters[f"{name}/weight"] for name in names], 1)
    joined["action/sum/bias"] = np.stack([parameters[f"{name}/bias"] for name in names])
    return joined


def split_blocks(spec, joined):
    """The way back from `join_blocks`."""
    split = dict(joined)
    weight, bias, column = split.pop("action/sum/weight"), split.pop("action/sum/bias"), 0
    for row, block in enumerate(spec["ActionBlocks"]):
        width = len(block["Columns"])
        split[f"action/{block['Name']}/weight"], split[f"action/{block['Name']}/bias"] = weight[:, column:column + width], bias[row]
        column += width
    return split


def fold(spec, parameters):
    """Weight and bias of every layer with normalisation folded in, as decisions and labels use them."""
    folded, parameters = {}, join_blocks(spec, parameters)
    for name in [key[:-len("/weight")] for key in parameters if key.endswith("/weight")]:
        weight, bias = parameters[f"{name}/weight"], parameters.get(f"{name}/bias", np.float32(0))
        bias = bias.sum(0) if bias.ndim == 2 else bias
        if f"{name}/norm/shift" in parameters:
            factor = parameters.get(f"{name}/norm/scale", 1) / np.sqrt(parameters[f"{name}/norm/variance"] + spec["NormEpsilon"])
            bias = parameters[f"{name}/norm/shift"] + (bias - parameters[f"{name}/norm/mean"]) * factor
            weight = weight * factor.reshape(-1, *[1] * (weight.ndim - 1))
        folded[f"{name}/weight"], folded[f"{name}/bias"] = weight.astype(np.float32), bias.astype(np.float32)
    return folded


class Network(torch.nn.Module):
    """Tower and head. `affine` is what stands between layers: with folded parameters, bias and ReLU; in training, batch norm and ReLU."""

    def __init__(self, spec, parameters, layout, training=False):
        super().__init__()
        self.spec, self.training_form = spec, training
        self.values = {name: to_torch(array, layout) for name, array in parameters.items()}
        self.trained = [name for name in parameters if not name.endswith(("norm/mean", "norm/variance"))]
        for name in self.trained if training else []:
            self.values[name].requires_grad_()

    def weights(self, name):
        bias = self.values.get(f"{name}/bias")
        return self.values[f"{name}/weight"], bias.sum(0) if bias is not None and bias.dim() == 2 else bias

    def activate(self, x, name):
        get = self.values.get
        if self.training_form and f"{name}/norm/shift" in self.values:
            x = F.batch_norm(x, get(f"{name}/norm/mean"), get(f"{name}/norm/variance"), get(f"{name}/norm/scale"), get(f"{name}/norm/shift"),
                             True, 1 - self.spec["NormDecay"], self.spec["NormEpsilon"])
        return x.relu_()

    def dense(self, x, name):
        return self.activate(F.linear(x, *self.weights(name)), name)

    def stack(self, x, part, layers, conv=0):
        dense = 0
        for layer in layers:
            if layer["Kind"] == "Pool":
                x = pool(x, layer)
            elif layer["Kind"] == "Conv":
                conv += 1
                name = f"{part}/conv{conv}"
                x = self.activate(convolve(x, *self.weights(name), layer["Kernel"], layer["Stride"], layer["Padding"]), name)
            else:
                dense += 1
                x = self.dense(x if x.dim() == 2 else x.permute(0, 2, 3, 1).flatten(1), f"{part}/dense{dense}")
        return x

    def tower(self, images):
        """Images [B, 6, H, W] to maps [B, C, h, w]."""
        return self.stack(images, "tower", self.spec["Tower"])

    def head(self, maps, encoded):
        """Maps [B, C, h, w] and rows of the action input [B·A, inputs] to logits [B·A]."""
        context = self.dense(self.dense(encoded, "action/sum"), "action/merge")
        convs = sum(layer["Kind"] == "Conv" for layer in self.spec["Tower"])
        x = self.stack(add_context(maps, context), "head", self.spec["Head"], convs)
        return F.linear(x, *self.weights("head/logit")).view(-1)
