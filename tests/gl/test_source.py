"""Includes, line numbers and missing files."""

import pytest

from nnvis.errors import RenderError
from nnvis.gl.library import ShaderLibrary
from nnvis.gl.source import read_source
from nnvis.resources import folder


@pytest.fixture
def shaders(tmp_path):
    (tmp_path / "common").mkdir()
    (tmp_path / "common" / "one.glsl").write_text("uniform float one;\nuniform mat4 two[3];\n")
    (tmp_path / "a.vert").write_text(
        "#version 330 core\n" + 2 * '#include "common/one.glsl"\n' + "void main() {}\n"
    )
    return tmp_path


def test_include_once_and_where_lines_are_from(shaders):
    source = read_source("a.vert", {"N": 3}, ShaderLibrary(shipped=shaders))
    assert source.files == ("a.vert", "common/one.glsl")
    assert list(zip(source.text.splitlines(), source.places, strict=True)) == [
        ("#version 330 core", ("a.vert", 1)),
        ("#define N 3", ("a.vert", 1)),
        ("uniform float one;", ("common/one.glsl", 1)),
        ("uniform mat4 two[3];", ("common/one.glsl", 2)),
        ("void main() {}", ("a.vert", 4)),
    ]
    assert source.uniforms == {"one", "two"}


def test_missing_file_is_one_sentence(shaders):
    (shaders / "b.vert").write_text('#version 330 core\n#include "common/none.glsl"\n')
    with pytest.raises(
        RenderError, match=r"b\.vert:2: Cannot read the shader .*none\.glsl: there is no such file"
    ):
        read_source("b.vert", library=ShaderLibrary(shipped=shaders))
    with pytest.raises(RenderError, match=r"Cannot read the shader .*gone\.vert"):
        read_source("gone.vert", library=ShaderLibrary(shipped=shaders))


def test_a_shader_that_includes_itself(shaders):
    (shaders / "c.glsl").write_text('#include "d.glsl"\n')
    (shaders / "d.glsl").write_text('#include "c.glsl"\n')
    (shaders / "c.vert").write_text('#version 330 core\n#include "c.glsl"\n')
    with pytest.raises(
        RenderError, match=r"includes itself: c\.vert > c\.glsl > d\.glsl > c\.glsl"
    ):
        read_source("c.vert", library=ShaderLibrary(shipped=shaders))


def test_version_line_is_required(shaders):
    (shaders / "d.vert").write_text("#version 430\n")
    with pytest.raises(RenderError, match="must begin with the line '#version 330 core'"):
        read_source("d.vert", library=ShaderLibrary(shipped=shaders))


def test_every_shipped_shader_reads():
    base = folder("shaders")
    stages = [path for path in base.rglob("*") if path.suffix in (".vert", ".frag")]
    assert len(stages) >= 8
    for path in stages:
        read_source(str(path.relative_to(base)))
