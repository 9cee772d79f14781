"""Compiler messages with file and line, and uniforms that must exist."""

import pytest

from nnvis.errors import RenderError
from nnvis.gl.library import ShaderLibrary
from nnvis.gl.messages import ShaderError, parse_log
from nnvis.gl.program import Program, Recipe
from nnvis.gl.source import Source

PLACES = (
    ("edge/tube.frag", 1),
    *(("common/light.glsl", n) for n in range(1, 9)),
    ("edge/tube.frag", 3),
)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("0:10(5): error: `x' undeclared", "edge/tube.frag:3: `x' undeclared"),
        ("0:4(1): error: syntax error", "common/light.glsl:3: syntax error"),
        ("0(8) : error C1008: undefined variable \"x\"",
         'common/light.glsl:7: C1008: undefined variable "x"'),
        ("ERROR: 0:9: 'x' : undeclared identifier",
         "common/light.glsl:8: 'x' : undeclared identifier"),
    ],
)  # fmt: skip
def test_formats_of_drivers(line, expected):
    (message,) = parse_log(f"GLSL Compiler failed\n\n{line}\n", PLACES)
    assert str(message) == expected
    assert message.is_error


def test_warnings_are_told_apart():
    (message,) = parse_log("0:1(1): warning: unused", PLACES)
    assert not message.is_error


@pytest.fixture
def shaders(tmp_path):
    (tmp_path / "a.vert").write_text(
        "#version 330 core\nuniform vec2 shift;\nuniform float unused;\n"
        "void main() { gl_Position = vec4(shift, 0.0, 1.0); }\n"
    )
    (tmp_path / "a.frag").write_text(
        '#version 330 core\n#include "tint.glsl"\nout vec4 c;\nvoid main() { c = tint(); }\n'
    )
    (tmp_path / "tint.glsl").write_text("vec4 tint()\n{\n    return vec4(1.0);\n}\n")
    return tmp_path


def program(ctx, folder, *recipe):
    return Program(ctx, Recipe(*recipe).read(ShaderLibrary(shipped=folder)))


@pytest.mark.gl
def test_broken_shader_names_file_and_line(ctx, shaders):
    (shaders / "tint.glsl").write_text("vec4 tint()\n{\n    return vec4(missing);\n}\n")
    with pytest.raises(ShaderError, match=r"^A shader does not compile: tint\.glsl:3: .*missing"):
        program(ctx, shaders, "a.vert", "a.frag")
    (shaders / "tint.glsl").write_text("vec4 tint() { return vec4(1.0); }\n")
    (shaders / "a.frag").write_text(
        '#version 330 core\n#include "tint.glsl"\nout vec4 c;\nvoid main() { c = tinted(); }\n'
    )
    with pytest.raises(ShaderError) as caught:
        program(ctx, shaders, "a.vert", "a.frag", {"N": 1})
    assert (caught.value.messages[0].file, caught.value.messages[0].line) == ("a.frag", 4)


@pytest.mark.gl
def test_misspelt_uniform_is_an_error(ctx, shaders):
    linked = program(ctx, shaders, "a.vert", "a.frag")
    linked.set(shift=(0.5, 0.5), unused=1.0)
    with pytest.raises(RenderError, match=r"no uniform 'shfit'; did you mean 'shift'\?"):
        linked.set(shfit=(0.5, 0.5))
    with pytest.raises(RenderError, match=r"'shift' of .* does not take"):
        linked.set(shift=(0.5, 0.5, 0.5))
    linked.release()


@pytest.mark.gl
def test_shaders_that_do_not_link(ctx, shaders):
    (shaders / "b.frag").write_text(
        "#version 330 core\nin vec3 size;\nout vec4 c;\nvoid main() { c = vec4(size, 1.0); }\n"
    )
    (shaders / "b.vert").write_text(
        "#version 330 core\nout float size;\nvoid main() { gl_Position = vec4(size = 1.0); }\n"
    )
    with pytest.raises(ShaderError, match=r"do not link: .*size"):
        program(ctx, shaders, "b.vert", "b.frag")


def test_a_linker_that_names_lines():
    class Driver:
        def program(self, **_):
            raise Exception(
                "GLSL Linker failed\n\nProgram\n=======\nVertex info\n-----------\n"
                "0(1) : warning C7050: unused\nFragment info\n-------------\n"
                '0(2) : error C3008: unresolved reference "f"\n'
            )

    stages = Source("\n", ("a.vert",), PLACES[:1]), Source("\n" * 10, ("b.frag",), PLACES)
    with pytest.raises(ShaderError, match=r"common/light\.glsl:1: C3008: unresolved") as caught:
        Program(Driver(), stages)
    assert [(m.file, m.is_error) for m in caught.value.messages] == [
        ("edge/tube.frag", False),
        ("common/light.glsl", True),
    ]
