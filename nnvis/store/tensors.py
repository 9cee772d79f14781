"""safetensors files of nnvis: deterministic bytes out, checked tensors in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open

from nnvis.errors import FormatError, StoreError
from nnvis.store.atomic import write_atomically

VERSION = 1
# numpy's name of each element type that a file may hold, and safetensors' name of it.
TYPE_NAMES = {
    "float16": "F16",
    "float32": "F32",
    "float64": "F64",
    "int8": "I8",
    "int16": "I16",
    "int32": "I32",
    "int64": "I64",
    "uint8": "U8",
    "uint16": "U16",
    "uint32": "U32",
    "uint64": "U64",
    "bool": "BOOL",
}


@dataclass(frozen=True)
class Shape:
    """What is known of a tensor before it is read: numpy's type name and the axes' lengths."""

    dtype: str
    axes: tuple[int, ...]

    @classmethod
    def of(cls, array: np.ndarray) -> Shape:
        return cls(array.dtype.name, array.shape)

    def __str__(self) -> str:
        return f"{self.dtype} ({', '.join(map(str, self.axes))})"


def write_tensors(
    path: Path, kind: str, tensors: Mapping[str, np.ndarray], metadata: Mapping[str, str]
) -> None:
    """Write a safetensors file of format ``kind`` atomically.

    Equal tensors and metadata give equal bytes in every process. The safetensors library
    writes metadata in the random order of a hash map, so the header is composed here; the
    layout is https://github.com/huggingface/safetensors#format, tensors by falling size of
    their elements (which keeps each aligned), then by name.

    Raises
    ------
    StoreError
        For an element type or name that cannot be stored, or when the file cannot be written.
    """
    for name, array in tensors.items():
        if array.dtype.name not in TYPE_NAMES:
            raise StoreError(
                f"Cannot write {path}: tensor {name!r} is {array.dtype}, expected one of "
                f"{', '.join(TYPE_NAMES)}."
            )
    order = sorted(tensors, key=lambda name: (-tensors[name].dtype.itemsize, name))
    entries = {**metadata, "format": kind, "version": str(VERSION)}
    header: dict[str, Any] = {"__metadata__": dict(sorted(entries.items()))}
    end = 0
    for name in order:
        start, end = end, end + tensors[name].nbytes
        header[name] = {
            "dtype": TYPE_NAMES[tensors[name].dtype.name],
            "shape": list(tensors[name].shape),
            "data_offsets": [start, end],
        }
    try:
        text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        raise StoreError(
            f"Cannot write {path}: the name {error.object[error.start : error.end]!r} "
            "is not valid Unicode text."
        ) from error
    text += b" " * (-len(text) % 8)
    write_atomically(path, _chunks(text, [tensors[name] for name in order]))


def _chunks(header: bytes, arrays: list[np.ndarray]) -> Iterator[bytes | memoryview]:
    yield len(header).to_bytes(8, "little")
    yield header
    for array in arrays:
        if array.size:
            little = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
            yield little.reshape(-1).view(np.uint8).data


class TensorFile:
    """An open safetensors file of one nnvis format; a context manager.

    Only the header is read at first. The library refuses a header whose tensors do not cover
    the file exactly, so a lying header cannot make anyone allocate more than the file's size.

    Raises
    ------
    StoreError
        When there is no such file or it may not be read.
    FormatError
        When it is truncated, no safetensors file, of another format or of a newer version.
    """

    def __init__(self, path: Path, kind: str) -> None:
        self.path = path
        _require_file(path)
        try:
            self._file = safe_open(str(path), framework="np")
        except (SafetensorError, OSError) as error:
            raise FormatError(
                f"{path} is no complete safetensors file ({_reason(error)}), expected "
                f"{kind}; it is truncated or something else: write it again."
            ) from error
        self.metadata: dict[str, str] = self._file.metadata() or {}
        try:
            self._check_kind(kind)
            self.shapes = {name: self._shape(name) for name in self._file.keys()}  # noqa: SIM118
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> TensorFile:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._file.__exit__(None, None, None)

    def fault(self, found: str) -> FormatError:
        """An error about this file: ``found`` says what was found and what was expected."""
        return FormatError(f"{self.path}: {found}; the file is damaged: write it again.")

    def read(self, name: str) -> np.ndarray:
        """The tensor ``name``, a copy in memory."""
        if name not in self.shapes:
            raise self.fault(f"tensor {name!r} is missing")
        try:
            return self._file.get_tensor(name)
        except (SafetensorError, OSError) as error:
            raise self.fault(f"tensor {name!r} cannot be read ({_reason(error)})") from error

    def under(self, prefix: str) -> list[str]:
        """Names of the tensors that start with ``prefix``, without it, sorted."""
        return sorted(name[len(prefix) :] for name in self.shapes if name.startswith(prefix))

    def text(self, key: str) -> str:
        """The metadata entry ``key``."""
        if key not in self.metadata:
            raise self.fault(f"metadata {key!r} is missing")
        return self.metadata[key]

    def json(self, key: str, kind: type) -> Any:
        """The metadata entry ``key`` as JSON whose outermost value is a ``kind``."""
        try:
            value = json.loads(self.text(key))
        except (ValueError, RecursionError) as error:
            raise self.fault(f"metadata {key!r} is no valid JSON") from error
        if not isinstance(value, kind):
            raise self.fault(
                f"metadata {key!r} is a JSON {type(value).__name__}, expected a {kind.__name__}"
            )
        return value

    def whole_number(self, key: str) -> int:
        """The metadata entry ``key`` as a number 0, 1, 2, …"""
        text = self.text(key)
        if re.fullmatch(r"[0-9]{1,18}", text) is None:
            raise self.fault(f"metadata {key!r} is {text!r}, expected a whole number")
        return int(text)

    def _check_kind(self, kind: str) -> None:
        found = self.metadata.get("format")
        if found is None:
            raise FormatError(
                f"{self.path} is a safetensors file but none of nnvis, expected format {kind}; "
                "give a file that nnvis wrote."
            )
        if found != kind:
            raise FormatError(f"{self.path} is of format {found}, expected {kind}; give another.")
        check_version(self.path, self.metadata.get("version"))

    def _shape(self, name: str) -> Shape:
        part = self._file.get_slice(name)
        stored = str(part.get_dtype())
        known = {code: name for name, code in TYPE_NAMES.items()}
        return Shape(known.get(stored, stored), tuple(part.get_shape()))


def check_version(path: Path, version: object) -> None:
    """Refuse a version that this nnvis does not know, with a sentence that says so."""
    text = str(version)
    if re.fullmatch(r"[0-9]{1,9}", text) is None or int(text) < 1:
        raise FormatError(
            f"{path} gives its version as {version!r}, expected a whole number from 1 to "
            f"{VERSION}; the file is damaged: write it again."
        )
    if int(text) > VERSION:
        raise FormatError(
            f"{path} is of version {text}, newer than version {VERSION}, the newest that this "
            "nnvis can read; install a newer nnvis."
        )


def _require_file(path: Path) -> None:
    try:
        with path.open("rb"):
            pass
    except FileNotFoundError as error:
        raise StoreError(f"There is no file {path}; check the path.") from error
    except IsADirectoryError as error:
        raise FormatError(f"{path} is a folder, expected a file; give the file in it.") from error
    except OSError as error:
        raise StoreError(f"Cannot read {path}: {error.strerror or error}.") from error
    if not path.is_file():
        raise FormatError(f"{path} is no ordinary file, expected a safetensors file.")


def _reason(error: Exception) -> str:
    return str(error).removeprefix("Error while deserializing header: ")
