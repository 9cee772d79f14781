"""Still pictures: what is in them, sizes, tiles, files, faults."""

import gc
import json
from dataclasses import replace

import numpy as np
import pytest
from networks import synthetic_network
from PIL import Image

from nnvis.config.rendering import EdgeRenderMode, NodeRenderMode, RenderingConfig
from nnvis.errors import ConfigError, RenderError, StoreError
from nnvis.model.network import Network
from nnvis.render import Camera, palette, render_image, save_png, view_of
from nnvis.render.camera import read_camera
from nnvis.render.overlay import make_frame
from nnvis.render.scene import build_scene

gl = pytest.mark.gl


def difference(one, two):
    return np.abs(one.astype(int) - two.astype(int))


@gl
@pytest.mark.parametrize("background", ["light", "dark"])
def test_units_are_where_the_camera_puts_them_in_their_colour(background):
    network = synthetic_network((12, 8, 5))
    settings = RenderingConfig(
        background=background, edge_render_mode="none", node_size=0.08,
        node_importance_opacity=2.0, node_depth_opacity=0.0,
    )  # fmt: skip
    pixels = render_image(network, None, 640, 360, rendering=settings, labels=False)
    scene = build_scene(network, background=background)
    look = read_camera("default")[0].framing(scene.hull, 640 / 360)
    found = view_of(look, scene.bounds, (640, 360)).project(scene.units["position"])
    nearest = np.argsort(found[:, 2])[:6]
    for unit in nearest:
        x, y = (0.5 + 0.5 * found[unit, 0]) * 640, (0.5 - 0.5 * found[unit, 1]) * 360
        seen = pixels[int(y), int(x)] / 255
        away = np.linalg.norm(seen - scene.units["colour"][unit])
        assert away < 0.3
        assert away < np.linalg.norm(seen - palette.background_colour(background))


@gl
@pytest.mark.parametrize("size", [(640, 360), (300, 420)])
def test_nothing_touches_the_border_and_labels_are_there(size):
    network = synthetic_network()
    pixels = render_image(network, None, *size)
    back = np.rint(palette.background_colour("light") * 255)
    border = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    assert (border == back).all()
    bare = render_image(network, None, *size, labels=False)
    ink = difference(bare, np.broadcast_to(back, bare.shape)).max(axis=2) > 8
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    assert rows[0] > 0.06 * size[1]
    assert rows[-1] < 0.94 * size[1]
    assert columns[0] > 0.06 * size[0]
    assert columns[-1] < 0.94 * size[0]
    frame = make_frame(build_scene(network), RenderingConfig(), *size)
    share = frame.share[0]
    line = pixels[int(share.y) - share.size : int(share.y) + 3, int(share.x) : int(share.x) + 100]
    assert (difference(line, back).max(axis=2) > 60).mean() > 0.03
    dots = [label for label in frame.legend if label.text == "\N{BLACK CIRCLE}"]
    assert len(dots) == 4
    for dot in dots:
        middle = pixels[round(dot.y - 0.36 * dot.size), round(dot.x + 0.31 * dot.size)]
        assert difference(middle, np.rint(np.array(dot.colour) * 255)).max() <= 2


@gl
@pytest.mark.parametrize("edges", EdgeRenderMode.__args__)
@pytest.mark.parametrize("background", ["light", "dark"])
def test_every_edge_mode_draws_edges(edges, background):
    settings = {"edge_render_mode": edges, "node_render_mode": "none", "background": background}
    pixels = render_image(synthetic_network(), None, 320, 180, rendering=settings, labels=False)
    back = np.rint(palette.background_colour(background) * 255)
    ink = (difference(pixels, np.broadcast_to(back, pixels.shape)).max(axis=2) > 10).mean()
    assert ink == 0 if edges == "none" else 0.01 < ink < 0.6


@gl
@pytest.mark.parametrize("nodes", NodeRenderMode.__args__)
def test_every_node_mode_draws_nodes(nodes):
    settings = {"edge_render_mode": "none", "node_render_mode": nodes}
    pixels = render_image(synthetic_network(), None, 320, 180, rendering=settings, labels=False)
    ink = (difference(pixels, pixels[:1, :1]).max(axis=2) > 10).mean()
    assert ink == 0 if nodes == "none" else 0.002 < ink < 0.3


@gl
def test_grey_means_importance_only():
    pixels = render_image(synthetic_network(), None, 320, 180, mode="importance")
    spread = pixels.max(axis=2).astype(int) - pixels.min(axis=2)
    assert spread.max() < 30
    coloured = render_image(synthetic_network(), None, 320, 180, mode="1")
    assert (coloured.max(axis=2).astype(int) - coloured.min(axis=2)).max() > 80


@gl
@pytest.mark.parametrize("settings", [{}, {"edge_render_mode": "sphere"}, {"blend": "additive"}])
def test_tiles_make_the_same_picture(settings):
    network = synthetic_network()
    whole = render_image(network, None, 301, 170, rendering=settings)
    tiled = render_image(network, None, 301, 170, rendering=settings, tile=64)
    off = difference(whole, tiled)
    assert off.max() <= 40
    assert (off > 2).mean() < 0.0005


