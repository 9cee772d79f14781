"""Find out whether a module's forward is a plain chain, so that it can take the fast route.

A model is often written as a class whose ``forward`` calls its layers and functions such as
``torch.relu`` in turn. ``torch.fx`` records those calls. What it records is not trusted: the
caller compares the chain's output with the model's own on real samples.
"""

from __future__ import annotations

import warnings
from typing import Any

import torch
from torch import fx, nn
from torch.nn import functional

from nnvis.graph.calls import is_shape

_FUNCTIONS: dict[Any, type[nn.Module]] = {
    torch.relu: nn.ReLU,
    functional.relu: nn.ReLU,
    torch.tanh: nn.Tanh,
    functional.tanh: nn.Tanh,
    torch.sigmoid: nn.Sigmoid,
    functional.sigmoid: nn.Sigmoid,
    torch.flatten: nn.Flatten,
    functional.dropout: nn.Identity,
}
_METHODS: dict[str, type[nn.Module]] = {
    "relu": nn.ReLU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "flatten": nn.Flatten,
    "view": nn.Flatten,
    "reshape": nn.Flatten,
}


def trace_chain(model: nn.Module) -> list[nn.Module] | None:
    """Modules that give ``model``'s output when run in turn, or ``None``.

    Each value may be used only once, by the next call: a skip or a branch gives ``None``.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            graph = fx.Tracer().trace(model)
    except Exception:  # whatever a user's forward does with values that are not there yet
        return None
    modules = dict(model.named_modules())
    chain: list[nn.Module] = []
    current: fx.Node | None = None
    for node in graph.nodes:
        if is_shape(node):
            continue
        if node.op == "placeholder":
            if current is not None:
                return None
        elif node.op == "output":
            return chain if node.args[0] is current else None
        else:
            module = _as_module(node, modules)
            values = [given for given in node.all_input_nodes if not is_shape(given)]
            if module is None or values != [current]:
                return None
            chain.append(module)
        current = node
    return None


def _as_module(node: fx.Node, modules: dict[str, nn.Module]) -> nn.Module | None:
    if node.op == "call_module":
        return modules[str(node.target)]
    table = _FUNCTIONS if node.op == "call_function" else _METHODS
    if node.op not in ("call_function", "call_method"):
        return None
    kind = table.get(node.target)  # pyright: ignore[reportArgumentType]
    return kind() if kind is not None else None
