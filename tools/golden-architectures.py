#!/usr/bin/python3
"""What real PyTorch computes, for the tests of Efface's own networks: tools/golden-architectures.py [FOLDER]

Needs Debian's python3-torch and python3-torchvision. Every weight and every pixel comes from a formula of its name and its place, which the
tests compute too, so that only names, shapes and outputs are stored: one file for each architecture."""

import json
import math
import pathlib
import sys

import numpy
import torch
import torchvision

SIDE, IMAGES, CLASSES = 64, 2, 5
FOLDER = "tests/Efface.Tests/Models/Architectures/golden"


def formula(name, shape):
    """Values in [-1, 1): an integer hash of the name and the place."""
    seed = 2166136261
    for letter in name.encode():
        seed = (seed ^ letter) * 16777619 % 2**32
    x = numpy.arange(math.prod(shape), dtype=numpy.uint32) * numpy.uint32(0x9E3779B9) + numpy.uint32(seed)
    for shift, factor in ((16, 0x7FEB352D), (15, 0x846CA68B)):
        x = (x ^ (x >> numpy.uint32(shift))) * numpy.uint32(factor)
    x ^= x >> numpy.uint32(16)
    values = (x >> numpy.uint32(8)).astype(numpy.float32) / numpy.float32(2**23) - numpy.float32(1)
    return torch.from_numpy(values.reshape(shape))


def weight(name, shape):
    """Of a size that keeps activations and gradients near 1."""
    values = formula(name, shape)
    if len(shape) > 1:
        return values * math.sqrt(6 / math.prod(shape[1:]))
    if name.endswith("running_var") or name.endswith("weight"):
        return 1 + values / 2
    return values / 10


def stages(name):
    """The module whose output is the stage's, for each stage in its order."""
    if name.startswith("resnet"):
        blocks = {"resnet18": (2, 2, 2, 2)}.get(name, (3, 4, 6, 3))
        layers = [(i, block, f"layer{i}.{block}") for i, count in enumerate(blocks, 1) for block in range(count)]
        return [("stem", "maxpool"), *named(layers), ("embedding", "avgpool"), ("head", "fc")]
    if name == "vgg11_bn":
        pools = enumerate((3, 7, 14, 21, 28), 1)
        return [*((f"layer{i}", f"features.{at}") for i, at in pools), ("embedding", "classifier.4"), ("head", "classifier.6")]
    if name == "mobilenet_v2":
        numbers = iter(range(1, 18))
        layers = [(i, block, f"features.{next(numbers)}") for i, n in enumerate((1, 2, 3, 4, 3, 3, 1), 1) for block in range(n)]
        return [("stem", "features.0"), *named(layers), ("embedding", "classifier.0"), ("head", "classifier.1")]
    if name == "vit_s_16":
        layers = [(f"layer{i + 1}", f"encoder.layers.encoder_layer_{i}") for i in range(12)]
        return [("stem", "conv_proj"), *layers, ("embedding", "encoder.ln"), ("head", "heads.head")]
    layers = [(i, block, f"features.{2 * i - 1}.{block}") for i, count in enumerate((3, 3, 9, 3), 1) for block in range(count)]
    return [("stem", "features.0"), *named(layers), ("embedding", "classifier.1"), ("head", "classifier.2")]


def named(layers):
    last = {layer: block for layer, block, _ in layers}
    return [(f"layer{layer}" if block == last[layer] else f"layer{layer}.{block}", at) for layer, block, at in layers]


def build(name):
    if name == "vit_s_16":
        return torchvision.models.VisionTransformer(SIDE, 16, 12, 6, 384, 1536, num_classes=CLASSES)
    return getattr(torchvision.models, name)(num_classes=CLASSES)


def measure(name):
    network = build(name).eval()
    state = network.state_dict()
    for key, value in state.items():
        if value.dtype == torch.float32:
            value.copy_(weight(key, tuple(value.shape)))
    found = {}

    def hook(stage):
        def keep(module, inputs, output):
            h = output[:, 0] if name == "vit_s_16" and stage == "embedding" else output.detach().flatten(1) if stage == "embedding" else output
            found[stage] = {"shape": list(h.shape[1:]), "mean": float(h.double().mean()), "deviation": float(h.double().std())}

        return keep

    for stage, at in stages(name):
        network.get_submodule(at).register_forward_hook(hook(stage))
    with torch.no_grad():
        logits = network(formula("image", (IMAGES, 3, SIDE, SIDE)))
    return {
        "parameters": {key: list(value.shape) for key, value in state.items()},
        "stages": {stage: found[stage] for stage, _ in stages(name)},
        "logits": logits.tolist(),
    }


def text(golden):
    """JSON with a line for each parameter and each stage."""
    parts = []
    for part, content in golden.items():
        if isinstance(content, dict):
            lines = ",\n".join(f"    {json.dumps(key)}: {json.dumps(value)}" for key, value in content.items())
            parts.append(f'  "{part}": {{\n{lines}\n  }}')
        else:
            parts.append(f'  "{part}": {json.dumps(content)}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else FOLDER)
folder.mkdir(parents=True, exist_ok=True)
for name in ("resnet18", "resnet34", "resnet50", "vgg11_bn", "mobilenet_v2", "vit_s_16", "convnext_tiny"):
    (folder / f"{name}.json").write_text(text(measure(name)))
    print(name)
