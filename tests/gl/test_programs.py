"""Programs that follow their text, and keep drawing when it is wrong."""

import gc

import numpy as np
import pytest

from nnvis.errors import RenderError
from nnvis.gl.library import ShaderLibrary
from nnvis.gl.messages import ShaderError
from nnvis.gl.programs import Programs
from nnvis.gl.vertices import Arrays

pytestmark = pytest.mark.gl
STAGES = ("a.vert", "a.frag")
TINT = "uniform vec3 base;\nvec3 tint()\n{\n    return base;\n}\n"
GAIN = (
    "uniform vec3 base;\nuniform float gain = 0.5;  // 0..2\nvec3 tint() { return base * gain; }\n"
)


@pytest.fixture
def library(tmp_path):
    shipped = tmp_path / "shipped"
    shipped.mkdir()
    (shipped / "a.vert").write_text(
        "#version 330 core\nvoid main()\n{\n"
        "    gl_Position = vec4((gl_VertexID & 1) * 4 - 1, (gl_VertexID & 2) * 2 - 1, 0, 1);\n}\n"
    )
    (shipped / "a.frag").write_text(
        '#version 330 core\n#include "tint.glsl"\nout vec4 c;\n'
        "void main() { c = vec4(tint(), 1.0); }\n"
    )
    (shipped / "tint.glsl").write_text(TINT)
    return ShaderLibrary(tmp_path / "mine", shipped)


class Sheet:
    """A pass of one triangle on 4 × 4 pixels."""

    def __init__(self, ctx, programs):
        self.programs, self.arrays = programs, Arrays(ctx)
        self.texture = ctx.texture((4, 4), 4)
        self.buffer = ctx.framebuffer([self.texture])
        self.ctx = ctx

    def draw(self):
        self.buffer.use()
        self.buffer.clear()
        self.ctx.enable_only(self.ctx.NOTHING)
        program = self.programs.get(*STAGES)
        program.set(base=(0.2, 0.4, 0.8))
        self.arrays.of(program).render(self.ctx.TRIANGLES, vertices=3)
        pixels = np.frombuffer(self.buffer.read(), np.uint8).reshape(16, 3)
        assert (pixels == pixels[0]).all()
        return tuple(int(v) for v in pixels[0])

    def release(self):
        for thing in (self.arrays, self.programs, self.buffer, self.texture):
            thing.release()


@pytest.fixture
def sheet(ctx, library):
    made = Sheet(ctx, Programs(ctx, library))
    yield made
    made.release()


def test_the_same_program_while_nothing_changes(sheet):
    program = sheet.programs.get(*STAGES)
    assert sheet.programs.get(*STAGES, {}) is program
    assert sheet.programs.get(*STAGES, {"N": 1}) is not program
    sheet.programs.library.edit("other.glsl", "not included\n")
    assert sheet.programs.get(*STAGES) is program


def test_a_right_edit_draws_and_a_revert_draws_as_before(sheet, library):
    before = sheet.draw()
    assert before == (51, 102, 204)
    library.edit("tint.glsl", TINT.replace("return base", "return base.bgr"))
    assert sheet.draw() == (204, 102, 51)
    assert sheet.programs.errors == {}
    library.revert("tint.glsl")
    assert sheet.draw() == before


def test_a_wrong_edit_leaves_the_last_good_program(sheet, library):
    library.edit("tint.glsl", TINT.replace("return base", "return base.bgr"))
    good, program = sheet.draw(), sheet.programs.get(*STAGES)
    library.edit("tint.glsl", TINT.replace("return base", "return nothing"))
    assert sheet.draw() == good
    assert sheet.programs.get(*STAGES) is program
    ((file, messages),) = sheet.programs.errors.items()
    assert (file, messages[0].file, messages[0].line) == ("tint.glsl", "tint.glsl", 4)
    assert "nothing" in messages[0].text
    library.edit("tint.glsl", TINT.replace("return base", "return base.bgr"))
    assert sheet.draw() == good
    assert sheet.programs.errors == {}
    assert sheet.programs.get(*STAGES) is program  # its text is back: nothing to compile


