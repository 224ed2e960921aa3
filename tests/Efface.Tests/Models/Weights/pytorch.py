"""Real PyTorch, for the tests of weights.

    pytorch.py write FOLDER              checkpoints of every kind, and expected.safetensors with the same numbers
    pytorch.py names FOLDER              the names in torchvision's networks, a file for each
    pytorch.py run FILE MODEL CLASSES    loads safetensors into torchvision's network by strict names, and prints its logits

The folders Checkpoints and Names beside this file are what `write` and `names` wrote with PyTorch 1.13 and torchvision 0.14.
"""

import json
import struct
import sys
from collections import OrderedDict
from pathlib import Path

import torch

KINDS = {torch.float32: "F32", torch.int64: "I64"}


def tensors():
    """Every type, and every way in which a tensor can lie in its storage."""
    base = torch.arange(24, dtype=torch.float32) / 8 - 1
    state = OrderedDict(
        (str(kind).split(".")[1], base[:6].to(kind).view(2, 3))
        for kind in (torch.float64, torch.float16, torch.bfloat16, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool)
    )
    state["float32"] = base.view(2, 3, 4)
    state["transposed"] = base.view(4, 6).t()
    state["permuted"] = base.view(2, 3, 4).permute(2, 0, 1)
    state["part"] = base[5:9]
    state["every_second"] = base[1::2]
    state["empty"] = torch.zeros(0, 3)
    state["count"] = torch.tensor(7)
    state["parameter"] = torch.nn.Parameter(base[20:])
    return state


def write_safetensors(path, state):
    header, data = {}, b""
    for name, tensor in state.items():
        tensor = tensor.detach().to(torch.float32 if tensor.is_floating_point() else torch.int64).contiguous()
        content = tensor.numpy().tobytes()
        header[name] = {"dtype": KINDS[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + len(content)]}
        data += content
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def read_safetensors(path):
    content = bytearray(Path(path).read_bytes())
    (length,) = struct.unpack("<Q", content[:8])
    state = {}
    for name, entry in json.loads(content[8 : 8 + length]).items():
        if name != "__metadata__":
            kind = next(kind for kind, word in KINDS.items() if word == entry["dtype"])
            begin, end = (8 + length + offset for offset in entry["data_offsets"])
            state[name] = torch.frombuffer(content[begin:end], dtype=kind).reshape(entry["shape"])
    return state


def write(folder):
    state = tensors()
    write_safetensors(folder / "expected.safetensors", state)
    for protocol in (2, 3, 4, 5):
        torch.save(state, folder / f"protocol{protocol}.pt", pickle_protocol=protocol)
    torch.save(state, folder / "before-1.6.pt", _use_new_zipfile_serialization=False)

    linear = torch.nn.Linear(2, 2)
    optimiser = torch.optim.Adam(linear.parameters())
    linear(torch.ones(1, 2)).sum().backward()
    optimiser.step()
    torch.save(
        {
            "epoch": 3,
            "best": 0.5,
            "large": 1 << 70,
            "name": "é",
            "nothing": None,
            "sizes": torch.Size([1, 2]),
            "device": torch.device("cpu"),
            "type": torch.float32,
            "words": {"a", "b"},
            "list": [1, (2, 3, 4, 5), b"bytes"],
            "many": [str(number) for number in range(300)],
            "state_dict": OrderedDict((f"module.{name}", tensor) for name, tensor in state.items()),
            "optimizer": optimiser.state_dict(),
        },
        folder / "nested.pt",
    )
    torch.save(linear, folder / "module.pt")
    torch.save({"weight": torch.zeros(2), "best": linear.weight.detach().numpy().mean()}, folder / "numpy.pt")


def names(folder):
    import torchvision

    networks = {name: getattr(torchvision.models, name)() for name in ("resnet18", "resnet50", "vgg11_bn", "mobilenet_v2", "convnext_tiny")}
    networks["vit_s_16"] = torchvision.models.VisionTransformer(
        image_size=224, patch_size=16, num_layers=12, num_heads=6, hidden_dim=384, mlp_dim=1536
    )
    for name, network in networks.items():
        (folder / f"{name}.txt").write_text("".join(f"{key}\n" for key in network.state_dict()))


def run(file, model, classes):
    import torchvision

    network = getattr(torchvision.models, model)(num_classes=int(classes))
    network.load_state_dict(read_safetensors(file), strict=True)
    network.eval()
    pixels = torch.arange(3 * 64 * 64, dtype=torch.float32).remainder(7).div(7).view(1, 3, 64, 64)
    with torch.no_grad():
        print(" ".join(repr(logit) for logit in network(pixels)[0].tolist()))


if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    if command in ("write", "names"):
        {"write": write, "names": names}[command](Path(arguments[0]))
    else:
        run(*arguments)