@gl
def test_a_picture_is_the_same_every_time_and_at_every_size():
    network = synthetic_network()
    one = render_image(network, None, 320, 180, labels=False)
    np.testing.assert_array_equal(one, render_image(network, None, 320, 180, labels=False))
    big = render_image(network, None, 1280, 720, labels=False)
    small = np.asarray(Image.fromarray(big).resize((320, 180), Image.Resampling.BOX))
    assert difference(one, small).mean() < 1.5


@gl
def test_file_holds_pixels_and_settings(tmp_path):
    path = tmp_path / "net.png"
    pixels = render_image(synthetic_network(), path, 200, 120, camera=(10, 20, 1.5))
    with Image.open(path) as image:
        np.testing.assert_array_equal(np.asarray(image), pixels)
        settings = json.loads(image.text["nnvis"])
        assert image.text["Software"] == "nnvis"
    assert settings["mode"] == "all"
    assert settings["camera"]["azimuth"] == 10
    assert settings["rendering"] == RenderingConfig().model_dump()
    assert [p.name for p in tmp_path.iterdir()] == ["net.png"]
    again = tmp_path / "again.png"
    render_image(synthetic_network(), again, 200, 120, camera=(10, 20, 1.5))
    assert again.read_bytes() == path.read_bytes()


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(StoreError, match=r"net\.png"):
        save_png(np.zeros((4, 4, 3), np.uint8), tmp_path / "none" / "net.png")


@pytest.mark.parametrize(
    ("size", "expected"),
    [((0, 100), "width must be between 1 and 32768 pixels, got 0"),
     ((100, -5), "height must be between"), ((100, 40_000), "height must be between"),
     ((10.5, 10), "width must be a whole number"), ((True, 10), "width must be a whole number")],
)  # fmt: skip
def test_sizes_that_make_no_picture(size, expected):
    with pytest.raises(RenderError, match=expected):
        render_image(synthetic_network(), None, *size)


@gl
@pytest.mark.parametrize("size", [(1, 1), (3, 200), (200, 3), (161, 121)])
def test_odd_sizes(size):
    assert render_image(synthetic_network(), None, *size).shape == (size[1], size[0], 3)


@gl
@pytest.mark.parametrize("sizes", [(1,), (7,), (3, 1), (1, 1, 1, 1)])
@pytest.mark.parametrize("classes", [1, 120])
def test_small_networks_make_pictures(sizes, classes):
    pixels = render_image(synthetic_network(sizes, classes), None, 240, 160)
    assert pixels.std() > 0


@gl
def test_positions_that_are_not_numbers_are_left_out():
    network = synthetic_network()
    point = network.point_position.copy()
    point[::50] = np.nan
    pixels = render_image(replace(network, point_position=point), None, 240, 160)
    assert pixels.std() > 0


@gl
def test_runs_and_paths(tmp_path):
    from nnvis.store import save_network

    class Opened:
        def load_network(self) -> Network:
            return synthetic_network()

    expected = render_image(synthetic_network(), None, 160, 120)
    np.testing.assert_array_equal(render_image(Opened(), None, 160, 120), expected)
    save_network(synthetic_network(), tmp_path / "network.safetensors")
    np.testing.assert_array_equal(
        render_image(tmp_path / "network.safetensors", None, 160, 120), expected
    )


def test_what_is_no_network_and_what_is_no_setting():
    with pytest.raises(RenderError, match="Expected a network, a run or a path to draw, got int"):
        render_image(3)
    with pytest.raises(ConfigError, match="edge_size"):
        render_image(synthetic_network(), rendering={"edge_size": 2})
    with pytest.raises(RenderError, match="got 'above'"):
        render_image(synthetic_network(), camera="above")
    with pytest.raises(RenderError, match="got 'seven'"):
        render_image(synthetic_network(), mode="seven")


@gl
def test_a_camera_is_used_as_it_is():
    network = synthetic_network()
    near = render_image(network, None, 160, 120, camera=Camera(distance=2.5), labels=False)
    far = render_image(network, None, 160, 120, camera=Camera(distance=9.0), labels=False)
    back = far[0, 0]
    assert (near != back).any(axis=2).sum() > 4 * (far != back).any(axis=2).sum()


@gl
def test_twenty_pictures_leave_nothing_behind(ctx, monkeypatch):
    """Counts the objects that a shared context still holds after each picture."""
    from nnvis.render import capture

    class Kept:
        def __init__(self, inner):
            self._inner = inner

        def __getattr__(self, name):
            return getattr(self._inner, name)

        def release(self):
            pass

    alive = set()

    def tracked(make):
        def made(*args, **kwargs):
            thing = make(*args, **kwargs)
            alive.add(thing)
            return thing

        return made

    kept = Kept(ctx)
    for name in ("buffer", "texture", "depth_texture", "framebuffer", "program", "vertex_array"):
        setattr(kept, name, tracked(getattr(ctx, name)))
    monkeypatch.setattr(capture, "open_context", lambda: kept)
    names = []
    for turn in range(20):
        mode = EdgeRenderMode.__args__[turn % 6]
        render_image(synthetic_network(), None, 96, 64, rendering={"edge_render_mode": mode})
        names.append({type(thing.mglo).__name__ for thing in alive})
    gc.collect()
    assert alive
    assert names[-1] == {"InvalidObject"}
