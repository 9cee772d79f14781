"""Many small pictures in one large one, so that a single texture holds them all."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

# Textures of this side are there on every OpenGL 3.3.
LARGEST = 8192


@dataclass(frozen=True)
class Atlas:
    """Where each of ``count`` pictures of ``height`` × ``width`` pixels lies.

    Attributes
    ----------
    columns
        Pictures side by side.
    """

    count: int
    height: int
    width: int
    columns: int

    @classmethod
    def of(cls, pictures: np.ndarray) -> Atlas:
        """For pictures (count, height, width) or (count, height, width, 3); those that a texture
        cannot hold are left out at the end."""
        count, height, width = pictures.shape[:3]
        columns = max(min(math.ceil(math.sqrt(count * height / width)), LARGEST // width), 1)
        count = min(count, columns * (LARGEST // height))
        return cls(count, height, width, columns)

    @property
    def rows(self) -> int:
        return max(-(-self.count // self.columns), 1)

    def corners(self, number: int) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of a picture, shares of the whole."""
        row, column = divmod(number, self.columns)
        return (
            column / self.columns,
            row / self.rows,
            (column + 1) / self.columns,
            (row + 1) / self.rows,
        )

    def painted(self, pictures: np.ndarray) -> np.ndarray:
        """All pictures in one, (rows × height, columns × width, 4) uint8."""
        sheet = np.zeros((self.rows, self.height, self.columns, self.width, 4), np.uint8)
        for number in range(self.count):
            row, column = divmod(number, self.columns)
            picture = pictures[number]
            sheet[row, :, column, :, :3] = picture if picture.ndim == 3 else picture[..., None]
            sheet[row, :, column, :, 3] = 255
        return sheet.reshape(self.rows * self.height, self.columns * self.width, 4)
