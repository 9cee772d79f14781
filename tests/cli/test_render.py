"""``nnvis render`` and ``view``: a picture of what was asked for, or a sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from cli.running import Programs, assert_refused, tree
from PIL import Image


@pytest.fixture(scope="module")
def drawn(nnvis: Programs, demo_run: Path, ctx: object):
    """Draw the demo's run with some words into a folder; gives the pixels."""

    def draw(folder: Path, *words: str) -> np.ndarray:
        path = folder / "net.png"
        done = nnvis.run("render", demo_run, "-o", path, "--size", "160x90", *words, cwd=folder)
        assert done.code == 0, f"nnvis render {' '.join(words)} failed: {done}"
        assert done.err == "", str(done)
        assert set(tree(folder)) == {"net.png"}, "drawing left more than the picture"
        with Image.open(path) as picture:
            assert picture.format == "PNG"
            assert picture.size == (160, 90)
            pixels = np.asarray(picture.convert("RGB"))
        assert pixels.std() > 1, f"the picture of {words} is blank"
        return pixels

    return draw


@pytest.mark.gl
def test_size_and_last_line(nnvis: Programs, demo_run: Path, tmp_path: Path, ctx: object) -> None:
    for name, option in (("a.png", "-o"), ("b.png", "--output")):
        words = ("render", demo_run, option, name, "--size", "321x123")
        done = nnvis.run(*words, cwd=tmp_path)
        assert done.code == 0, str(done)
        assert done.out.startswith(f"picture: {name} (321 x 123, ")
        assert "of 45 edges drawn" in done.out, "the line must say what the picture shows"
        with Image.open(tmp_path / name) as picture:
            assert picture.size == (321, 123)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


@pytest.mark.gl
def test_a_network_file_alone_is_enough(
    nnvis: Programs, demo_run: Path, tmp_path: Path, ctx: object
) -> None:
    words = ("render", demo_run / "network.safetensors", "-o", "a.png", "--size", "64x36")
    assert nnvis.run(*words, cwd=tmp_path).code == 0
    assert (tmp_path / "a.png").is_file()


@pytest.mark.gl
def test_modes_differ(drawn, tmp_path: Path) -> None:
    pictures = [drawn(tmp_path, "--mode", mode) for mode in ("all", "importance", "3", "4")]
    for number, one in enumerate(pictures):
        for other in pictures[:number]:
            assert not np.array_equal(one, other), "two modes gave the same picture"
    grey = drawn(tmp_path, "--mode", "importance", "--no-labels").astype(int)
    spread = grey.max(axis=2) - grey.min(axis=2)
    assert spread.max() <= 24, "mode importance is not grey"


@pytest.mark.gl
def test_cameras_differ(drawn, tmp_path: Path) -> None:
    names = ("default", "left", "top", "30,20", "30,20,2.5")
    pictures = [drawn(tmp_path, "--camera", name) for name in names]
    for number, one in enumerate(pictures):
        for other in pictures[:number]:
            assert not np.array_equal(one, other), "two cameras gave the same picture"


@pytest.mark.gl
def test_negative_angles(drawn, tmp_path: Path) -> None:
    drawn(tmp_path, "--camera", "-30,20")


@pytest.mark.gl
def test_settings_reach_the_picture(drawn, tmp_path: Path) -> None:
    dark = drawn(tmp_path, "--rendering.background", "dark", "--no-labels")
    light = drawn(tmp_path, "--no-labels")
    assert dark[0, 0].mean() < 60 < 200 < light[0, 0].mean()


@pytest.mark.gl
def test_a_unit_picked_out(drawn, tmp_path: Path) -> None:
    assert not np.array_equal(drawn(tmp_path), drawn(tmp_path, "--unit", "1:0"))


