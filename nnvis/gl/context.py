"""Open OpenGL without a window, and say in one sentence what is missing when it will not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nnvis.errors import RenderError

if TYPE_CHECKING:
    import moderngl

REQUIRED_VERSION = 330
_INSTALL = "on Debian or Ubuntu: apt-get install --no-install-recommends libegl1 libgl1"
_SOFTWARE = ("llvmpipe", "softpipe", "swrast", "software rasterizer", "swiftshader")


@dataclass(frozen=True)
class Description:
    """What OpenGL offers here.

    Attributes
    ----------
    version_code
        For example 330 for OpenGL 3.3.
    software
        True when the processor draws, not a graphics card.
    largest
        Longest side of a texture, pixels.
    """

    vendor: str
    renderer: str
    version: str
    version_code: int
    software: bool
    largest: int

    @property
    def sentence(self) -> str:
        how = "in software" if self.software else "on a graphics card"
        return f"OpenGL {self.version} by {self.renderer} ({self.vendor}), draws {how}"


def open_context() -> moderngl.Context:
    """A context without a window, through EGL, of OpenGL 3.3 core or newer.

    Raises
    ------
    RenderError
        When a library, a device or the version is missing: it says what to install.
    """
    try:
        import moderngl
    except ImportError as error:
        raise RenderError(
            f"Drawing needs the Python package moderngl ({error}); install it with "
            "python -m pip install moderngl."
        ) from error
    try:
        # moderngl's stub takes the settings for one mapping.
        settings: Any = {"backend": "egl", "require": REQUIRED_VERSION}
        context = moderngl.create_standalone_context(**settings)
    except Exception as error:  # glcontext and moderngl raise bare Exception and ImportError
        raise RenderError(explain(str(error))) from error
    if context.version_code < REQUIRED_VERSION:
        found = context.version_code
        context.release()
        raise RenderError(_too_old(f"{found // 100}.{found // 10 % 10}"))
    return context


def explain(message: str) -> str:
    """The sentence for a message of glcontext or moderngl.

    >>> explain("libEGL.so not loaded")  # doctest: +ELLIPSIS
    'Cannot draw off screen: the library libEGL is missing; on Debian or Ubuntu: ...'
    """
    lowered = message.lower()
    for library in ("libEGL", "libGL", "libX11"):
        if library.lower() + "." in lowered or f"{library.lower()} not" in lowered:
            return f"Cannot draw off screen: the library {library} is missing; {_INSTALL}."
    if "version" in lowered and ("required" in lowered or "requested" in lowered):
        return _too_old(message)
    if any(word in lowered for word in ("device", "display", "eglinitialize", "config")):
        return (
            f"Cannot draw off screen: EGL found no device to draw with ({message}); install "
            "Mesa's software renderer, on Debian or Ubuntu: apt-get install libegl1 "
            "libgl1-mesa-dri."
        )
    return f"Cannot draw off screen: {message or 'EGL gave no reason'}; {_INSTALL}."


def describe(context: moderngl.Context | None = None) -> Description:
    """What OpenGL offers here; opens and closes a context when none is given.

    Raises
    ------
    RenderError
        As :func:`open_context`.
    """
    opened = open_context() if context is None else None
    gl = opened if opened is not None else context
    assert gl is not None
    try:
        renderer = str(gl.info["GL_RENDERER"])
        return Description(
            vendor=str(gl.info["GL_VENDOR"]),
            renderer=renderer,
            version=str(gl.info["GL_VERSION"]),
            version_code=int(gl.version_code),
            software=any(word in renderer.lower() for word in _SOFTWARE),
            largest=int(gl.info["GL_MAX_TEXTURE_SIZE"]),
        )
    finally:
        if opened is not None:
            opened.release()


def _too_old(found: str) -> str:
    return (
        f"Drawing needs OpenGL 3.3, found {found}; update the graphics driver, or use Mesa's "
        "software renderer by setting LIBGL_ALWAYS_SOFTWARE=1."
    )
