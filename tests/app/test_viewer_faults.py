"""Networks at the edge of sense, windows of no size, and many networks one after another."""

from __future__ import annotations

import gc
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from app.driving import Driver, in_window
from app.saved import QUICK, saved_network
from networks import synthetic_network


def blank(picture: np.ndarray) -> bool:
    return float(picture.std()) < 1.0


def with_nan() -> object:
    network = synthetic_network((6, 4, 3))
    units, points = network.unit_position.copy(), network.point_position.copy()
    units[2], points[::50] = np.nan, np.nan
    return replace(network, unit_position=units, point_position=points)


def strange_networks() -> dict[str, object]:
    plain = synthetic_network((6, 4, 3))
    none = np.zeros(0, np.int32)
    bare = replace(
        plain, edge_source=none, edge_target=none, edge_weight=np.zeros(0, np.float32),
        edge_importance=np.zeros(0, np.float32), point_position=np.zeros((0, 3), np.float32),
        point_offset=np.zeros(1, np.int64), edges_total=0,
    )  # fmt: skip
    dark = replace(
        plain, unit_importance=plain.unit_importance * 0, edge_importance=plain.edge_importance * 0
    )
    point = replace(plain, unit_position=plain.unit_position * 0,
                    point_position=plain.point_position * 0)  # fmt: skip
    return {
        "without edges": bare,
        "with one layer": synthetic_network((5,)),
        "with one unit a layer": synthetic_network((1, 1), 1),
        "with one class": synthetic_network((6, 4, 1), 1),
        "with 1,000 classes": synthetic_network((4, 3, 5), 1000),
        "with positions that are no numbers": with_nan(),
        "that nothing matters in": dark,
        "in a single point": point,
        "with awkward names": synthetic_network(
            (5, 4, 3), 3, class_names=("a##b", "%s%n", "日本 ✓")
        ),
    }


@in_window
def test_strange_networks(folder: Path) -> None:
    from nnvis.app.actions import GoTo, Pin, SetMode, SetProcessing, SetRendering, Start, Undo

    drive = Driver(folder, size=(560, 400))
    drive.do(*(SetProcessing(name, value) for name, value in QUICK.items()))
    everything = [SetRendering(f"{part}_importance_threshold", 0.0) for part in ("edge", "node")]
    drive.do(*everything, SetRendering("node_base_opacity", 0.5))
    for what, network in strange_networks().items():
        drive.viewer.effects.show_network(network, what)
        drive.rest()
        assert drive.state.shown.origin == what, f"a network {what} is not shown: {drive.said}"
        assert not blank(drive.picture()), f"the view of a network {what} is blank"
        before = drive.state.shown.network
        actions = [
            SetMode(network.class_names[-1]), SetMode("importance"), SetMode("all"),
            SetRendering("grid_render_mode", "cube"), SetRendering("grid_render_mode", "none"),
            Pin(0), Pin(None), GoTo("top"), GoTo("default"),
            Start("process"), Start("node_noise"),
        ]  # fmt: skip
        for action in actions:
            drive.do(action)
            assert "fault of nnvis" not in drive.said, f"{what}, {action}: {drive.said}"
        drive.mouse(*drive.viewer.view.centre)
        drive.step(2)
        while drive.state.history.undo_name is not None:
            drive.do(Undo())
        assert drive.state.shown.network is before, f"{what}: undo does not lead back"
    nowhere = replace(with_nan(), unit_position=np.full_like(with_nan().unit_position, np.nan))
    from nnvis.errors import RenderError

    with pytest.raises(RenderError, match="no unit with a finite position"):
        drive.viewer.effects.show_network(nowhere, "nowhere")
    drive.step(2)


@in_window
def test_a_window_of_no_size(folder: Path) -> None:
    from nnvis.app.window import Window

    drive = Driver(folder)
    drive.open(saved_network(folder))
    before, size = drive.picture(), Window.size
    for minimised in ((0, 0), (0, 300), (300, 0)):
        Window.size = property(lambda _, given=minimised: given)
        drive.step(3)
        assert not drive.said, f"a window of {minimised}: {drive.said}"
    Window.size = size
    drive.step(3)
    assert (drive.picture() == before).all(), "the picture does not return with the window"
    glfw = drive.viewer.window._glfw
    for wide, tall in ((480, 320), (1200, 850), (900, 640)):
        glfw.set_window_size(drive.viewer.window.handle, wide, tall)
        drive.until(lambda s=(wide, tall): drive.viewer.window.size == s, f"{wide} × {tall}")
        drive.step(4)
        picture = drive.picture()
        assert picture.shape[1::-1] == drive.viewer.view_size, f"at {wide} × {tall}"
        assert not blank(picture), f"the view is blank at {wide} × {tall}"
        assert drive.state.camera == drive.viewer.effects.looking.framed("default"), (
            f"the network is not framed anew at {wide} × {tall}"
        )
    assert not drive.said


