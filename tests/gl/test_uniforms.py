"""Declarations of uniforms, and the controls they get."""

import pytest

from nnvis.errors import RenderError
from nnvis.gl.uniforms import custom_uniform, declarations


def declared(*lines):
    return list(declarations(lines, [("a.frag", n) for n in range(1, len(lines) + 1)]))


def control(line, current=None):
    (one,) = declared(line)
    return custom_uniform(one, current)


def test_where_declarations_hide():
    found = declared(
        "uniform float one, two = 2.0; uniform mat4 three[3]; // many",
        "// uniform float not_me;",
        "/* uniform float nor_me;",
        "uniform float still_not; */ uniform highp vec3 four = vec3(1.0, 2.0, 3.0);",
        "in float uniformly;",
        "uniform float[2] five;",
        "float uniform_like;",
    )
    assert [(d.name, d.type, d.initial, d.line) for d in found] == [
        ("one", "float", "", 1),
        ("two", "float", "2.0", 1),
        ("three", "mat4[]", "", 1),
        ("four", "vec3", "vec3(1.0, 2.0, 3.0)", 4),
        ("five", "float[]", "", 6),
    ]


@pytest.mark.parametrize(
    ("line", "kind", "low", "high", "default"),
    [
        ("uniform float g; // 0..2", "float", 0, 2, 1.0),
        ("uniform float g; // gain, -1.5 .. 0.5, of the light", "float", -1.5, 0.5, -0.5),
        ("uniform float g;", "float", 0, 1, 0.5),
        ("uniform float g = 1.25; // 0..2", "float", 0, 2, 1.25),
        ("uniform float g = 3.0f; // 0..2", "float", 0, 3, 3.0),
        ("uniform float g = -.5e1;", "float", -5, 1, -5.0),
        ("uniform float g; // 2..2", "float", 0, 1, 0.5),
        ("uniform float g; // 0..1e400", "float", 0, 1, 0.5),
        ("uniform float g; // 3..-1", "float", -1, 3, 1.0),
        ("uniform int n; // 1..8", "int", 1, 8, 4),
        ("uniform int n;", "int", 0, 10, 5),
        ("uniform bool b;", "bool", 0, 1, False),
        ("uniform bool b = true;", "bool", 0, 1, True),
        ("uniform vec2 v; // 0..4", "vector", 0, 4, (2.0, 2.0)),
        ("uniform vec3 c; // colour", "colour", 0, 1, (0.5, 0.5, 0.5)),
        ("uniform vec4 c; // Color of fog", "colour", 0, 1, (0.5, 0.5, 0.5, 1.0)),
        ("uniform vec3 c = vec3(1, .5, 0.); // colour", "colour", 0, 1, (1.0, 0.5, 0.0)),
        ("uniform vec3 c = vec3(0.25); /* colour */", "colour", 0, 1, (0.25, 0.25, 0.25)),
    ],
)
def test_controls(line, kind, low, high, default):
    found = control(line)
    assert (found.kind, found.low, found.high, found.default) == (kind, low, high, default)
    assert found.value == default
    assert type(found.default) is type(default)


def test_an_initial_value_that_is_a_formula_comes_from_the_driver():
    line = "uniform float g = 2.0 * 0.75; // 0..2"
    assert control(line, current=1.5).default == 1.5
    assert control(line).default == 1.0
    assert control("uniform vec2 v = vec2(1.0) * 2.0;", (2.0, 2.0)).default == (2.0, 2.0)


@pytest.mark.parametrize("kind", ["mat4", "sampler2D", "uint", "float[3]"])
def test_types_without_a_control(kind):
    assert control(f"uniform {kind} thing;") is None


def test_values_take_the_type():
    assert control("uniform int n;").coerced(2.0) == 2
    assert control("uniform int n;").coerced(1e30) == 2**31 - 1
    assert control("uniform float g;").coerced(-1e300) == -3e38
    assert control("uniform bool b;").coerced(1) is True
    assert control("uniform vec3 c;").coerced([1, 2, 3]) == (1.0, 2.0, 3.0)


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("uniform vec3 c;", 1.0),
        ("uniform float g;", "x"),
        ("uniform float g;", float("nan")),
        ("uniform vec2 v;", (1, 2, 3)),
    ],
)
def test_values_that_do_not_fit(line, value):
    with pytest.raises(RenderError, match=r"of a\.frag takes (one|2|3) numbers?, got"):
        control(line).coerced(value)
