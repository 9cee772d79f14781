"""Say in words what a setting takes, and what was wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo


def describe(kind: type[BaseModel], error: ValidationError) -> str:
    """The first fault as one sentence with key, value and what is allowed."""
    fault = error.errors()[0]
    name, *rest = [str(part) for part in fault["loc"]] or [""]
    if name not in kind.model_fields:
        known = ", ".join(sorted(kind.model_fields))
        return f"unknown key {name!r}; known keys are {known}."
    place = ".".join(part for part in rest if part != "[key]")
    where = f" at {place}" if place else ""
    return f"{name} must be {allowed(kind.model_fields[name])}, got {fault['input']!r}{where}."


def allowed(field: FieldInfo) -> str:
    """What a field takes, in words: ``a number, 5 <= value <= 20``."""
    words = _words(field.annotation, field.metadata)
    return f"{words}, or none" if NoneType in get_args(field.annotation) else words


_ONE = {float: "a number", int: "a whole number", bool: "true or false", str: "a text"}
_MANY = {float: "numbers", int: "whole numbers", bool: "truth values", str: "texts"}


def _words(annotation: Any, rules: Iterable[Any], names: Mapping[type, str] = _ONE) -> str:
    if annotation is Any:
        return "values" if names is _MANY else "a value"
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _words(inner[0], annotation.__metadata__, names)
    if origin is Literal:
        return "one of " + ", ".join(str(choice) for choice in inner)
    if NoneType in inner:
        return _words(next(each for each in inner if each is not NoneType), rules, names)
    if origin is tuple:
        return f"a list of {_words(inner[0], (), _MANY)}"
    if origin is dict:
        kinds = [_words(each, (), _MANY) for each in inner]
        return f"a mapping of {kinds[0]} to {kinds[1].replace('a list', 'lists')}"
    text = names.get(annotation, str(annotation))
    limits = _range(rules)
    if not limits:
        return text
    return f"{text}, {limits}" if names is _ONE else f"{text} ({limits})"


def _range(rules: Iterable[Any]) -> str:
    """The range that pydantic's rules ask for: ``0 <= value < 1``, empty without rules."""
    low = high = ""
    for rule in rules:
        for part in rule.metadata if isinstance(rule, FieldInfo) else (rule,):
            low = f"{part.ge:g} <= " if getattr(part, "ge", None) is not None else low
            low = f"{part.gt:g} < " if getattr(part, "gt", None) is not None else low
            high = f" <= {part.le:g}" if getattr(part, "le", None) is not None else high
            high = f" < {part.lt:g}" if getattr(part, "lt", None) is not None else high
    return f"{low}value{high}" if low or high else ""