@in_window
def test_a_camera_cannot_get_lost(folder: Path) -> None:
    from nnvis.app.actions import Fly, GoTo, Orbit, Pan, Zoom

    drive = Driver(folder)
    drive.open(saved_network(folder))
    nan = float("nan")
    for action, times in (
        (Zoom(-1), 3000), (Zoom(1), 6000), (Zoom(1e9), 1), (Zoom(nan), 1), (Fly(1, 1, 0.1), 2000),
        (Pan(2000, 2000, 100), 2000), (Pan(1, 1, 0), 1), (Orbit(1e30, 1e30), 2), (Orbit(nan, 0), 1),
        (Fly(1, 1, 1e30), 2),
    ):  # fmt: skip
        for _ in range(times):
            drive.viewer.apply(action)
        drive.step(2)
        numbers = (*drive.state.camera.target, drive.state.camera.distance)
        assert np.isfinite(numbers).all(), f"{action} × {times} lost the camera: {numbers}"
        assert not drive.said, f"{action} × {times}: {drive.said}"
    drive.do(GoTo("default"))
    assert not blank(drive.picture()), "framing all does not find the network again"


@in_window
def test_a_lost_folder_of_shaders(folder: Path) -> None:
    """Asked for in a folder without shaders: a sentence, no window left open, no traceback."""
    from nnvis import resources
    from nnvis.app.viewer import Viewer
    from nnvis.errors import NnvisError
    from nnvis.gl import library

    empty = folder / "shaders"
    empty.mkdir()
    kept = library.folder
    library.folder = lambda _: empty
    with pytest.raises(NnvisError, match=r"no shaders in .*; install nnvis again"):
        Viewer(None, folder / "settings", (300, 200))
    library.folder = kept
    assert resources.folder("shaders").is_dir()
    shipped = folder / "some"
    import shutil

    shutil.copytree(resources.folder("shaders"), shipped)
    (shipped / "edge" / "tube.frag").unlink()
    library.folder = lambda _: shipped
    drive = Driver(folder)
    from nnvis.app.actions import Open, SetRendering

    drive.do(SetRendering("edge_render_mode", "ellipsoid_transparent"), Open(saved_network(folder)))
    assert "tube.frag" in drive.said, f"which file is missing is not said: {drive.said!r}"
    assert "install" in drive.said, f"what to do is not said: {drive.said!r}"
    assert "fault of nnvis" not in drive.said, drive.said
    library.folder = kept
    drive.do(SetRendering("edge_render_mode", "none"))


@in_window
def test_fifty_networks_leave_nothing_behind(folder: Path) -> None:
    import resource

    import moderngl

    from nnvis.app.actions import Open, Pin, SetMode, SetRendering

    made: list[object] = []
    kinds = ("buffer", "texture", "renderbuffer", "framebuffer", "vertex_array", "program",
             "texture_array", "depth_texture", "_vertex_array")  # fmt: skip
    for name in kinds:
        make = getattr(moderngl.Context, name, None)
        if make is None:
            continue

        def tracked(self, *args, _make=make, **more):
            made.append(_make(self, *args, **more))
            return made[-1]

        setattr(moderngl.Context, name, tracked)

    def alive() -> Counter[str]:
        made[:] = [one for one in made if type(one.mglo).__name__ != "InvalidObject"]
        return Counter({type(one).__name__: 0 for one in made}) + Counter(
            {id(one): type(one).__name__ for one in made}.values()
        )

    def megabytes() -> float:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * resource.getpagesize() / 2**20

    drive = Driver(folder, size=(480, 320))
    paths = [
        saved_network(folder, f"{number}.safetensors", synthetic_network((20, 10, 5 + number % 3)))
        for number in range(5)
    ]

    def once(number: int) -> None:
        path = paths[number % len(paths)]
        drive.viewer.apply(Open(path))
        drive.rest()
        changes = (
            SetMode("1"), SetMode("all"), Pin(3), SetRendering("grid_render_mode", "cube"),
            SetRendering("grid_render_mode", "none"),
        )  # fmt: skip
        drive.do(changes[number % 5])
        assert drive.state.shown.origin == str(paths[number % len(paths)]), drive.said

    for number in range(10):
        once(number)
    gc.collect()
    objects, memory = alive(), megabytes()
    for number in range(50):
        once(number)
    gc.collect()
    assert alive() == objects, "OpenGL objects are left behind by 50 networks"
    grown = megabytes() - memory
    assert grown < 30, f"50 networks of 2,000 points left {grown:.0f} MiB behind"
    drive.viewer.release()
    from app import driving

    driving.drivers.clear()
    gc.collect()
    assert not alive(), "closing the window leaves OpenGL objects behind"
