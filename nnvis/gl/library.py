"""Where the text of each shader file comes from: an edit, the user's folder, or nnvis itself."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Literal

from nnvis.errors import RenderError, StoreError
from nnvis.resources import folder

SUFFIXES = (".vert", ".frag", ".glsl")
Origin = Literal["shipped", "yours", "edited"]
_Stamp = tuple[int, int, int]


class ShaderLibrary:
    """Shader files by name (``edge/tube.vert``), the first of these that has one:

    1. the text being edited, kept in memory;
    2. the user's folder;
    3. the folder that ships with nnvis.

    Parameters
    ----------
    yours
        The user's folder; it need not exist before something is saved. Without one, nothing can
        be saved.
    shipped
        The folder of the original files; the one that ships with nnvis when ``None``.

    Attributes
    ----------
    version
        Grows whenever any text may have changed: whoever compiled from the library compares it.
    faults
        For each file of the user's that could not be read, the sentence that says why. The shipped
        text stands in for it.
    """

    def __init__(self, yours: Path | None = None, shipped: Path | None = None) -> None:
        self.yours = yours
        self.shipped_folder = folder("shaders") if shipped is None else shipped
        self.version = 0
        self.faults: dict[str, str] = {}
        self._edits: dict[str, str] = {}
        self._read: dict[str, tuple[str, Origin]] = {}
        self._stamps = self._look()

    @property
    def shipped(self) -> ShaderLibrary:
        """The same library without anything of the user's, read anew."""
        return ShaderLibrary(None, self.shipped_folder)

    def names(self) -> tuple[str, ...]:
        """All files that there are, sorted; the user's own additions too."""
        return tuple(sorted({name for _, name in self._stamps} | set(self._edits)))

    def text(self, name: str) -> str:
        """The text of a file, lines ending in ``\\n``.

        Raises
        ------
        RenderError
            When no place has the file, or the shipped one cannot be read.
        """
        return self._edits[name] if name in self._edits else self._stored(name)[0]

    def origin(self, name: str) -> Origin:
        """Where ``text(name)`` is from; raises as it does."""
        return "edited" if name in self._edits else self._stored(name)[1]

    def edit(self, name: str, text: str) -> None:
        """Let ``text`` stand for a file until reverted or saved.

        A text equal to the stored one is no edit: typing back to where one began ends it.
        """
        _checked(name)
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        if text == self._edits.get(name):
            return
        try:
            is_stored = text == self._stored(name)[0]
        except RenderError:
            is_stored = False
        if is_stored:
            self.revert(name)
            return
        self._edits[name] = text
        self.version += 1

    def revert(self, name: str) -> None:
        """Drop the edit of a file, if there is one."""
        if self._edits.pop(name, None) is not None:
            self.version += 1

    def save(self, name: str) -> Path:
        """Write the text of a file into the user's folder, whole or not at all; its path.

        Raises
        ------
        RenderError
            Without a folder of the user's.
        StoreError
            When the file cannot be written.
        """
        path = self._path(self.yours, name)
        if path is None:
            raise RenderError(
                f"There is no folder to save the shader {name} in; name one when nnvis starts."
            )
        from nnvis.store.atomic import make_folder, write_atomically

        text = self.text(name)
        make_folder(path.parent)
        write_atomically(path, [text.encode("utf-8", "replace")])
        self._edits.pop(name, None)
        self._noticed(path, name)
        return path

    def forget(self, name: str) -> None:
        """Delete the user's saved copy of a file, if there is one; an edit stays.

        Raises
        ------
        StoreError
            When it cannot be deleted.
        """
        path = self._path(self.yours, name)
        if path is None:
            return
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(f"Cannot delete {path}: {error.strerror or error}.") from error
        self._noticed(path, name)

    def changed_on_disk(self) -> frozenset[str]:
        """Names of the files that someone else wrote, added or deleted since the last call.

        Looks at times and sizes only: a few dozen files take well under a millisecond. An edit in
        memory stays in front of what changed behind it.
        """
        stamps = self._look()
        before, self._stamps = self._stamps, stamps
        changed = {name for (_, name), _ in set(before.items()) ^ set(stamps.items())}
        if changed:
            self.version += 1
            for name in changed:
                self._drop(name)
        return frozenset(changed)

    def _stored(self, name: str) -> tuple[str, Origin]:
        """The text without the edit: the user's file when it can be read, else the shipped one.

        Read once, until a change on disk is noticed: no text changes without a new version.
        """
        if name in self._read:
            return self._read[name]
        mine = self._path(self.yours, name)
        own = self._path(self.shipped_folder, name)
        assert own is not None
        why = None
        if mine is not None:
            try:
                found = self._read[name] = mine.read_text(encoding="utf-8-sig"), "yours"
                return found
            except (FileNotFoundError, NotADirectoryError):
                pass  # none of the user's
            except (OSError, UnicodeDecodeError) as error:
                why = f"Cannot read your shader {mine}: {_reason(error)}"
        try:
            text = own.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            if why is None:
                places = f" there, nor in {self.yours}" if self.yours is not None else ""
                why = f"Cannot read the shader {own}: {_reason(error)}{places}"
            raise RenderError(f"{why}; install nnvis again or correct the name.") from error
        if why is not None:
            self.faults[name] = f"{why}; the shipped one is used instead, repair or delete yours."
        found = self._read[name] = text, "shipped"
        return found

    def _drop(self, name: str) -> None:
        """Forget what was read of a file."""
        self._read.pop(name, None)
        self.faults.pop(name, None)

    def _path(self, base: Path | None, name: str) -> Path | None:
        _checked(name)
        return None if base is None else base / name

    def _look(self) -> dict[tuple[Path, str], _Stamp]:
        """Time, size and number of every shader file in both folders."""
        found: dict[tuple[Path, str], _Stamp] = {}
        for base in (self.shipped_folder, self.yours):
            if base is None:
                continue
            for path in base.rglob("[!.]*.*"):
                if path.suffix in SUFFIXES and (stamp := _stamp(path)) is not None:
                    found[base, path.relative_to(base).as_posix()] = stamp
        return found

    def _noticed(self, path: Path, name: str) -> None:
        """Take over what this library itself wrote, so that it is no news later."""
        assert self.yours is not None
        stamp = _stamp(path)
        if stamp is None:
            self._stamps.pop((self.yours, name), None)
        else:
            self._stamps[self.yours, name] = stamp
        self._drop(name)
        self.version += 1


def _checked(name: str) -> None:
    parts = PurePosixPath(name).parts
    is_inside = bool(parts) and ".." not in parts and not name.startswith("/")
    if not is_inside or "\\" in name or ":" in name or not name.isprintable():
        raise RenderError(
            f"A shader's name is a path inside the shader folder, as in 'edge/tube.vert', got "
            f"{name!r}."
        )


def _stamp(path: Path) -> _Stamp | None:
    try:
        status = path.stat()
    except OSError:  # deleted while looking
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def _reason(error: OSError | UnicodeDecodeError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"byte {error.start + 1} is not UTF-8 text"
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    return str(error.strerror or error)
