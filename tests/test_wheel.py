"""An installed wheel works outside the checkout, with its shaders, settings and digits."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest
from cli.running import QUICK, environment

ROOT = Path(__file__).resolve().parents[1]

pytestmark = pytest.mark.slow


def call(*words: str | Path, cwd: Path) -> str:
    done = subprocess.run(
        [str(word) for word in words],
        cwd=cwd,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    shown = " ".join(map(str, words))
    assert done.returncode == 0, f"{shown} failed: {done.stdout[-1500:]}{done.stderr[-3000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("build", reason="needs the package build")
    pytest.importorskip("hatchling", reason="needs the package hatchling")
    folder = tmp_path_factory.mktemp("wheel")
    words = ("-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT)
    call(sys.executable, *words, cwd=folder)
    (built,) = folder.glob("nnvis-*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripts' folder of an environment that holds the wheel and sees its dependencies."""
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, with_pip=False)
    names = {"base": str(home), "platbase": str(home)}
    scheme = "nt" if os.name == "nt" else "posix_prefix"
    paths = {name: Path(sysconfig.get_path(name, scheme, names)) for name in ("purelib", "scripts")}
    python = paths["scripts"] / ("python.exe" if os.name == "nt" else "python")
    pip = (sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check")
    call(*pip, "install", "--no-deps", "--no-index", wheel, cwd=home)
    # Packages of this environment come after the new one's own. An editable nnvis is not among
    # them: the .pth files in a folder that is named by a .pth file are not read.
    here = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (paths["purelib"] / "dependencies.pth").write_text("\n".join(sorted(here)) + "\n")
    return paths["scripts"]


def test_wheel_holds_everything(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as file:
        names = set(file.namelist())
    missing = {
        f"nnvis/{path.relative_to(ROOT).as_posix()}"
        for folder in ("shaders", "configs")
        for path in (ROOT / folder).rglob("*")
        if path.is_file()
    } - names
    assert not missing, f"the wheel lacks {sorted(missing)}"
    for name in ("nnvis/datasets/digits.npz", "nnvis/datasets/digits_licence.txt"):
        assert name in names, f"the wheel lacks {name}"
    licences = [name for name in names if ".dist-info/" in name and "licen" in name.lower()]
    assert any(name.endswith("LICENSE") for name in licences), f"no licence in the wheel: {names}"
    strange = {name.partition("/")[0] for name in names if not name.startswith("nnvis")}
    assert not strange, f"the wheel would install {strange} beside nnvis"


def test_wheel_works_from_another_folder(installed: Path, tmp_path: Path) -> None:
    python, nnvis = installed / "python", installed / "nnvis"
    found = Path(call(python, "-c", "import nnvis; print(nnvis.__file__)", cwd=tmp_path).strip())
    assert installed.parent in found.parents, f"nnvis came from {found}, not from the wheel"
    code = "from nnvis.resources import folder; print(folder('shaders'), folder('configs'))"
    for place in map(Path, call(python, "-c", code, cwd=tmp_path).split()):
        assert found.parent in place.parents, f"{place} is not the wheel's"
    # Pictures when OpenGL is there; without it the demo says so and is complete all the same.
    said = call(nnvis, "demo", "--data", "digits", *QUICK, "--out", "run", cwd=tmp_path)
    assert "784-5-10" in said
    for name in ("run.json", "network.safetensors", "importance.safetensors"):
        assert (tmp_path / "run" / name).is_file(), f"the demo wrote no {name}: {said}"
    if "No picture was made" in said:
        pytest.skip("the picture needs OpenGL through EGL; all else passed")
    assert (tmp_path / "run" / "renders" / "network.png").is_file(), said
    call(nnvis, "render", "run", "-o", "net.png", "--size", "64x36", cwd=tmp_path)
    assert (tmp_path / "net.png").is_file()
