"""Where a frame is drawn: opaque colour and depth, sums of transparent parts, the final image."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nnvis.errors import RenderError

if TYPE_CHECKING:
    import moderngl
    from jaxtyping import UInt8

FLOAT_BYTES = {"f2": 2, "f4": 4}


class Target:
    """Framebuffers for one frame (or one tile of it) of ``width`` × ``height`` pixels.

    Parameters
    ----------
    supersample
        Samples a pixel along each axis: everything but the final image is drawn this much
        larger and averaged. Impostors cut their outline in the fragment shader, where
        multisampling does not reach.
    precision
        Of the sums: ``"f4"`` keeps thousands of faint layers exact and independent of their
        order, ``"f2"`` needs half the memory traffic.

    Attributes
    ----------
    opaque
        Colour and depth of the opaque parts.
    sums
        Two colour targets for weighted blending, tested against the same depth.
    single
        The first of these alone, for blending modes of one sum.
    image
        The final image, 8 bits a channel, not supersampled.
    beneath
        Another of the same kind, for what lies under it; made when first asked for.
    """

    def __init__(
        self,
        ctx: moderngl.Context,
        width: int,
        height: int,
        supersample: int = 1,
        precision: str = "f4",
    ) -> None:
        self.ctx = ctx
        self.width = width
        self.height = height
        self.supersample = supersample
        size = (width * supersample, height * supersample)
        limit = int(ctx.info["GL_MAX_TEXTURE_SIZE"])
        if max(size) > limit or min(size) < 1:
            raise RenderError(
                f"A picture of {size[0]} × {size[1]} samples does not fit this OpenGL's "
                f"textures (1 to {limit} a side)."
            )
        self._owned: list[Any] = []
        try:
            self.colour = self._texture(size, 4, "f1")
            self.first = self._texture(size, 4, precision)
            self.second = self._texture(size, 1, precision)
            self.depth = self._keep(ctx.depth_texture(size))
            self.depth.compare_func = ""
            self.result = self._texture((width, height), 4, "f1")
            self.opaque = self._keep(ctx.framebuffer([self.colour], self.depth))
            self.sums = self._keep(ctx.framebuffer([self.first, self.second], self.depth))
            self.single = self._keep(ctx.framebuffer([self.first], self.depth))
            self.image = self._keep(ctx.framebuffer([self.result]))
            self._beneath: tuple[moderngl.Texture, moderngl.Framebuffer] | None = None
        except Exception as error:  # moderngl.Error: out of memory or an incomplete framebuffer
            self.release()
            raise RenderError(
                f"OpenGL cannot make a picture of {width} × {height} pixels: {error}."
            ) from error

    @property
    def beneath(self) -> tuple[moderngl.Texture, moderngl.Framebuffer]:
        if self._beneath is None:
            texture = self._texture((self.width, self.height), 4, "f1")
            self._beneath = texture, self._keep(self.ctx.framebuffer([texture]))
        return self._beneath

    def _keep(self, thing: Any) -> Any:
        self._owned.append(thing)
        return thing

    def _texture(self, size: tuple[int, int], components: int, dtype: str) -> moderngl.Texture:
        texture = self._keep(self.ctx.texture(size, components, dtype=dtype))
        texture.filter = (self.ctx.NEAREST, self.ctx.NEAREST)
        return texture

    def read(self) -> UInt8[np.ndarray, "height width 3"]:
        """The final image, its top row first."""
        data = self.image.read(components=3, alignment=1)
        rows = np.frombuffer(data, np.uint8).reshape(self.height, self.width, 3)
        return np.ascontiguousarray(rows[::-1])

    def read_depth(self) -> np.ndarray:
        """Depth of the opaque parts in [0, 1], (height, width) in samples, top row first."""
        data = self.depth.read(alignment=1)
        size = self.height * self.supersample, self.width * self.supersample
        return np.frombuffer(data, np.float32).reshape(size)[::-1].copy()

    def release(self) -> None:
        """Give everything back; more than once does no harm."""
        for thing in reversed(self._owned):
            thing.release()
        self._owned.clear()
