"""Read the idx files in which MNIST is published, gzipped or not.

Format: two zero bytes, element type (8 is unsigned byte), number of axes, each axis's length as a
big-endian 32-bit number, then the elements, last axis fastest.
"""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from pathlib import Path
from typing import IO, cast

import numpy as np

from nnvis.errors import DatasetError

# MNIST's largest file has 47 MB; a damaged header must not make us read gigabytes.
_LARGEST = 2**30


def read_idx(path: Path, axes: int) -> np.ndarray:
    """The unsigned bytes of an idx file of ``axes`` axes.

    Raises
    ------
    DatasetError
        When the file is missing, truncated, too long or something else.
    """
    try:
        with path.open("rb") as plain:
            packed = plain.read(2) == b"\x1f\x8b"
            plain.seek(0)
            # GzipFile reads like any binary file, but its stub does not say so.
            file = cast("IO[bytes]", gzip.GzipFile(fileobj=plain)) if packed else plain
            return _read(path, file, axes)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DatasetError(
            f"{path} is truncated or damaged ({error}), expected a gzipped idx file of MNIST; "
            "fetch it again."
        ) from error
    except OSError as error:
        raise DatasetError(f"Cannot read {path}: {error.strerror or error}.") from error


def _read(path: Path, file: IO[bytes], axes: int) -> np.ndarray:
    header = file.read(4 + 4 * axes)
    magic = header[:4]
    expected = bytes((0, 0, 8, axes))
    if magic != expected:
        raise DatasetError(
            f"{path} begins with {magic.hex(' ') or 'nothing'}, expected {expected.hex(' ')} of an "
            f"idx file of {axes} axes; give MNIST's own files."
        )
    if len(header) < 4 + 4 * axes:
        raise DatasetError(f"{path} ends within its header; it is truncated: fetch it again.")
    shape = struct.unpack(f">{axes}I", header[4:])
    size = math.prod(shape)
    if not 0 < size <= _LARGEST:
        raise DatasetError(
            f"{path} promises {' x '.join(map(str, shape))} bytes, expected 1 to {_LARGEST:,}; "
            "it is damaged: fetch it again."
        )
    content = file.read(size + 1)
    if len(content) != size:
        found = "more" if len(content) > size else f"{len(content):,}"
        raise DatasetError(
            f"{path} promises {size:,} bytes after its header but holds {found}; "
            "it is truncated or damaged: fetch it again."
        )
    return np.frombuffer(content, np.uint8).reshape(shape)