@pytest.mark.parametrize(
    ("name", "text", "line", "said"),
    [
        ("a.frag", "void main() {}\n", 1, "must begin with the line"),
        ("a.frag", '#version 330 core\n\n#include "gone.glsl"\n', 3, "there is no such file"),
        ("a.frag", '#version 330 core\n#include "../x.glsl"\n', 2, "inside the shader folder"),
        ("a.frag", '#version 330 core\n#include "a.frag"\n', 2, "includes itself"),
        ("a.frag", "#version 330 core\nvec4 f();\nout vec4 c;\nvoid main() { c = f(); }\n", 1,
         "do not link"),
        ("a.vert", "", 1, "must begin with the line"),
        ("a.vert", "#version 330 core\nvoid main() { gl_Position = \x00; }\n", 2, ""),
    ],
)  # fmt: skip
def test_every_kind_of_wrong_is_marked(sheet, library, name, text, line, said):
    good = sheet.draw()
    library.edit(name, text)
    assert sheet.draw() == good
    messages = sheet.programs.errors
    if said:
        (message,) = messages["a.frag" if "link" in said else name]
        assert message.line == line
        assert said in message.text
    assert messages
    library.revert(name)
    assert sheet.draw() == good
    assert sheet.programs.errors == {}


def test_broken_from_the_start_draws_the_shipped_one(sheet, library):
    library.edit("tint.glsl", "oops\n")
    assert sheet.draw() == (51, 102, 204)
    assert "tint.glsl" in sheet.programs.errors
    library.edit("tint.glsl", TINT.replace("return base", "return base.bgr"))
    assert sheet.draw() == (204, 102, 51)
    assert sheet.programs.errors == {}


def test_a_shipped_text_that_does_not_compile_is_an_error(ctx, library):
    (library.shipped_folder / "tint.glsl").write_text("oops\n")
    programs = Programs(ctx, library)
    with pytest.raises(ShaderError, match=r"tint\.glsl:"):
        programs.get(*STAGES)
    library.edit("tint.glsl", "oops too\n")
    with pytest.raises(ShaderError, match=r"tint\.glsl:"):
        programs.get(*STAGES)
    library.edit("tint.glsl", TINT)
    programs.get(*STAGES)
    programs.release()


def test_a_lost_shipped_file_is_one_sentence(ctx, library):
    (library.shipped_folder / "tint.glsl").unlink()
    programs = Programs(ctx, library)
    with pytest.raises(
        ShaderError, match=r"^a\.frag:2: Cannot read .*tint\.glsl: there is no such file.*install"
    ):
        programs.get(*STAGES)


def test_hot_reload(sheet, library):
    sheet.draw()
    library.yours.mkdir()
    mine = library.yours / "tint.glsl"
    mine.write_text(TINT.replace("return base", "return base.bgr"))
    library.changed_on_disk()
    assert sheet.draw() == (204, 102, 51)
    mine.write_bytes(b"// caf\xe9\n")
    library.changed_on_disk()
    assert sheet.draw() == (51, 102, 204)
    assert "not UTF-8" in sheet.programs.errors["tint.glsl"][0].text
    mine.unlink()
    library.changed_on_disk()
    assert sheet.programs.errors == {}


def test_uniforms_of_the_users(sheet, library):
    assert sheet.programs.custom == {}
    sheet.draw()
    library.edit("tint.glsl", GAIN)
    assert sheet.draw() == (26, 51, 102)
    gain = sheet.programs.custom["gain"]
    assert (gain.low, gain.high, gain.default, gain.value) == (0, 2, 0.5, 0.5)
    assert (gain.file, gain.line) == ("tint.glsl", 2)
    sheet.programs.set_custom("gain", 0.25)
    assert sheet.draw() == (13, 26, 51)
    other = sheet.programs.get(*STAGES, {"N": 1})
    assert other.gl["gain"].value == 0.25
    # A moved slider stays where it is while one goes on typing.
    library.edit("tint.glsl", GAIN + "broken\n")
    assert sheet.draw() == (13, 26, 51)
    library.edit("tint.glsl", GAIN + "// done\n")
    assert sheet.draw() == (13, 26, 51)
    assert sheet.programs.custom["gain"].value == 0.25
    library.edit("tint.glsl", GAIN.replace("float gain = 0.5", "vec3 gain = vec3(0.0, 0.0, 0.5)"))
    assert sheet.draw() == (0, 0, 102)
    with pytest.raises(
        RenderError, match=r"No shader in use .* 'gian' of yours; did you mean 'gain'\?"
    ):
        sheet.programs.set_custom("gian", 1.0)
    with pytest.raises(RenderError, match="takes 3 numbers, got 1"):
        sheet.programs.set_custom("gain", 1.0)
    library.revert("tint.glsl")
    sheet.draw()
    assert sheet.programs.custom == {}


