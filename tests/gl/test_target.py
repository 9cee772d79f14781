"""Targets that do not fit, and memory layouts of vertices."""

import numpy as np
import pytest

from nnvis.errors import RenderError
from nnvis.gl.target import Target
from nnvis.gl.vertices import attributes
from nnvis.render.scene import POINT, UNIT
from nnvis.render.text import GLYPH


def test_offsets_follow_the_dtypes():
    assert POINT.itemsize == 12
    assert [(a.name, a.kind, a.form, a.offset) for a in attributes(POINT)] == [
        ("position", "f", "3u2", 0),
        ("along", "f", "1u2", 6),
        ("edge", "i", "1u4", 8),
    ]
    assert [(a.name, a.form, a.offset) for a in attributes(UNIT)] == [
        ("position", "3f4", 0),
        ("importance", "1f4", 12),
        ("colour", "3f4", 16),
    ]
    assert [(a.form, a.offset) for a in attributes(GLYPH)] == [("4f4", 0), ("4f4", 16), ("4f4", 32)]


def test_types_that_no_vertex_holds():
    with pytest.raises(RenderError, match="cannot hold 'x' of type float64"):
        attributes(np.dtype([("x", "f8")]))


@pytest.mark.gl
def test_too_large_a_target(ctx):
    limit = int(ctx.info["GL_MAX_TEXTURE_SIZE"])
    with pytest.raises(RenderError, match=f"does not fit this OpenGL's textures .*{limit}"):
        Target(ctx, limit + 1, 8)


@pytest.mark.gl
def test_reads_top_row_first(ctx):
    target = Target(ctx, 5, 3)
    target.image.use()
    target.image.clear(0.0, 0.0, 1.0, 1.0)
    target.image.clear(1.0, 0.0, 0.0, 1.0, viewport=(0, 0, 5, 1))
    pixels = target.read()
    assert pixels.shape == (3, 5, 3)
    assert (pixels[2] == (255, 0, 0)).all()
    assert (pixels[0] == (0, 0, 255)).all()
    target.release()
    target.release()
