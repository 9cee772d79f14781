"""The teaching mode as a value: points drawn by hand, the network to learn them, how far it is.

What the user can do in it are the actions below; :func:`taught` is what they do to it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from nnvis.app.presets import PRESETS

if TYPE_CHECKING:
    from jaxtyping import Float32, Float64, Int64, UInt8

LEAST_CLASSES, MOST_CLASSES = 2, 6
LEAST_UNITS, MOST_UNITS = 2, 32
MOST_LAYERS = 4
MOST_POINTS = 2000
# The texture of its class map.
PICTURE = "lesson"
RATES = (1e-4, 3.0)
SPEEDS = (5, 1000)


@dataclass(frozen=True, eq=False)
class Learnt:
    """How far the network is.

    Attributes
    ----------
    curve
        (steps, loss, accuracy) of each look at it, oldest first; NaN where there were no points.
    picture
        Its class map over the plane, the top row first.
    """

    steps: int
    loss: float
    accuracy: float
    curve: Float64[np.ndarray, "look 3"]
    picture: UInt8[np.ndarray, "row column 4"]


@dataclass(frozen=True, eq=False)
class Lesson:
    """What was drawn, and how it is to be learnt.

    Attributes
    ----------
    place
        Points in the square from −1 to 1.
    label
        Class of each.
    pen
        The class that the mouse draws.
    speed
        Steps a second, at most.
    seed
        Of the network's first weights; each reset takes the next one.
    is_training
        Whether it learns, or is to as soon as it can.
    edits
        How often points were drawn or removed.
    back
        What was shown before: a path to open at the end.
    """

    place: Float32[np.ndarray, "point 2"] = field(
        default_factory=lambda: np.empty((0, 2), np.float32)
    )
    label: Int64[np.ndarray, "point"] = field(default_factory=lambda: np.empty(0, np.int64))
    classes: int = 2
    pen: int = 0
    hidden: tuple[int, ...] = (8, 8)
    learning_rate: float = 0.01
    speed: int = 100
    seed: int = 0
    is_training: bool = False
    learnt: Learnt | None = None
    edits: int = 0
    back: str | None = None

    @property
    def drawn_classes(self) -> int:
        """How many classes have points."""
        return len(np.unique(self.label))

    @property
    def key(self) -> tuple[tuple[int, ...], int, int]:
        """What another network has to be made for."""
        return self.hidden, self.classes, self.seed


@dataclass(frozen=True)
class Teach:
    """Begin the teaching mode, or end it."""

    is_on: bool


@dataclass(frozen=True)
class DrawPoints:
    """Points of a class, in the square from −1 to 1."""

    places: tuple[tuple[float, float], ...]
    label: int


@dataclass(frozen=True)
class ErasePoints:
    """Remove the points so near to a place."""

    place: tuple[float, float]
    radius: float


@dataclass(frozen=True)
class DrawPreset:
    """Points of :data:`nnvis.app.presets.PRESETS` in place of those drawn."""

    name: str


@dataclass(frozen=True)
class ClearPoints:
    """Remove all points."""


@dataclass(frozen=True)
class SetLesson:
    """``classes``, ``pen``, ``hidden``, ``learning_rate`` or ``speed``; held to its range."""

    name: str
    value: Any


@dataclass(frozen=True)
class TrainLesson:
    """Let the network learn, or pause."""

    is_on: bool


@dataclass(frozen=True)
class ResetLesson:
    """Other first weights."""


LessonAction = (
    Teach
    | DrawPoints
    | ErasePoints
    | DrawPreset
    | ClearPoints
    | SetLesson
    | TrainLesson
    | ResetLesson
)
# In the mode alone; Teach also knows what is shown.
WITHIN = (DrawPoints, ErasePoints, DrawPreset, ClearPoints, SetLesson, TrainLesson, ResetLesson)


def taught(lesson: Lesson, action: Any) -> Lesson:
    """The lesson after an action of :data:`WITHIN`."""
    match action:
        case DrawPoints(places, label):
            return _drawn(lesson, places, label)
        case ErasePoints(place, radius):
            away = np.hypot(*(lesson.place - np.asarray(place, np.float32)).T) > radius
            if away.all():
                return lesson
            return _holding(lesson, lesson.place[away], lesson.label[away])
        case DrawPreset(name):
            place, label = PRESETS[name](lesson.classes)
            count = max(int(label.max()) + 1, LEAST_CLASSES)
            return _holding(_with(lesson, "classes", count), place, label)
        case ClearPoints():
            return _holding(lesson, lesson.place[:0], lesson.label[:0])
        case SetLesson(name, value):
            return _with(lesson, name, value)
        case TrainLesson(is_on):
            return replace(lesson, is_training=is_on and lesson.drawn_classes > 1)
        case _:
            return replace(lesson, seed=lesson.seed + 1)


def _drawn(lesson: Lesson, places: Any, label: int) -> Lesson:
    if not 0 <= label < lesson.classes:
        return lesson
    room = max(MOST_POINTS - len(lesson.place), 0)
    new = np.asarray(places, np.float32).reshape(-1, 2)
    new = new[(np.abs(new) <= 1).all(axis=1)][:room]
    return _holding(
        lesson,
        np.concatenate([lesson.place, new]),
        np.concatenate([lesson.label, np.full(len(new), label, np.int64)]),
    )


def _holding(lesson: Lesson, place: np.ndarray, label: np.ndarray) -> Lesson:
    return replace(lesson, place=place, label=label, edits=lesson.edits + 1)


def _with(lesson: Lesson, name: str, value: Any) -> Lesson:
    """With one setting changed; points of classes that are no more go with them."""
    match name:
        case "classes":
            classes = min(max(int(value), LEAST_CLASSES), MOST_CLASSES)
            if classes == lesson.classes:
                return lesson
            stays = lesson.label < classes
            fewer = _holding(lesson, lesson.place[stays], lesson.label[stays])
            return replace(fewer, classes=classes, pen=min(lesson.pen, classes - 1))
        case "pen":
            return replace(lesson, pen=min(max(int(value), 0), lesson.classes - 1))
        case "hidden":
            sizes = (min(max(int(size), LEAST_UNITS), MOST_UNITS) for size in value)
            return replace(lesson, hidden=tuple(sizes)[:MOST_LAYERS])
        case "learning_rate":
            return replace(lesson, learning_rate=min(max(float(value), RATES[0]), RATES[1]))
        case "speed":
            return replace(lesson, speed=min(max(int(value), SPEEDS[0]), SPEEDS[1]))
        case _:
            raise KeyError(f"A lesson has no setting {name!r}.")
