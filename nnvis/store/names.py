"""Class names as every file and run must have them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def class_name_fault(names: Iterable[object]) -> str | None:
    """What is wrong with the class names, or ``None``: texts, none empty, no two alike."""
    if isinstance(names, str):
        return f"class names must be a list of texts, got the one text {names!r}"
    listed = list(names)
    if not listed:
        return "class names must name at least one class, got none"
    return _text_fault(listed) or _twin_fault([str(name) for name in listed])


def _text_fault(names: Sequence[object]) -> str | None:
    for number, name in enumerate(names):
        if not isinstance(name, str):
            return f"class name {number} must be a text, got {name!r}"
        if not name.strip():
            return f"class name {number} is empty; give each class a name"
        if not _is_text(name):
            return f"class name {number}, {name!r}, is not valid Unicode text"
    return None


def _twin_fault(names: Sequence[str]) -> str | None:
    seen: dict[str, int] = {}
    for number, name in enumerate(names):
        if name in seen:
            return f"class names {seen[name]} and {number} are both {name!r}; make them differ"
        seen[name] = number
    return None


def _is_text(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
