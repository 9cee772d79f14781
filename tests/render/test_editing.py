"""Shaders edited while a network is drawn: every file of every pass, right and wrong edits."""

from functools import lru_cache
from itertools import product
from typing import get_args

import numpy as np
import pytest
from networks import synthetic_network

from nnvis.bundling import density_cells
from nnvis.config import ProcessingConfig
from nnvis.config.rendering import (
    Blend,
    EdgeRenderMode,
    GridRenderMode,
    NodeRenderMode,
    RenderingConfig,
)
from nnvis.gl.library import ShaderLibrary
from nnvis.gl.target import Target
from nnvis.render.camera import Camera, view_of
from nnvis.render.frame import Renderer
from nnvis.render.passes import PASSES, check
from nnvis.render.present import PresentPass
from nnvis.render.scene import build_scene
from nnvis.render.text import Label, TextPass
from nnvis.resources import folder

pytestmark = pytest.mark.gl
SIZE = (120, 80)
NAMES = ShaderLibrary().names()
WORDS = (Label("importance", 8.0, 30.0, 14, (0.0, 0.0, 0.0)),)


@lru_cache(maxsize=1)
def drawn():
    """A network and its density grid."""
    network = synthetic_network()
    return network, density_cells(network, ProcessingConfig(sampling_rate=10.0))


class Stage:
    """A renderer, text and a network to draw."""

    def __init__(self, ctx, library):
        self.library = library
        self.target, self.renderer = Target(ctx, *SIZE), Renderer(ctx, library)
        self.programs = self.renderer.programs
        self.text = TextPass(ctx, self.programs)
        network, cells = drawn()
        scene = build_scene(network)
        self.renderer.upload(scene)
        self.renderer.upload_grid(cells)
        self.text.upload(WORDS)
        self.view = view_of(Camera().framing(scene.hull, 1.5), scene.bounds, SIZE)

    def draw(self, **settings):
        rendering = RenderingConfig.model_validate(settings)
        self.renderer.draw(self.target, self.view, rendering)
        self.text.draw(self.target)
        return self.target.read()

    def release(self):
        for thing in (self.text, self.renderer, self.target):
            thing.release()


@pytest.fixture
def stage(ctx, tmp_path):
    made = Stage(ctx, ShaderLibrary(tmp_path))
    yield made
    made.release()


def test_wrong_keeps_the_picture_and_right_changes_it(stage):
    before = stage.draw()
    light = stage.library.text("common/light.glsl")
    stage.library.edit("common/light.glsl", light.replace("return colour", "return color"))
    assert np.array_equal(stage.draw(), before)
    (message, *_) = stage.programs.errors["common/light.glsl"]
    at = light.split("\n").index(next(x for x in light.split("\n") if "return" in x)) + 1
    assert (message.line, message.is_error) == (at, True)
    stage.library.edit("common/light.glsl", light.replace("return colour", "return 1.0 - colour"))
    after = stage.draw()
    assert (after != before).any(axis=2).mean() > 0.02
    assert stage.programs.errors == {}
    stage.library.revert("common/light.glsl")
    assert np.array_equal(stage.draw(), before)


def test_a_slider_for_the_users_uniform(stage):
    tube = stage.library.text("edge/tube.frag")
    edited = tube.replace("in vec3 at;", "uniform float fade = 1.0;  // 0..1\nin vec3 at;", 1)
    stage.library.edit("edge/tube.frag", edited.replace("alpha * inside", "fade * alpha * inside"))
    # Opaque enough that no edge is drawn as a line, which edited tubes never are.
    settings = {"edge_base_opacity": 0.2}
    plain = stage.draw(**settings)
    stage.programs.set_custom("fade", 0.0)
    gone = stage.draw(**settings)
    assert np.array_equal(gone, stage.draw(edge_render_mode="none"))
    stage.programs.set_custom("fade", 1)
    assert np.array_equal(stage.draw(**settings), plain)
    stage.library.revert("edge/tube.frag")
    assert np.array_equal(stage.draw(**settings), plain)


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith((".vert", ".frag"))])
def test_stages_emptied_of_all_that_nnvis_sets(stage, name):
    bare = {
        ".vert": "#version 330 core\nvoid main() { gl_Position = vec4(2.0); }\n",
        ".frag": "#version 330 core\nout vec4 c;\nvoid main() { c = vec4(0.5); }\n",
    }
    before = stage.draw()
    stage.library.edit(name, bare[name[-5:]])
    for edges, nodes in product(get_args(EdgeRenderMode), ("sphere", "point")):
        stage.draw(edge_render_mode=edges, node_render_mode=nodes)
    for grid in get_args(GridRenderMode):
        stage.draw(grid_render_mode=grid)
    stage.library.revert(name)
    assert np.array_equal(stage.draw(), before)


OTHER_TYPES = {
    "uniform vec3": "uniform float",
    "uniform float": "uniform vec2",
    "uniform mat4": "uniform mat3",
    "uniform sampler2D": "uniform int",
    "in uint": "in int",
    "in vec3 in_": "in vec2 in_",
}


@pytest.mark.parametrize("name", NAMES)
def test_uniforms_and_attributes_of_other_types(stage, name):
    text = stage.library.text(name)
    for ours, theirs in OTHER_TYPES.items():
        stage.library.edit(name, text.replace(ours, theirs))
        stage.draw(grid_render_mode="cube")
        stage.draw(edge_render_mode="sphere", node_render_mode="point", grid_render_mode="point")


def test_a_check_finds_errors_in_what_is_not_drawn(stage):
    stage.draw(edge_render_mode="line")
    stage.library.edit("edge/bead.vert", "#version 330 core\noops\n")
    stage.draw(edge_render_mode="line")
    assert stage.programs.errors == {}
    check(stage.programs, "edge/bead.vert")
    assert [message.line for message in stage.programs.errors["edge/bead.vert"]] == [2]
    stage.library.revert("edge/bead.vert")
    check(stage.programs, "edge/bead.vert")
    assert stage.programs.errors == {}


def test_the_window_follows_too(ctx, stage):
    present = PresentPass(ctx, stage.programs)
    check(stage.programs, "post/present.frag")
    present.release()
    stage.draw()  # the programs are the renderer's still


def test_the_table_lists_every_file_and_every_file_is_there():
    library = ShaderLibrary()
    listed = {file for one in PASSES for file in one.files(library)}
    shipped = {
        path.relative_to(folder("shaders")).as_posix()
        for path in folder("shaders").rglob("*")
        if path.is_file()
    }
    assert listed == shipped
    assert len({one.name for one in PASSES}) == len(PASSES)


def test_the_table_knows_every_program_drawn(stage):
    for edges, nodes, blend in product(
        get_args(EdgeRenderMode), get_args(NodeRenderMode), get_args(Blend)
    ):
        stage.draw(edge_render_mode=edges, node_render_mode=nodes, blend=blend)
    for grid, blend in product(get_args(GridRenderMode), get_args(Blend)):
        stage.draw(edge_render_mode="none", grid_render_mode=grid, blend=blend)
    pairs = {(recipe.vertex, recipe.fragment) for one in PASSES for recipe in one.recipes}
    drawn = {(slot.recipe.vertex, slot.recipe.fragment) for slot in stage.programs._slots.values()}
    assert drawn <= pairs


def test_files_of_a_pass_that_cannot_be_read(stage):
    tubes = PASSES[0]
    assert tubes.files(stage.library)[:2] == ("edge/tube.vert", "edge/tube.frag")
    stage.library.edit("edge/tube.frag", "")
    assert tubes.files(stage.library) == ("edge/tube.vert", "edge/tube.frag")
