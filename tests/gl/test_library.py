"""Edits, the user's folder and the shipped files, in this order."""

import os
import sys

import pytest

from nnvis.errors import RenderError, StoreError
from nnvis.gl.library import ShaderLibrary
from nnvis.resources import folder

NAME = "edge/tube.vert"


@pytest.fixture
def library(tmp_path):
    shipped = tmp_path / "shipped"
    (shipped / "edge").mkdir(parents=True)
    (shipped / "edge" / "tube.vert").write_text("shipped\n")
    (shipped / "view.glsl").write_text("view\n")
    return ShaderLibrary(tmp_path / "mine" / "shaders", shipped)


def state(library, name=NAME):
    return library.text(name), library.origin(name)


def outside(library, name, data):
    """Another program writes the user's file."""
    path = library.yours / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def test_shipped_by_default():
    library = ShaderLibrary()
    found = {str(p.relative_to(folder("shaders"))) for p in folder("shaders").rglob("*.*")}
    assert set(library.names()) == found
    assert {library.origin(name) for name in found} == {"shipped"}
    assert library.text(NAME) == (folder("shaders") / NAME).read_text()
    with pytest.raises(RenderError, match=r"no folder to save the shader edge/tube\.vert in"):
        library.save(NAME)
    library.forget(NAME)


def test_edit_save_revert_forget(library):
    assert state(library) == ("shipped\n", "shipped")
    library.edit(NAME, "mine\r\n")
    assert state(library) == ("mine\n", "edited")
    path = library.save(NAME)
    assert path == library.yours / NAME
    assert path.read_bytes() == b"mine\n"
    assert state(library) == ("mine\n", "yours")
    library.edit(NAME, "again\n")
    library.revert(NAME)
    assert state(library) == ("mine\n", "yours")
    library.edit(NAME, "again\n")
    library.forget(NAME)
    assert not path.exists()
    assert state(library) == ("again\n", "edited")
    library.revert(NAME)
    assert state(library) == ("shipped\n", "shipped")
    assert [entry.name for entry in path.parent.iterdir()] == []


def test_typing_back_ends_an_edit(library):
    library.edit(NAME, "ship")
    library.edit(NAME, "shipped\n")
    assert library.origin(NAME) == "shipped"


def test_the_version_grows_with_each_change_and_only_then(library):
    versions = [library.version]

    def grew():
        versions.append(library.version)
        return versions[-1] > versions[-2]

    library.revert(NAME)
    library.edit(NAME, "shipped\n")
    library.changed_on_disk()
    assert not grew()
    library.edit(NAME, "mine")
    assert grew()
    library.edit(NAME, "mine")
    assert not grew()
    library.save(NAME)
    assert grew()
    assert library.changed_on_disk() == frozenset()
    assert not grew()
    library.forget(NAME)
    assert grew()
    assert library.changed_on_disk() == frozenset()


def test_changes_by_others_are_noticed(library):
    assert library.text(NAME) == "shipped\n"
    path = outside(library, NAME, b"theirs\n")
    assert library.text(NAME) == "shipped\n"  # until noticed
    assert library.changed_on_disk() == {NAME}
    assert state(library) == ("theirs\n", "yours")
    path.write_text("theirs, longer\n")
    (library.shipped_folder / "view.glsl").write_text("another view\n")
    library.edit(NAME, "typed\n")
    assert library.changed_on_disk() == {NAME, "view.glsl"}
    assert state(library) == ("typed\n", "edited")
    assert library.text("view.glsl") == "another view\n"
    library.revert(NAME)
    assert library.text(NAME) == "theirs, longer\n"
    path.unlink()
    assert library.changed_on_disk() == {NAME}
    assert state(library) == ("shipped\n", "shipped")


def test_files_of_the_users_own(library):
    library.edit("mine/noise.glsl", "float noise();\n")
    assert library.names() == ("edge/tube.vert", "mine/noise.glsl", "view.glsl")
    library.save("mine/noise.glsl")
    assert state(library, "mine/noise.glsl") == ("float noise();\n", "yours")
    (library.yours / ".hidden.glsl").write_text("")
    (library.yours / "notes.txt").write_text("")
    assert library.changed_on_disk() == frozenset()


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"caf\xe9\n", "byte 4 is not UTF-8 text"), (None, "[Ii]s a directory|Permission")],
)
def test_a_file_of_the_users_that_cannot_be_read(library, data, reason):
    if data is None:
        (library.yours / NAME).mkdir(parents=True)
    else:
        outside(library, NAME, data)
    assert state(library) == ("shipped\n", "shipped")
    with pytest.raises(AssertionError, match=f"Cannot read your shader .*tube.vert: ({reason}); "):
        raise AssertionError(library.faults[NAME])
    if data is not None:
        outside(library, NAME, b"mended\n")
        library.changed_on_disk()
        assert state(library) == ("mended\n", "yours")
        assert library.faults == {}


def test_a_lost_shipped_file(library):
    (library.shipped_folder / NAME).unlink()
    library.changed_on_disk()
    with pytest.raises(RenderError, match=r"Cannot read .*tube\.vert: there is no such file"):
        library.text(NAME)
    library.edit(NAME, "mine\n")
    library.save(NAME)
    assert state(library) == ("mine\n", "yours")


@pytest.mark.parametrize(
    "name", ["../x.vert", "/etc/passwd", "", "a\\b.vert", "c:x.vert", "a\0.vert"]
)
def test_names_stay_inside_the_folder(library, name):
    for use in (library.text, lambda n: library.edit(n, ""), library.save, library.forget):
        with pytest.raises(RenderError, match="is a path inside the shader folder"):
            use(name)


def test_marks_of_windows_editors_are_dropped(library):
    outside(library, NAME, b"\xef\xbb\xbfone\r\ntwo\r\n")
    library.changed_on_disk()
    assert library.text(NAME) == "one\ntwo\n"


@pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() == 0, reason="permissions do not bind this user"
)
def test_a_folder_that_cannot_be_written(library):
    library.yours.mkdir(parents=True)
    library.yours.chmod(0o500)
    with pytest.raises(StoreError, match="No permission"):
        library.save(NAME)


def test_a_file_where_the_folder_should_be(library):
    library.yours.parent.mkdir(parents=True)
    library.yours.write_text("")
    library.edit(NAME, "mine\n")
    with pytest.raises(StoreError):
        library.save(NAME)
    assert state(library) == ("mine\n", "edited")
