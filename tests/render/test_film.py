"""Films: read back frame by frame, whole or not there, and everything in every frame."""

import builtins
from itertools import pairwise

import numpy as np
import pytest
from networks import synthetic_network
from PIL import Image

from nnvis.errors import Cancelled, ConfigError, RenderError, StoreError
from nnvis.progress import Progress
from nnvis.render import Camera, FilmWriter, palette, render_film, view_of
from nnvis.render.scene import build_scene
from nnvis.render.turning import turn

gl = pytest.mark.gl


def read_back(path):
    """Frames (number, height, width, 3) and frames a second."""
    if path.suffix == ".mp4":
        av = pytest.importorskip("av")
        with av.open(str(path)) as film:
            stream = film.streams.video[0]
            rate = float(stream.average_rate)
            return np.stack([f.to_ndarray(format="rgb24") for f in film.decode(stream)]), rate
    frames, seconds = [], 0.0
    with Image.open(path) as film:
        for number in range(film.n_frames):
            film.seek(number)
            seconds += film.info["duration"] / 1000
            frames.append(np.asarray(film.convert("RGB")))
    return np.stack(frames), len(frames) / seconds


def moving_bar(size, frames):
    width, height = size
    for number in range(frames):
        pixels = np.full((height, width, 3), 248, np.uint8)
        at = number * width // frames
        pixels[:, at : at + max(1, width // 8)] = (23, 105, 244)
        yield pixels


@pytest.mark.parametrize("ending", [".mp4", ".gif"])
@pytest.mark.parametrize("size", [(64, 36), (65, 37), (33, 64)])
def test_frames_come_back(tmp_path, ending, size):
    if ending == ".mp4":
        pytest.importorskip("av")
    path = tmp_path / f"bar{ending}"
    with FilmWriter(path, size, 15) as film:
        for pixels in moving_bar(size, 9):
            film.add(pixels)
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    frames, rate = read_back(path)
    assert len(frames) == film.frames == 9
    assert rate == pytest.approx(15, rel=0.02)
    sides = frames.shape[2], frames.shape[1]
    odd = 0 if ending == ".gif" else 1
    assert sides == tuple(side + odd * (side % 2) for side in size)
    for found, drawn in zip(frames, moving_bar(size, 9), strict=True):
        off = np.abs(found[: size[1], : size[0]].astype(int) - drawn)
        assert np.median(off) <= 1
        assert off.mean() < (12 if ending == ".mp4" else 1)


@pytest.mark.parametrize("ending", [".mp4", ".gif"])
@pytest.mark.parametrize("fault", [ValueError, KeyboardInterrupt, None])
def test_what_fails_leaves_the_earlier_film(tmp_path, ending, fault):
    if ending == ".mp4":
        pytest.importorskip("av")
    path = tmp_path / f"bar{ending}"
    path.write_bytes(b"earlier")

    def write():
        with FilmWriter(path, (32, 32)) as film:
            if fault is not None:
                film.add(np.zeros((32, 32, 3), np.uint8))
                raise fault

    with pytest.raises(fault or RenderError):
        write()
    assert path.read_bytes() == b"earlier"
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize(
    ("name", "size", "fps", "expected"),
    [
        ("a.glb", (8, 8), 30, r"a\.glb: the name must end in \.mp4 or \.gif"),
        ("a", (8, 8), 30, "must end in"),
        ("a.gif", (0, 8), 30, "1 to 8192 pixels a side, got 0 × 8"),
        ("a.gif", (8, 8), 51, r"\.gif shows 1 to 50 frames a second, got 51"),
        ("a.gif", (8, 8), 0, "got 0"),
    ],
)
def test_what_makes_no_film(tmp_path, name, size, fps, expected):
    with pytest.raises(RenderError, match=expected):
        FilmWriter(tmp_path / name, size, fps)


def test_frames_that_do_not_fit(tmp_path):
    film = FilmWriter(tmp_path / "a.gif", (8, 4))
    with pytest.raises(RenderError, match="inside its with block"):
        film.add(np.zeros((4, 8, 3), np.uint8))
    with pytest.raises(RenderError, match="4 × 8 × 3, got uint8 of 8 × 4 × 3"), film:
        film.add(np.zeros((8, 4, 3), np.uint8))
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(StoreError, match=r"a\.gif"), FilmWriter(tmp_path / "no" / "a.gif", (8, 8)):
        pass


def test_without_pyav_it_says_how_to_install_it(tmp_path, monkeypatch):
    real = builtins.__import__

    def missing(name, *rest, **more):
        if name == "av":
            raise ImportError("No module named 'av'")
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(RenderError, match=r"install it with .*nnvis\[video\].*or write a \.gif"):
        FilmWriter(tmp_path / "a.mp4", (8, 8))


@pytest.mark.parametrize("margins", [(0.1, 0.1, 0.1, 0.1), (0.1, 0.25, 0.2, 0.1)])
@pytest.mark.parametrize("aspect", [16 / 9, 0.6])
def test_nothing_leaves_the_picture_on_the_way_round(margins, aspect):
    scene = build_scene(synthetic_network())
    cameras = turn(Camera(), scene.hull, aspect, 40, margins)
    assert len({camera.distance for camera in cameras}) == 1
    size = (round(1000 * aspect), 1000)
    low = np.array([-1 + 2 * margins[0], -1 + 2 * margins[2]]) - 0.01
    high = np.array([1 - 2 * margins[1], 1 - 2 * margins[3]]) + 0.01
    reach = []
    for camera in cameras:
        found = view_of(camera, scene.bounds, size).project(scene.hull)[:, :2]
        assert (found > low).all()
        assert (found < high).all()
        reach.append(np.concatenate([found.max(axis=0) - high, low - found.min(axis=0)]).max())
    assert max(reach) > -0.06, "the network could be larger"


@gl
def test_one_turn_of_a_network(tmp_path):
    path = tmp_path / "net.gif"
    reports = []
    render_film(
        synthetic_network(), path, 6, 10, 160, 90, progress=Progress(reports.append),
        rendering={"background": "dark"},
    )  # fmt: skip
    assert [(step.stage, step.done, step.total) for step in reports] == [
        ("filming", number, 6) for number in range(1, 7)
    ]
    frames, rate = read_back(path)
    assert frames.shape == (6, 90, 160, 3)
    assert rate == pytest.approx(10)
    back = np.rint(palette.background_colour("dark") * 255)
    assert (frames[:, 0, 0] == back).all()
    steps = [np.abs(a.astype(int) - b).mean() for a, b in pairwise(frames)]
    assert min(steps) > 1


@gl
def test_a_film_that_is_stopped_leaves_nothing(tmp_path):
    progress = Progress(lambda step: progress.cancel() if step.done == 2 else None)
    with pytest.raises(Cancelled, match="filming"):
        render_film(synthetic_network(), tmp_path / "a.gif", 6, 10, 64, 36, progress=progress)
    assert not list(tmp_path.iterdir())


def test_settings_that_make_no_film(tmp_path):
    network = synthetic_network()
    with pytest.raises(RenderError, match="1 to 100,000 frames, got 0"):
        render_film(network, tmp_path / "a.gif", 0)
    with pytest.raises(ConfigError, match="edge_size"):
        render_film(network, tmp_path / "a.gif", rendering={"edge_size": 2})
    with pytest.raises(RenderError, match="got 'seven'"):
        render_film(network, tmp_path / "a.gif", mode="seven")
    with pytest.raises(RenderError, match="got 'above'"):
        render_film(network, tmp_path / "a.gif", camera="above")
    assert not list(tmp_path.iterdir())
