"""What is missing, in one sentence; what is there, for ``nnvis doctor``."""

import os
import subprocess
import sys

import pytest

from nnvis.errors import RenderError
from nnvis.gl.context import describe, explain, open_context


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("libEGL.so not loaded", "the library libEGL is missing.*apt-get install.*libegl1 libgl1"),
        ("libGL.so.1 not loaded", "the library libGL is missing"),
        (
            "(glcontext) libX11.so.6: cannot open shared object file",
            "the library libX11 is missing",
        ),
        ("eglInitialize failed (0x3001)", "EGL found no device"),
        ("requested OpenGL version 330, got version 210", r"needs OpenGL 3\.3"),
        ("", "EGL gave no reason"),
    ],
)
def test_explanations(message, expected):
    with pytest.raises(AssertionError, match=expected):
        raise AssertionError(explain(message))
    assert explain(message).endswith(".")


@pytest.mark.gl
def test_description(ctx):
    found = describe(ctx)
    assert found.version_code >= 330
    assert found.largest >= 4096
    assert found.renderer in found.sentence
    assert found.software == ("llvmpipe" in found.renderer) or found.software


def test_old_opengl_is_refused(monkeypatch):
    import moderngl

    class Old:
        version_code = 210
        released = False

        def release(self):
            self.released = True

    old = Old()
    monkeypatch.setattr(moderngl, "create_standalone_context", lambda **_: old)
    with pytest.raises(RenderError, match=r"needs OpenGL 3\.3, found 2\.1"):
        open_context()
    assert old.released


def test_missing_library_is_one_sentence(monkeypatch):
    import moderngl

    def fail(**_):
        raise Exception("libEGL.so not loaded")

    monkeypatch.setattr(moderngl, "create_standalone_context", fail)
    with pytest.raises(RenderError, match="libEGL is missing"):
        open_context()


def test_importing_render_opens_nothing():
    code = "import sys, nnvis.render; sys.exit('moderngl' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.gl
def test_draws_with_plain_3_3_forward_compatible(ctx, tmp_path):
    code = (
        "from networks import synthetic_network as n\n"
        "from nnvis.gl.context import describe\n"
        "from nnvis.render import render_image as r\n"
        "from nnvis.config.rendering import EdgeRenderMode as E\n"
        "assert describe().version_code == 330 or not describe().software\n"
        "for m in E.__args__: r(n(), None, 160, 120, rendering={'edge_render_mode': m})\n"
    )
    tests = os.path.dirname(os.path.dirname(__file__))  # noqa: PTH120
    env = os.environ | {"MESA_GL_VERSION_OVERRIDE": "3.3FC", "PYTHONPATH": tests}
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, env=env)
