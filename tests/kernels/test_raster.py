"""Voxels and purity against plain loops."""

from __future__ import annotations

import numpy as np
import pytest
from kernels.cases import Lines, coincident_lines, random_lines
from oracles import polyline
from oracles import raster as oracle

from nnvis.kernels import raster

CORNER = np.array([-0.1031, -0.2033, -0.3037])
VOXEL = 1 / 45
SHAPE = (60, 64, 70)


def rasterised(lines: Lines, mix: int):
    """({voxel: Σ v}, Σ |v|) by the kernels."""
    row = np.full(int(np.prod(SHAPE)), -1, np.int32)
    shape = np.array(SHAPE, np.int64)
    count = raster.mark_voxels(lines.points, lines.offset, CORNER, VOXEL, shape, row)
    total = np.zeros((count, 5), np.float32)
    norms = raster.sum_vectors(
        lines.points, lines.offset, lines.vectors[:, :5].copy(), lines.ends, mix,
        CORNER, VOXEL, shape, row, total,
    )  # fmt: skip
    touched = np.flatnonzero(row >= 0)
    assert sorted(row[touched]) == list(range(count)), "voxels must be numbered without gaps"
    cells = np.stack(np.unravel_index(touched, SHAPE), axis=1).tolist()
    return {tuple(cell): total[row[i]] for cell, i in zip(cells, touched, strict=True)}, norms


@pytest.mark.parametrize("mix", [0, 1, 2, 3])
@pytest.mark.parametrize("lines", [random_lines(11), random_lines(12, 30), coincident_lines()])
def test_voxels_and_their_classes_agree_with_plain_loops(lines, mix):
    found, norms = rasterised(lines, mix)
    cells, expected_norms = oracle.rasterise(
        polyline.split(lines.points, lines.offset), lines.vectors[:, :5], lines.ends, mix, CORNER,
        VOXEL,
    )  # fmt: skip
    assert set(found) == set(cells), "other voxels are marked than the lines touch"
    for cell, v in cells.items():
        np.testing.assert_allclose(found[cell], v, rtol=1e-4, atol=1e-4, err_msg=f"voxel {cell}")
    assert norms == pytest.approx(expected_norms, rel=1e-6), "sum of the vectors' lengths"


def test_a_line_leaves_no_gap():
    line = np.array([[0.01, 0.02, 0.03], [0.9, 0.02, 0.03]], np.float32)
    lines = Lines(line, np.array([0, 2], np.int64), random_lines().vectors, np.zeros((1, 2)))
    lines.ends = np.array([[1, 2]], np.int32)
    cells, _ = rasterised(lines, 0)
    first = int((0.01 - CORNER[0]) / VOXEL)
    last = int((0.9 - CORNER[0]) / VOXEL)
    assert sorted(cell[0] for cell in cells) == list(range(first, last + 1)), (
        "a line along x is one voxel thick and has no gap"
    )
