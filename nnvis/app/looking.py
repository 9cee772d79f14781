"""What the actions on the view do: camera positions, picking, pictures and films."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nnvis.app import actions as act
from nnvis.app import changes
from nnvis.app.filming import Film, free_name
from nnvis.app.picking import unit_at
from nnvis.errors import NnvisError, RenderError
from nnvis.render.camera import Camera
from nnvis.render.capture import LARGEST

if TYPE_CHECKING:
    from nnvis.app.viewer import Viewer


class Looking:
    """Keeps the film being recorded and the position that the view was framed for."""

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        self._film: Film | None = None
        self._fit: tuple[str, Camera, tuple[int, int]] | None = None

    def framed(self, position: str) -> Camera:
        """A named camera position that shows the whole network in the view as it is now."""
        viewer = self._viewer
        assert viewer.stage is not None
        size = viewer.view_size
        camera = viewer.stage.framed(position, viewer.state.drawn_rendering, size)
        self._fit = (position, camera, size)
        return camera

    def follow_size(self) -> None:
        """Frame anew when the view has another size and the user has not moved the camera.

        The view's size is known only after the panels' first frames.
        """
        if self._fit is None:
            return
        position, camera, size = self._fit
        state = self._viewer.state
        if state.flight is None and state.camera == camera and size != self._viewer.view_size:
            self._viewer.state = replace(state, camera=self.framed(position))

    def go_to(self, action: act.GoTo) -> None:
        """Move to a named camera position."""
        viewer = self._viewer
        viewer.state = changes.flying(viewer.state, self.framed(action.position))

    def point_at(self, action: act.PointAt) -> None:
        """Find the unit under the mouse."""
        viewer = self._viewer
        state = viewer.state
        assert viewer.stage is not None
        unit = None
        size = (max(round(viewer.view.size[0]), 1), max(round(viewer.view.size[1]), 1))
        view = viewer.stage.view(state.camera, size)
        if action.place is not None and view is not None and state.shown is not None:
            unit = unit_at(state.shown.scene, view, state.drawn_rendering, action.place, size)
        viewer.state = replace(state, hovered=unit)

    def take_picture(self, action: act.TakePicture) -> None:
        """A PNG in the current folder; raises `RenderError` or `StoreError` when it cannot be."""
        viewer = self._viewer
        assert viewer.stage is not None
        width, height = action.size or viewer.view_size
        if not (1 <= width <= LARGEST and 1 <= height <= LARGEST):
            raise RenderError(
                f"A picture must be 1 to {LARGEST} pixels a side, got {width} × {height}."
            )
        path = free_name("nnvis", ".png")
        viewer.stage.save_picture(
            path, viewer.state.camera, viewer.state.drawn_rendering,
            (width, height),
        )  # fmt: skip
        viewer.say(f"Picture: {path.absolute()}")

    def toggle_recording(self) -> None:
        """Begin a film of the view, or end it."""
        viewer = self._viewer
        if self._film is not None:
            film, self._film = self._film, None
            viewer.state = replace(viewer.state, recording=None)
            viewer.say(film.finish())
            return
        if viewer.state.shown is None:
            raise RenderError("There is no network to film; open one first.")
        self._film = Film(viewer.view_size, viewer.state.preferences.film_frames_per_second)
        viewer.state = replace(viewer.state, recording=str(self._film.path))

    def film_frame(self, now: float) -> None:
        """Add the picture on the screen to the film, as often as its speed asks for."""
        viewer = self._viewer
        if self._film is None or viewer.stage is None or not self._film.is_due(now):
            return
        pixels = viewer.stage.pixels()
        if pixels is None:
            return
        try:
            self._film.add(pixels, now)
        except NnvisError as error:
            film, self._film = self._film, None
            film.abandon(error)
            viewer.state = replace(viewer.state, recording=None)
            viewer.complain(f"{error} The film has ended; nothing of it is kept.")

    def close(self) -> None:
        """End a film that is being recorded."""
        if self._film is not None:
            film, self._film = self._film, None
            film.finish()
