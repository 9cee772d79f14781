"""Convolutional networks of the fingerprint paper: LeNet-5 and VGG-16, for small pictures.

Samples are flat rows everywhere in nnvis, so both begin with `AsPicture`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import nn

from nnvis.errors import ModelError

# Channels of VGG-16's convolutions; None halves the picture.
_VGG16 = (64, 64, None, 128, 128, None, 256, 256, 256, None, 512, 512, 512, None, 512, 512, 512)


class AsPicture(nn.Module):
    """Rows of numbers as pictures (samples, channels, rows, columns); pictures pass through.

    Parameters
    ----------
    shape
        (rows, columns) or (rows, columns, 3) of a row, as :class:`nnvis.model.Samples` has it.
    """

    def __init__(self, shape: Sequence[int]) -> None:
        super().__init__()
        self.shape = _picture_shape(shape)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if x.dim() == 4:
            return x
        rows, columns, channels = self.shape
        return x.reshape(len(x), rows, columns, channels).permute(0, 3, 1, 2).contiguous()

    def extra_repr(self) -> str:
        return " x ".join(map(str, self.shape))


def build_lenet5(shape: Sequence[int], n_classes: int = 10, seed: int = 0) -> nn.Sequential:
    """LeNet-5 with ReLU and max-pooling: 6 and 16 maps of 5 × 5, then 120, 84 units.

    Parameters
    ----------
    shape
        (rows, columns) or (rows, columns, 3) of a sample; 28 × 28 is padded to 32 × 32.
    seed
        Of the weights; torch's global random state is neither used nor changed.

    Raises
    ------
    ModelError
        For pictures below 16 × 16 or no classes.

    Source: LeCun, Bottou, Bengio, Haffner, *Gradient-based learning applied to document
    recognition*, Proc. IEEE 1998.
    """
    rows, columns, channels = _picture_shape(shape, least=16)
    padding = 2 if min(rows, columns) < 32 else 0
    last = [((side + 2 * padding - 4) // 2 - 4) // 2 for side in (rows, columns)]
    model = nn.Sequential()
    model.add_module("picture", AsPicture(shape))
    model.add_module("conv1", _conv(channels, 6, 5, padding))
    model.add_module("relu1", nn.ReLU())
    model.add_module("pool1", nn.MaxPool2d(2))
    model.add_module("conv2", _conv(6, 16, 5, 0))
    model.add_module("relu2", nn.ReLU())
    model.add_module("pool2", nn.MaxPool2d(2))
    model.add_module("flat", nn.Flatten())
    model.add_module("fc1", _dense(16 * last[0] * last[1], 120))
    model.add_module("relu3", nn.ReLU())
    model.add_module("fc2", _dense(120, 84))
    model.add_module("relu4", nn.ReLU())
    model.add_module("fc3", _dense(84, _class_count(n_classes)))
    return _initialised(model, seed)


def build_vgg16(
    shape: Sequence[int], n_classes: int = 10, seed: int = 0, width: int = 64
) -> nn.Sequential:
    """VGG-16 for small pictures: 13 convolutions of 3 × 3 with batch norm, then 2 dense layers.

    Parameters
    ----------
    shape
        (rows, columns) or (rows, columns, 3); smaller than 32 × 32 is padded to it.
    width
        Maps of the first convolution; all others in proportion. 64 is VGG-16.

    Raises
    ------
    ModelError
        For pictures below 8 × 8, no classes or no width.

    Batch norm and dropout as in Liu & Deng, *Very deep convolutional neural network based image
    classification using small training sample size*, ACPR 2015; without them its first epochs
    do not learn. Source: Simonyan & Zisserman, ICLR 2015, configuration D.
    """
    rows, columns, channels = _picture_shape(shape, least=8)
    if width < 1:
        raise ModelError(f"The width of VGG-16 must be at least 1, got {width}.")
    model = nn.Sequential()
    model.add_module("picture", AsPicture(shape))
    missing = [max(0, 32 - side) for side in (columns, rows)]
    if any(missing):
        sides = [half for each in missing for half in (each // 2, each - each // 2)]
        model.add_module("pad", nn.ZeroPad2d((sides[0], sides[1], sides[2], sides[3])))
    maps, number = channels, 0
    for step in _VGG16:
        if step is None:
            model.add_module(f"pool{number}", nn.MaxPool2d(2))
            continue
        number += 1
        wide = max(1, step * width // 64)
        model.add_module(f"conv{number}", _conv(maps, wide, 3, 1, bias=False))
        model.add_module(f"norm{number}", nn.BatchNorm2d(wide))
        model.add_module(f"relu{number}", nn.ReLU())
        maps = wide
    model.add_module("pool", nn.AdaptiveMaxPool2d(1))
    model.add_module("flat", nn.Flatten())
    model.add_module("drop1", nn.Dropout(0.5))
    model.add_module("fc1", _dense(maps, maps))
    model.add_module("relu14", nn.ReLU())
    model.add_module("drop2", nn.Dropout(0.5))
    model.add_module("fc2", _dense(maps, _class_count(n_classes)))
    return _initialised(model, seed)


def _conv(maps_in: int, maps_out: int, side: int, padding: int, bias: bool = True) -> nn.Module:
    # skip_init, because the usual constructor draws from the global random state.
    return nn.utils.skip_init(nn.Conv2d, maps_in, maps_out, side, padding=padding, bias=bias)


def _dense(n_in: int, n_out: int) -> nn.Module:
    return nn.utils.skip_init(nn.Linear, n_in, n_out)


def _initialised(model: nn.Sequential, seed: int) -> nn.Sequential:
    """Weights for ReLU (He et al. 2015), biases zero."""
    generator = torch.Generator().manual_seed(seed)
    for module in model.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            n_in = module.weight[0].numel()
            nn.init.normal_(module.weight, 0, math.sqrt(2 / n_in), generator=generator)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    return model


def _picture_shape(shape: Sequence[int], least: int = 1) -> tuple[int, int, int]:
    sides = tuple(int(side) for side in shape)
    if len(sides) not in (2, 3) or min(sides) < 1 or min(sides[:2]) < least:
        raise ModelError(
            "A convolutional network needs pictures of (rows, columns) or (rows, columns, "
            f"channels), at least {least} x {least}, got {sides}."
        )
    return (sides[0], sides[1], sides[2] if len(sides) == 3 else 1)


def _class_count(n_classes: int) -> int:
    if n_classes < 1:
        raise ModelError(f"A network needs at least one class, got {n_classes}.")
    return n_classes
