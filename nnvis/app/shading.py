"""What the actions of the Shaders panel do to the library and the programs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nnvis.app import actions as act
from nnvis.app import shaders
from nnvis.gl.programs import Programs
from nnvis.render.passes import check

if TYPE_CHECKING:
    from nnvis.app.viewer import Viewer


class Shading:
    """Edits, saves and reverts shaders, and keeps the panel's view of them."""

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer

    @property
    def _programs(self) -> Programs:
        assert self._viewer.stage is not None
        return self._viewer.stage.renderer.programs

    def look(self, chosen: str | None = None) -> None:
        """Show the library as it is now, with file ``chosen`` (or the one before) in the editor."""
        viewer = self._viewer
        old = viewer.state.shaders
        name = chosen or (old.chosen if old is not None else shaders.FIRST_FILE)
        viewer.state = replace(viewer.state, shaders=shaders.look(self._programs, name))
        if viewer.stage is not None:
            viewer.stage.refresh()

    def follow(self) -> None:
        """Take over what drawing has found: other settings compile other programs."""
        viewer, shop = self._viewer, self._viewer.state.shaders
        if shop is None:
            return
        found, custom = self._programs.errors, self._programs.custom
        if found == shop.messages and custom == shop.custom:
            return
        viewer.state = replace(viewer.state, shaders=replace(shop, messages=found, custom=custom))
        for file, messages in found.items():
            # What is being typed is marked in the editor; a saved copy nobody may have in view.
            if file not in shop.messages and self._programs.library.origin(file) == "yours":
                viewer.complain(
                    f"Your shader {file} cannot be used, line {messages[0].line}: "
                    f"{messages[0].text}; the shipped one draws. Mend it or go back to the "
                    "original in the Shaders panel."
                )

    def edit(self, action: act.EditShader) -> None:
        """Compile the text being typed; what it says is marked in the editor."""
        self._programs.library.edit(action.name, action.text)
        check(self._programs, action.name)
        self.look()

    def save(self, action: act.SaveShader) -> None:
        """Keep the text in the user's folder; raises `StoreError` when that cannot be written."""
        path = self._programs.library.save(action.name)
        self.look()
        self._viewer.say(f"Your shader: {path}")

    def revert(self, action: act.RevertShader) -> None:
        """Drop the edit, and the saved copy when asked to."""
        self._programs.library.revert(action.name)
        if action.fully:
            self._programs.library.forget(action.name)
        self.look()

    def set_uniform(self, action: act.SetUniform) -> None:
        """Give a uniform of the user's its value."""
        self._programs.set_custom(action.name, action.value)
        self.look()