def test_every_kind_of_uniform_reaches_the_shader(sheet, library):
    library.edit(
        "tint.glsl",
        "uniform int n = 1;\nuniform bool on;\nuniform vec2 v = vec2(0.5) * 2.0;\n"
        "uniform vec4 ink = vec4(0.0); // colour\nuniform float many[2];\n"
        "vec3 tint() { return vec3(float(n), on ? v.y : 0.0, ink.b + many[1]); }\n",
    )
    assert sheet.draw() == (255, 0, 0)
    assert set(sheet.programs.custom) == {"n", "on", "v", "ink"}
    assert sheet.programs.custom["v"].default == (1.0, 1.0)
    for name, value in (("n", 0), ("on", True), ("v", (0.0, 0.2)), ("ink", (0.0, 0.0, 0.4, 1.0))):
        sheet.programs.set_custom(name, value)
        assert sheet.programs.custom[name].value == value
    assert sheet.draw() == (0, 51, 102)
    sheet.programs.set_custom("n", 1e30)
    sheet.programs.set_custom("v", (1e300, -1e300))
    assert sheet.draw() == (255, 0, 102)
    assert sheet.programs.errors == {}


def test_an_edit_may_drop_or_change_what_nnvis_sets(sheet, library):
    program = sheet.programs.get(*STAGES)
    with pytest.raises(RenderError, match="no uniform 'bsae'"):
        program.set(bsae=(1.0, 1.0, 1.0))
    library.edit("tint.glsl", "vec3 tint() { return vec3(1.0); }\n")
    assert sheet.draw() == (255, 255, 255)
    library.edit("tint.glsl", "uniform float base;\nvec3 tint() { return vec3(base); }\n")
    assert sheet.draw() == (0, 0, 0)
    (message,) = sheet.programs.errors["tint.glsl"]
    assert (message.line, message.is_error) == (1, False)
    assert "another type" in message.text
    with pytest.raises(RenderError, match="no uniform 'bsae'"):
        sheet.programs.get(*STAGES).set(bsae=(1.0, 1.0, 1.0))
    library.revert("tint.glsl")
    sheet.draw()
    assert sheet.programs.errors == {}


def test_programs_not_drawn_wait_until_they_are(sheet, library):
    sheet.draw()
    other = sheet.programs.get(*STAGES, {"N": 1})
    library.edit("tint.glsl", GAIN)
    sheet.draw()
    library.edit("tint.glsl", "oops\n")
    sheet.draw()
    library.edit("tint.glsl", GAIN.replace("base * gain", "base.bgr"))
    sheet.draw()
    assert sheet.programs.errors == {}
    fresh = sheet.programs.get(*STAGES, {"N": 1})
    assert fresh is not other
    assert fresh.stages[1].text.endswith(sheet.programs.get(*STAGES).stages[1].text[-60:])
    # Reverted before it was asked for again: the errors of then are not those of now.
    library.edit("tint.glsl", "oops\n")
    library.revert("tint.glsl")
    sheet.programs.get(*STAGES, {"N": 1})
    assert sheet.programs.errors == {}


def test_nothing_is_left_behind(ctx, library, monkeypatch):
    made = []
    for name in ("program", "vertex_array", "texture", "framebuffer"):
        make = getattr(type(ctx), name)

        def tracked(self, *args, _make=make, **kwargs):
            made.append(_make(self, *args, **kwargs))
            return made[-1]

        monkeypatch.setattr(type(ctx), name, tracked)
    sheet = Sheet(ctx, Programs(ctx, library))
    for turn in range(12):
        library.edit("tint.glsl", GAIN + "// " * turn + ("oops" if turn % 3 == 2 else ""))
        sheet.draw()
    alive = [thing for thing in made if type(thing.mglo).__name__ != "InvalidObject"]
    assert len(alive) == 4  # one program, one array, the texture and its framebuffer
    sheet.release()
    gc.collect()
    assert len(made) > 12
    assert {type(thing.mglo).__name__ for thing in made} == {"InvalidObject"}
