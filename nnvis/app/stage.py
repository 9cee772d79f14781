"""The OpenGL side of the view: the scene's passes, the frame they draw into, and stills."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nnvis.app.detail import Detail, Pace
from nnvis.app.state import Frames, Shown
from nnvis.errors import RenderError
from nnvis.gl.target import Target
from nnvis.render import palette
from nnvis.render.camera import POSITIONS, Camera, View, view_of
from nnvis.render.capture import draw_tiles, picture_text, save_png
from nnvis.render.frame import Renderer
from nnvis.render.overlay import arrange, make_frame
from nnvis.render.picked import scene_of_unit, scene_of_units
from nnvis.render.present import PresentPass, Sheet
from nnvis.render.text import TextPass

if TYPE_CHECKING:
    from nnvis.bundling import DensityCells
    from nnvis.config import RenderingConfig
    from nnvis.gl.library import ShaderLibrary
    from nnvis.render.scene import Scene

_KEPT_FRAMES = 120


# So few points are drawn at once on any machine.
_FEW_POINTS = 60_000


class Stage:
    """Draws what is shown into a texture, and only when something changed.

    Parameters
    ----------
    library
        Where shaders come from.
    gl
        Version and renderer, for the statistics.

    Attributes
    ----------
    is_unfinished
        Whether the last frame was a quick first one, and the next will show more.
    scale
        Of a high-resolution screen, for the size of words; set before drawing.
    """

    def __init__(self, ctx: Any, library: ShaderLibrary, gl: str) -> None:
        self.ctx = ctx
        self.renderer = Renderer(ctx, library)
        self._text = TextPass(ctx, self.renderer.programs)
        self._present = PresentPass(ctx, self.renderer.programs)
        self._target: Target | None = None
        # What is on the screen: the target, or the sheet over which a coarse target is stretched.
        self._sheet: Sheet | None = None
        self._picture: Target | Sheet | None = None
        self._shown: Shown | None = None
        self._pictures: dict[str, dict[str, Any]] = {}
        self._picked: tuple[int, ...] = ()
        self._last: tuple[Any, ...] | None = None
        self._pace = Pace()
        self.is_unfinished = False
        self.scale = 1.0
        self.frames = Frames(gl=gl)

    @property
    def texture(self) -> int | None:
        """OpenGL's number of the picture; ``None`` before the first."""
        return None if self._picture is None or self._shown is None else self._picture.result.glo

    def show(self, shown: Shown | None) -> None:
        """Upload another network's scene; the same one again costs nothing."""
        if shown is not None and (self._shown is None or shown.scene is not self._shown.scene):
            if self._shown is None or not shown.is_same_network(self._shown):
                self.renderer.upload_grid(None)
                self._pace.forget()
            self.renderer.upload(shown.scene)
            self._picked = ()
            self.renderer.highlight(None)
        self._shown = shown
        self._last = None

    def show_grid(self, cells: DensityCells | None) -> None:
        """Upload the density grid."""
        self.renderer.upload_grid(cells)
        self._last = None

    def pick(self, units: tuple[int, ...]) -> None:
        """Draw a unit with all its edges, or several with the edges between them, in full and
        dim the rest; none shows all alike."""
        if units == self._picked or self._shown is None:
            return
        self._picked = units
        scene = None
        if len(units) == 1:
            scene = scene_of_unit(self._shown.scene, self._shown.network, units[0])
        elif units:
            scene = scene_of_units(self._shown.scene, self._shown.network, units)
        self.renderer.highlight(scene)
        self._last = None

    def show_flows(self, scene: Scene | None) -> None:
        """Draw these arcs with the network; ``None`` for none."""
        self.renderer.show_flows(scene)
        self._last = None

    def set_pictures(self, owner: str, pictures: Mapping[str, np.ndarray]) -> dict[str, int]:
        """Put pictures (row, column, 4) uint8 for panels on the graphics card, in place of the
        owner's before; the numbers of all owners' pictures by name."""
        for texture in self._pictures.pop(owner, {}).values():
            texture.release()
        mine = self._pictures[owner] = {}
        for name, pixels in pictures.items():
            height, width = pixels.shape[:2]
            texture = self.ctx.texture((width, height), 4, np.ascontiguousarray(pixels).tobytes())
            texture.filter = (self.ctx.NEAREST, self.ctx.NEAREST)
            mine[name] = texture
        return {
            name: texture.glo for held in self._pictures.values() for name, texture in held.items()
        }

    def refresh(self) -> None:
        """Draw anew even when nothing seems to have changed."""
        self._last = None

    def draw(
        self,
        camera: Camera,
        rendering: RenderingConfig,
        size: tuple[int, int],
        supersample: int,
        *,
        is_moving: bool,
    ) -> None:
        """Draw a frame of ``size`` pixels unless the last one is still right."""
        if self._shown is None or min(size) < 1:
            return
        scene = self._shown.scene
        self.is_unfinished = not self._pace.is_known and len(scene.points) > _FEW_POINTS
        if self.is_unfinished:
            detail = self._pace.trial(scene, rendering)
        elif is_moving:
            detail = self._pace.moving(scene, rendering)
        else:
            detail = self._pace.at_rest(scene, rendering, supersample)
        wanted = (camera, size, detail, self.renderer.programs.library.version)
        if wanted == self._last:
            return
        self._last = wanted
        begin = time.perf_counter()
        self._draw(camera, size, detail)
        self.ctx.finish()
        seconds = time.perf_counter() - begin
        self._pace.took(scene, detail, seconds)
        drawn = scene.edges_drawn(detail.rendering.edge_importance_threshold)
        self.frames = Frames(
            (*self.frames.seconds, seconds)[-_KEPT_FRAMES:],
            drawn,
            scene.points_drawn(drawn),
            self.renderer.cells_drawn(detail.rendering),
            self.renderer.gpu_bytes,
            self.frames.gl,
        )

    def view(self, camera: Camera, size: tuple[int, int]) -> View | None:
        """The matrices of the picture as it would be drawn at full resolution."""
        if self._shown is None:
            return None
        return view_of(camera, self._shown.scene.bounds, size)

    def framed(self, position: str, rendering: RenderingConfig, size: tuple[int, int]) -> Camera:
        """A named camera position that shows the whole network."""
        camera = Camera(*POSITIONS[position])
        if self._shown is None:
            return camera
        width, height = (max(side, 1) for side in size)
        margins = make_frame(self._shown.scene, rendering, width, height, self.scale).margins
        return camera.framing(self._shown.scene.hull, width / height, margins)

    def save_picture(
        self,
        path: Path,
        camera: Camera,
        rendering: RenderingConfig,
        size: tuple[int, int],
    ) -> None:
        """A PNG of any size, drawn in tiles with everything in full.

        Raises
        ------
        RenderError, StoreError
            When it does not fit into memory or the file cannot be written.
        """
        if self._shown is None:
            raise RenderError("There is no network to take a picture of; open one first.")
        scene = self._shown.scene
        words = make_frame(scene, rendering, *size)
        pixels = draw_tiles(
            self.ctx, self.renderer, self._text, scene, camera, rendering, size, words
        )
        save_png(pixels, path, picture_text(scene, camera, rendering))
        self._last = None

    def pixels(self) -> np.ndarray | None:
        """The picture as it is on the screen, (height, width, 3) uint8; ``None`` before one."""
        return None if self._picture is None else self._picture.read()

    def release(self) -> None:
        """Give everything back."""
        for owner in tuple(self._pictures):
            self.set_pictures(owner, {})
        for thing in (self._text, self._present, self.renderer, self._target, self._sheet):
            if thing is not None:
                thing.release()

    def _draw(self, camera: Camera, size: tuple[int, int], detail: Detail) -> None:
        assert self._shown is not None
        scene = self._shown.scene
        wide, tall = max(size[0] // detail.pixel, 1), max(size[1] // detail.pixel, 1)
        target, supersample = self._target, detail.supersample
        if target is None or (target.width, target.height, target.supersample) != (
            wide, tall, supersample,
        ):  # fmt: skip
            if target is not None:
                target.release()
            # Frees nothing that is on the screen: the picture is drawn again before it is shown.
            self._target = self._picture = None
            target = self._target = Target(self.ctx, wide, tall, supersample)
            target.result.filter = (self.ctx.LINEAR, self.ctx.LINEAR)
        view = view_of(camera, scene.bounds, (wide, tall), supersample)
        self.renderer.draw(target, view, detail.rendering)
        picture = self._picture = target if detail.pixel == 1 else self._stretched(target, size)
        # Words are as large and as sharp in a coarse picture as in a fine one.
        words = make_frame(scene, detail.rendering, picture.width, picture.height, self.scale)
        plain = view_of(camera, scene.bounds, (picture.width, picture.height))
        halo = palette.background_colour(detail.rendering.background)
        self._text.upload(
            arrange(scene, words, plain), (float(halo[0]), float(halo[1]), float(halo[2]))
        )
        self._text.draw(picture, (0, 0, picture.width, picture.height))

    def _stretched(self, target: Target, size: tuple[int, int]) -> Sheet:
        """The target's image over a sheet of ``size`` pixels."""
        sheet = self._sheet
        if sheet is None or (sheet.width, sheet.height) != size:
            if sheet is not None:
                sheet.release()
            self._sheet = self._picture = None
            sheet = self._sheet = Sheet(self.ctx, *size)
        self._present.draw(target, sheet)
        return sheet
