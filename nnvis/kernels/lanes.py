"""Cells of a density grid in vector registers, for use inside kernels.

LLVM leaves a kernel's loops over the lanes of a cell scalar: the arrays might overlap, for all
it knows, and sixteen rounds are too few to find out. Here the vectors are explicit. Two kinds
of value exist, besides plain float32:

* a *cell*, the :data:`LANES` numbers of a cell or a unit, kept as two halves of eight, for a
  register of sixteen slows the processor down where there is one;
* a *corners*, one number for each of the eight cells around a point, numbered ``4 x + 2 y + z``
  with x, y, z from 0 (the low side of an axis) to 1.

Both are added and multiplied lane by lane with ``+`` and ``*``, also by a float32 at the left.
Nothing is reordered or fused, and sums over lanes follow one fixed tree, so that results have
the same bits however the compiler arranges the rest.

Numba does not see that a kernel kept on the disk depends on this file: after a change here,
delete ``nnvis/kernels/__pycache__``.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic, lower_builtin, models, register_model, type_callable
from numba.np.arrayobj import make_array

LANES = 16
_CORNERS = 8
_FLOAT = ir.FloatType()
_INDEX = ir.IntType(32)
_EIGHT = ir.VectorType(_FLOAT, 8)
_CELL = ir.ArrayType(_EIGHT, 2)


class _Kind(types.Type):
    """What numba calls the type of a cell or a corners."""


_cell = _Kind("cell")
_corners = _Kind("corners")


@register_model(_Kind)
class _Model(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: _Kind) -> None:
        super().__init__(manager, kind, _CELL if kind is _cell else _EIGHT)


def _numbers(values: Iterable[float]) -> ir.Constant:
    return ir.Constant(_EIGHT, [ir.Constant(_FLOAT, value) for value in values])


def _picked(builder: ir.IRBuilder, a: ir.Value, b: ir.Value, lanes: Sequence[int]) -> ir.Value:
    """Some lanes of a (from 0) and b (from 8), in the order given."""
    kind = ir.VectorType(_INDEX, len(lanes))
    return builder.shuffle_vector(
        a, b, ir.Constant(kind, [ir.Constant(_INDEX, lane) for lane in lanes])
    )


def _repeated(builder: ir.IRBuilder, number: ir.Value) -> ir.Value:
    first = builder.insert_element(ir.Constant(_EIGHT, ir.Undefined), number, _INDEX(0))
    return _picked(builder, first, first, [0] * 8)


def _parts(builder: ir.IRBuilder, whole: Any) -> list[Any]:
    """The halves of a cell, or the members of a tuple."""
    return [builder.extract_value(whole, i) for i in range(len(whole.type))]


def _joined(builder: ir.IRBuilder, halves: Iterable[ir.Value]) -> ir.Value:
    cell = ir.Constant(_CELL, ir.Undefined)
    for half, value in enumerate(halves):
        cell = builder.insert_value(cell, value, half)
    return cell


def _define(sign: Callable[..., Any], instruction: str) -> None:
    """Let ``sign`` work on two cells, two corners, and either with a float32 at its left."""

    @type_callable(sign)
    def _(context: Any) -> Any:
        def result(a: types.Type, b: types.Type) -> types.Type | None:
            return b if isinstance(b, _Kind) and a in (b, types.float32) else None

        return result

    def code(context: Any, builder: ir.IRBuilder, signature: Any, args: Any) -> ir.Value:
        apply = getattr(builder, instruction)
        a, b = args
        whole = signature.args[1] is _corners
        right = [b] if whole else _parts(builder, b)
        if signature.args[0] == types.float32:
            left = [_repeated(builder, a)] * 2
        else:
            left = [a] if whole else _parts(builder, a)
        parts = [apply(x, y) for x, y in zip(left, right, strict=False)]
        return parts[0] if whole else _joined(builder, parts)

    for kind in (_cell, _corners):
        for left in (kind, types.float32):
            lower_builtin(sign, left, kind)(code)


_define(operator.add, "fadd")
_define(operator.mul, "fmul")


def _addresses(context: Any, builder: ir.IRBuilder, kind: Any, array: Any, row: Any) -> list[Any]:
    """Where the two halves of a row lie."""
    data = make_array(kind)(context, builder, array).data
    first = builder.gep(data, [builder.mul(row, row.type(LANES))])
    second = builder.gep(first, [row.type(8)])
    return [builder.bitcast(place, _EIGHT.as_pointer()) for place in (first, second)]


def _instruction(function: Callable[..., Any]) -> Any:
    """For use in kernels; an argument written out as a literal is seen as that number."""
    return intrinsic(prefer_literal=True)(function)


@_instruction
def load(typing, array, row):
    """The cell in ``array[row]``, of a C-contiguous (rows, LANES) float32 array."""

    def code(context, builder, signature, args):
        places = _addresses(context, builder, signature.args[0], *args)
        return _joined(builder, [builder.load(place, align=4) for place in places])

    return _cell(array, types.intp), code


@_instruction
def add_to(typing, array, row, cell):
    """``array[row] += cell``, of a C-contiguous (rows, LANES) float32 array."""

    def code(context, builder, signature, args):
        places = _addresses(context, builder, signature.args[0], *args[:2])
        for place, half in zip(places, _parts(builder, args[2]), strict=True):
            builder.store(builder.fadd(builder.load(place, align=4), half), place, align=4)
        return context.get_dummy_value()

    return types.void(array, types.intp, _cell), code


@_instruction
def zeros(typing):
    """A corners of zeros."""

    def code(context, builder, signature, args):
        return _numbers([0.0] * _CORNERS)

    return _corners(), code


@_instruction
def at_corner(typing, corners, number):
    """One of the eight numbers of a corners; ``number`` is written out."""

    def code(context, builder, signature, args):
        return builder.extract_element(args[0], _INDEX(number.literal_value))

    return types.float32(_corners, number), code


@_instruction
def slope(typing, axis):
    """−1 at the corners on the low side of an axis (0, 1, 2 written out), 1 on the high side."""

    def code(context, builder, signature, args):
        return _slope(axis)

    return _corners(axis), code


def _slope(axis: Any) -> ir.Constant:
    return _numbers(1.0 if corner << axis.literal_value & 4 else -1.0 for corner in range(8))


@_instruction
def hat(typing, axis, share):
    """1 − ``share`` at the corners on the low side of an axis, ``share`` on the high side."""

    def code(context, builder, signature, args):
        # 0 + share and 1 − share, with no error of their own.
        start = _numbers(0.0 if corner << axis.literal_value & 4 else 1.0 for corner in range(8))
        return builder.fadd(start, builder.fmul(_slope(axis), _repeated(builder, args[1])))

    return _corners(axis, types.float32), code


def _sums(builder: ir.IRBuilder, rows: list[Any]) -> Any:
    """The sums of eight rows of eight, each by the same tree of adjacent pairs."""
    # Even and odd lanes of two rows, in the order in which the processor picks them at once.
    even = [0, 2, 8, 10, 4, 6, 12, 14]
    low = [0, 1, 2, 3, 8, 9, 10, 11]
    for first, offset in ((even, 1), (even, 1), (low, 4)):
        second = [lane + offset for lane in first]
        rows = [
            builder.fadd(_picked(builder, a, b, first), _picked(builder, a, b, second))
            for a, b in zip(rows[::2], rows[1::2], strict=True)
        ]
    return rows[0]


@_instruction
def sums(typing, eight):
    """The sum over corners of each of ``eight`` corners (a tuple), numbered as they come."""

    def code(context, builder, signature, args):
        return _sums(builder, _parts(builder, args[0]))

    return _corners(eight), code


def _product(builder: ir.IRBuilder, a: ir.Value, b: ir.Value) -> Any:
    """a·b, short of the sum of eight."""
    low, high = map(builder.fmul, _parts(builder, a), _parts(builder, b))
    return builder.fadd(low, high)


@_instruction
def dots(typing, cell, eight):
    """The dot products of a cell with ``eight`` cells (a tuple), as a corners."""

    def code(context, builder, signature, args):
        products = [_product(builder, args[0], other) for other in _parts(builder, args[1])]
        return _sums(builder, products)

    return _corners(_cell, eight), code


@_instruction
def last_lanes(typing, eight):
    """The last lane of each of ``eight`` cells (a tuple), as a corners."""

    def code(context, builder, signature, args):
        corners = ir.Constant(_EIGHT, ir.Undefined)
        for corner, cell in enumerate(_parts(builder, args[0])):
            number = builder.extract_element(_parts(builder, cell)[1], _INDEX(7))
            corners = builder.insert_element(corners, number, _INDEX(corner))
        return corners

    return _corners(eight), code
