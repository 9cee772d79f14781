"""Check that a model's forward is a chain: each weight layer once, one after the other.

For each call of a weight layer the sources of its input are found: the weight layers, or the
model's own input, that it was computed from with no other weight layer between. In a chain that
is the layer before alone. Two ways lead there: :func:`check_traced` needs no samples but only
sees forwards that ``torch.fx`` can trace; :func:`watched` sees one real call of any model.
"""

from __future__ import annotations

import inspect
import operator
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import fx, nn

from nnvis.errors import ModelError
from nnvis.graph.kinds import WeightLayer
from nnvis.graph.running import undisturbed

_INPUT = "the input"
_SUPPORTED = (
    "nnvis shows chains of dense layers so far: each called once, in the order in which the model "
    "registers them, without skips or branches"
)
# Their results only say how to reshape.
_SHAPES = ("size", "dim", "numel")


@dataclass
class Calls:
    """The calls of weight layers in turn, each with the sources of its input."""

    layers: list[tuple[str, frozenset[str]]] = field(default_factory=list)
    output: frozenset[str] = frozenset()


def check_chain(layers: Sequence[WeightLayer], calls: Calls) -> None:
    """Raise :class:`ModelError` unless ``calls`` are those of a chain of ``layers``."""
    order = [name for name, _ in calls.layers]
    for entry in layers:
        times = order.count(entry.name)
        if times != 1:
            often = "never called" if times == 0 else f"called {times} times"
            raise ModelError(f"Module {entry.name} is {often} in forward; {_SUPPORTED}.")
    for entry, name in zip(layers, order, strict=True):
        if entry.name != name:
            raise ModelError(
                f"Module {name} is called where {entry.name} is the next one registered; "
                f"{_SUPPORTED}."
            )
    before = _INPUT
    for name, sources in calls.layers:
        _check_sources(f"module {name}", sources, before)
        before = name
    _check_sources("the model's output", calls.output, before)


def _check_sources(where: str, sources: frozenset[str], before: str) -> None:
    others = sorted(sources - {before})
    if not others:
        return  # nothing at all when forward detaches it, which scoring refuses
    if len(sources) > 1:
        paths = " and ".join([*others, *sorted(sources & {before})])
        raise ModelError(f"At {where} the model joins two paths, from {paths}; {_SUPPORTED}.")
    raise ModelError(
        f"{where[0].upper()}{where[1:]} is computed from {others[0]} and not from {before}; "
        f"{_SUPPORTED}."
    )


def check_traced(model: nn.Module, layers: Sequence[WeightLayer]) -> None:
    """:func:`check_chain` on what ``torch.fx`` records; nothing where it cannot trace."""
    if any(entry.module is model for entry in layers):
        return
    names = {entry.module: entry.name for entry in layers}
    graph = _trace(model, names)
    if graph is None:
        return
    modules = dict(model.named_modules())
    sources: dict[fx.Node, frozenset[str]] = {}
    calls = Calls()
    for node in graph.nodes:
        if node.op == "placeholder":  # the others have a default, see _trace
            sources[node] = frozenset() if sources else frozenset([_INPUT])
            continue
        given = frozenset[str]().union(*(sources[part] for part in node.all_input_nodes))
        name = names.get(modules[str(node.target)]) if node.op == "call_module" else None
        if name is not None:
            calls.layers.append((name, given))
            given = frozenset([name])
        elif node.op == "output" and isinstance(node.args[0], fx.Node):
            calls.output = given
        sources[node] = frozenset() if is_shape(node) else given
    check_chain(layers, calls)


def _trace(model: nn.Module, names: Mapping[nn.Module, str]) -> fx.Graph | None:
    class Tracer(fx.Tracer):
        def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
            if any(part in names for part in m.modules()):
                return m in names
            return super().is_leaf_module(m, module_qualified_name)

    attributes = [(module, dict(vars(module))) for module in model.modules()]
    try:
        with warnings.catch_warnings(), undisturbed(model):
            warnings.simplefilter("ignore")
            parameters = inspect.signature(model.forward).parameters.values()
            left_out = {p.name: p.default for p in parameters if p.default is not p.empty}
            return Tracer().trace(model, left_out or None)
    except Exception:  # whatever a user's forward does with values that are not there yet
        return None
    finally:
        for module, values in attributes:  # a forward may have kept a value of the trace
            vars(module).clear()
            vars(module).update(values)


def is_shape(node: fx.Node) -> bool:
    """Whether a traced value is only a size, or a part of one."""
    if node.op == "call_method":
        return node.target in _SHAPES
    if node.op != "call_function":
        return False
    if node.target is getattr:
        return node.args[1] == "shape"
    source = node.args[0] if node.args else None
    return node.target is operator.getitem and isinstance(source, fx.Node) and is_shape(source)


class Watch:
    """Sees one call of a model: run it on :attr:`given`, then :meth:`check` its output."""

    def __init__(self, layers: Sequence[WeightLayer], batch: torch.Tensor) -> None:
        self._layers = layers
        self._names: dict[torch.Tensor, str] = {}
        self._seen: list[tuple[str, torch.Tensor | None]] = []
        self.given = self._marked(batch, _INPUT)

    def check(self, output: torch.Tensor) -> None:
        """Raise :class:`ModelError` unless the call went through the layers as a chain."""
        calls = Calls(
            [(name, self._sources(value)) for name, value in self._seen], self._sources(output)
        )
        check_chain(self._layers, calls)

    def _marked(self, values: torch.Tensor, name: str) -> torch.Tensor:
        """The values as the start of a new record of gradients; a copy may change in place."""
        leaf = values.detach().clone().requires_grad_()
        self._names[leaf] = name
        return leaf.clone()

    def _sources(self, value: torch.Tensor | None) -> frozenset[str]:
        """The marked values that ``value`` was computed from."""
        found: set[str] = set()
        waiting: list[Any] = [value.grad_fn] if value is not None else []
        seen: set[Any] = set()
        while waiting:
            step = waiting.pop()
            if step is None or step in seen:
                continue
            seen.add(step)
            leaf = getattr(step, "variable", None)
            if leaf is not None and leaf in self._names:
                found.add(self._names[leaf])
            waiting.extend(further for further, _ in step.next_functions)
        return frozenset(found)

    def before(self, entry: WeightLayer) -> Any:
        """A forward pre-hook that notes what a layer is given."""

        def hook(_: nn.Module, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
            value = next(iter((*args, *kwargs.values())), None)
            # A view of its own, as the value itself may change in place afterwards.
            kept = value.view_as(value) if isinstance(value, torch.Tensor) else None
            self._seen.append((entry.name, kept))

        return hook

    def after(self, entry: WeightLayer) -> Any:
        """A forward hook that marks what a layer gives."""

        def hook(_: nn.Module, __: tuple[Any, ...], output: torch.Tensor) -> torch.Tensor:
            return self._marked(output, entry.name)

        return hook


@contextmanager
def watched(layers: Sequence[WeightLayer], batch: torch.Tensor) -> Iterator[Watch]:
    """Watch one call of a model inside; use it inside :func:`undisturbed`."""
    handles = []
    with torch.inference_mode(False), torch.enable_grad():
        watch = Watch(layers, batch)
        try:
            for entry in layers:
                module = entry.module
                handles.append(
                    module.register_forward_pre_hook(watch.before(entry), with_kwargs=True)
                )
                handles.append(module.register_forward_hook(watch.after(entry)))
            yield watch
        finally:
            for handle in handles:
                handle.remove()