@pytest.mark.gl
def test_a_picture_that_was_there_stays_when_drawing_fails(
    nnvis: Programs, demo_run: Path, tmp_path: Path, ctx: object
) -> None:
    (tmp_path / "net.png").write_bytes(b"an earlier picture")
    before = tree(tmp_path)
    words = ("render", demo_run, "-o", "net.png", "--mode", "thirteen")
    assert nnvis.run(*words, cwd=tmp_path).code != 0
    assert tree(tmp_path) == before


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--size", "big"), 2, ("--size", "'big'", "1920x1080")),
        (("--size", "100"), 2, ("--size", "'100'")),
        (("--size", "0x100"), 2, ("--size", "32768", "0x100")),
        (("--size", "100x99999"), 2, ("--size", "32768", "99999")),
        (("--mode", "thirteen"), 2, ("'thirteen'", "all", "importance", "0, 1, 2, 3, 4, 5, 6")),
        (("--camera", "upside"), 2, ("'upside'", "default", "left", "bottom")),
        (("--camera", "1,2,3,4"), 2, ("--camera", "'1,2,3,4'", "azimuth,elevation")),
        (("--camera", "10,95"), 2, ("camera", "95")),
        (("--camera", "10,20,0"), 2, ("camera", "zoom")),
        (("--unit", "none:0"), 2, ("LAYER:NUMBER", "'none:0'")),
        (("--unit", "1:999"), 2, ("units 0 to", "'999'")),
        (("--rendering.edge-size", "2"), 2, ("edge_size", "0 <= value <= 1", "2")),
        (("--rendering.background", "pink"), 2, ("background", "light", "dark", "pink")),
        (("--config", "none.json"), 2, ("none.json",)),
    ],
)
def test_what_cannot_be_drawn(
    nnvis: Programs,
    demo_run: Path,
    tmp_path: Path,
    words: tuple[str, ...],
    code: int,
    said: tuple[str, ...],
) -> None:
    done = nnvis.run("render", demo_run, "-o", "net.png", *words, cwd=tmp_path)
    assert_refused(done, code, *said)
    assert tree(tmp_path) == {}, "a refused picture left something behind"


def test_output_that_is_no_picture(nnvis: Programs, demo_run: Path, tmp_path: Path) -> None:
    for name in ("net.jpg", "net", "net.png.txt"):
        done = nnvis.run("render", demo_run, "-o", name, cwd=tmp_path)
        assert_refused(done, 2, name, ".png")
    assert tree(tmp_path) == {}


@pytest.mark.gl
def test_a_film(nnvis: Programs, demo_run: Path, tmp_path: Path, ctx: object) -> None:
    words = ("render", demo_run, "-o", "net.gif", "--size", "64x36", "--frames", "3", "--fps", "6")
    done = nnvis.run(*words, cwd=tmp_path)
    assert done.code == 0, str(done)
    assert done.out.startswith("film: net.gif (64 x 36, 0.5 s, ")
    with Image.open(tmp_path / "net.gif") as film:
        assert (film.format, film.n_frames, film.size) == ("GIF", 3, (64, 36))
    assert set(tree(tmp_path)) == {"net.gif"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--frames", "0"), ("--frames", "got 0")),
        (("--fps", "0"), ("frames a second", "got 0")),
        (("--size", "9000x10"), ("8192", "9000")),
    ],
)
def test_what_cannot_be_filmed(
    nnvis: Programs, demo_run: Path, tmp_path: Path, words: tuple[str, ...], said: tuple[str, ...]
) -> None:
    done = nnvis.run("render", demo_run, "-o", "net.gif", *words, cwd=tmp_path)
    assert_refused(done, 2, *said)
    assert tree(tmp_path) == {}


@pytest.mark.gl
def test_output_in_a_missing_folder(
    nnvis: Programs, demo_run: Path, tmp_path: Path, ctx: object
) -> None:
    words = ("render", demo_run, "-o", "no/net.png", "--size", "32x18")
    assert_refused(nnvis.run(*words, cwd=tmp_path), 1, "no/net.png", "folder")
    assert tree(tmp_path) == {}


def test_view_without_a_display(nnvis: Programs, run: Path, tmp_path: Path) -> None:
    before = tree(tmp_path)
    done = nnvis.run("view", "run", cwd=tmp_path)
    assert_refused(done, 1, "no display", "DISPLAY", "nnvis render run -o network.png")
    done = nnvis.run("view", cwd=tmp_path)
    assert_refused(done, 1, "no display", "nnvis render RUN -o network.png")
    assert tree(tmp_path) == before
