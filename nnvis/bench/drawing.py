"""A scene on the graphics card to be drawn again and again, and a count of what is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from nnvis.config import RenderingConfig, read_config

if TYPE_CHECKING:
    import numpy as np

    from nnvis.model import Network


class Drawing:
    """A network uploaded once, seen whole from the default camera.

    Parameters
    ----------
    settings
        As in ``configs/rendering.json``.
    """

    def __init__(
        self, context: Any, network: Network, size: tuple[int, int], settings: Mapping[str, Any]
    ) -> None:
        from nnvis.gl.target import Target
        from nnvis.render import Camera, Renderer, build_scene, view_of

        self.context = context
        self.settings = read_config(RenderingConfig, settings)
        self.scene = build_scene(network, "all", self.settings.palette, self.settings.background)
        camera = Camera().framing(self.scene.hull, size[0] / size[1])
        self.view = view_of(camera, self.scene.bounds, size)
        self.renderer = Renderer(context)
        self._target = Target(context, *size)

    def __enter__(self) -> Self:
        self.renderer.upload(self.scene)
        self.frame()
        return self

    def __exit__(self, *_: object) -> None:
        self.renderer.release()
        self._target.release()

    def set(self, **settings: Any) -> None:
        """Change settings; nothing is drawn yet."""
        self.settings = self.settings.model_copy(update=settings)

    def pixels(self) -> np.ndarray:
        """The last frame, (height, width, 3) uint8, its top row first."""
        return self._target.read()

    def frame(self) -> None:
        """Draw, and wait until it is done."""
        self.renderer.draw(self._target, self.view, self.settings)
        self.context.finish()


class Writes:
    """Counts, while its block runs, buffers and textures that are made in a context.

    What :mod:`nnvis.render` writes it writes when it makes it, so none made is none written.
    """

    def __init__(self, context: Any) -> None:
        self._context = context
        self.count = 0

    def __enter__(self) -> Self:
        for name in ("buffer", "texture"):
            setattr(self._context, name, self._counted(getattr(self._context, name)))
        return self

    def __exit__(self, *_: object) -> None:
        for name in ("buffer", "texture"):
            delattr(self._context, name)

    def _counted(self, make: Any) -> Any:
        def counted(*args: Any, **more: Any) -> Any:
            self.count += 1
            return make(*args, **more)

        return counted
