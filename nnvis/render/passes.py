"""What is drawn with which shader files, for the panel that edits them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

from nnvis.config.rendering import (
    EdgeRenderMode,
    GridRenderMode,
    NodeRenderMode,
    RenderingConfig,
)
from nnvis.gl.messages import ShaderError
from nnvis.gl.program import Recipe
from nnvis.render import present, text
from nnvis.render.blending import BLENDS, ResolvePass
from nnvis.render.edges import EdgePass
from nnvis.render.grid import GridPass
from nnvis.render.nodes import NodePass

if TYPE_CHECKING:
    from nnvis.gl.library import ShaderLibrary
    from nnvis.gl.programs import Programs


@dataclass(frozen=True)
class Pass:
    """Something that is drawn: the name to show, and the programs that draw it in some mode."""

    name: str
    recipes: tuple[Recipe, ...]

    def files(self, library: ShaderLibrary) -> tuple[str, ...]:
        """The stages' files first, then what they include, as far as all can be read."""
        stages: dict[str, None] = {}
        included: dict[str, None] = {}
        for recipe in self.recipes:
            stages |= dict.fromkeys((recipe.vertex, recipe.fragment))
            try:
                for source in recipe.read(library):
                    included |= dict.fromkeys(source.files)
            except ShaderError:
                continue
        return tuple(stages | included)


def check(programs: Programs, name: str) -> None:
    """Compile all that includes file ``name``, drawn now or not; ``programs.errors`` then tells.

    One program for each mode, weighted where modes blend. Takes a driver up to a second for a
    file that everything includes: call it when typing pauses.
    """
    for one in PASSES:
        if name in one.files(programs.library):
            for recipe in one.recipes:
                try:
                    programs.get(*recipe)
                except ShaderError:  # of the shipped text: nothing of the user's to mark
                    continue


def _distinct(recipes: Iterable[Recipe]) -> tuple[Recipe, ...]:
    found: list[Recipe] = []
    for recipe in recipes:
        if recipe not in found:
            found.append(recipe)
    return tuple(found)


def _of(one: type[EdgePass | NodePass | GridPass], item: str, modes: Any) -> tuple[Recipe, ...]:
    """A recipe for each mode of a setting ``<item>_render_mode``."""
    return _distinct(
        one.recipe(RenderingConfig.model_validate({f"{item}_render_mode": mode}))
        for mode in get_args(modes)
        if mode != "none"
    )


_EDGES = _of(EdgePass, "edge", EdgeRenderMode)
_THREADS = [
    EdgePass.thread_recipe(RenderingConfig.model_validate({"edge_render_mode": mode}))
    for mode in ("ellipsoid_transparent", "line")
]
PASSES = (
    Pass("Edges as tubes", tuple(one for one in _EDGES if "tube" in one.vertex)),
    Pass("Thin edges as lines", _distinct(_THREADS)),
    Pass("Edges as balls", tuple(one for one in _EDGES if "bead" in one.vertex)),
    Pass("Units", _of(NodePass, "node", NodeRenderMode)),
    Pass("Density grid", _of(GridPass, "grid", GridRenderMode)),
    Pass(
        "Blending",
        _distinct(
            ResolvePass.recipe(RenderingConfig.model_validate({"blend": blend}), over)
            for blend in BLENDS
            for over in (False, True)
        ),
    ),
    Pass("Words", (text.RECIPE,)),
    Pass("Enlarging a coarse picture", (present.RECIPE,)),
)
