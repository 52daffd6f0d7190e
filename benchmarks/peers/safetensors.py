"""Reads safetensors files: https://github.com/huggingface/safetensors#format."""
import json
import numpy as np

DTYPES = {"F32": np.float32, "U8": np.uint8}


def read(path):
    """(tensors by name as views of one buffer, metadata) of a file."""
    with open(path, "rb") as file:
        data = np.frombuffer(bytearray(file.read()), np.uint8)
    end = 8 + int(data[:8].view(np.uint64)[0])
    header = json.loads(data[8:end].tobytes())
    metadata = header.pop("__metadata__", {})
    return {name: data[end + t["data_offsets"][0]:end + t["data_offsets"][1]].view(DTYPES[t["dtype"]]).reshape(t["shape"])
            for name, t in header.items()}, metadata
