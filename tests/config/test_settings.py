"""Every key of every settings model: defaults, ranges, types, and the sentence for each fault."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import numpy as np
import pytest
from pydantic.fields import FieldInfo

from nnvis.config import (
    ImportanceConfig,
    ProcessingConfig,
    RenderingConfig,
    Settings,
    TrainingConfig,
    allowed,
    read_config,
)
from nnvis.config.settings import scalar_types
from nnvis.errors import ConfigError, UsageError
from nnvis.resources import folder

KINDS = (ProcessingConfig, RenderingConfig, ImportanceConfig, TrainingConfig)
FIELDS = [
    pytest.param(kind, name, field, id=f"{kind.__name__}.{name}")
    for kind in KINDS
    for name, field in kind.model_fields.items()
]
# Key, default and range as the public contract lists them: (low, high, low taken, high taken).
PROCESSING: dict[str, tuple[Any, Any]] = {
    "edge_bandwidth_reduction": (0.9, (0, 1, True, False)),
    "node_bandwidth_reduction": (0.95, (0, 1, True, False)),
    "edge_importance_type": (0, (0, 1, 2, 3)),
    "layer_distance": (0.5, (0, 1, False, True)),
    "layer_width": (1.0, (0, 1, False, True)),
    "prune_percentage": (0.0, (0, 1, True, False)),
    "sampling_rate": (15.0, (5, 20, True, True)),
    "smoothing": (True, None),
    "smoothing_iterations": (8, (0, 16, True, True)),
    "class_separation": (0.5, (0, 1, True, True)),
}
RENDERING: dict[str, tuple[Any, Any]] = {
    "edge_size": (0.02, (0, 1)),
    "edge_base_opacity": (0, (0, 1)),
    "edge_importance_opacity": (1.1, (0, 2)),
    "edge_depth_opacity": (0.5, (0, 1)),
    "edge_depth_exponent": (0.25, (0, 10)),
    "edge_importance_threshold": (0.1, (0, 1)),
    "node_size": (0.04, (0, 1)),
    "node_base_opacity": (0, (0, 1)),
    "node_importance_opacity": (1.0, (0, 2)),
    "node_depth_opacity": (0.5, (0, 1)),
    "node_depth_exponent": (0.5, (0, 10)),
    "node_importance_threshold": (0.01, (0, 1)),
}
MODES = {
    "grid_render_mode": "none cube point",
    "edge_render_mode": "none sphere sphere_transparent ellipsoid_transparent line point",
    "node_render_mode": "none sphere sphere_transparent point",
}


def refused(kind: type[Settings], name: str, value: Any) -> None:
    """Refused alike as a mapping and by the constructor, with key, value and range."""
    words = allowed(kind.model_fields[name])
    for make in (lambda: read_config(kind, {name: value}), lambda: kind(**{name: value})):
        with pytest.raises(ConfigError) as caught:
            make()
        message = str(caught.value)
        assert message.startswith(f"{kind.__name__}: {name} must be "), message
        assert words in message, f"the message does not say what is allowed: {message}"
        assert repr(value) in message, f"the message does not name the value: {message}"
        assert "\n" not in message
        assert "class '" not in message, f"Python's inside shows: {message}"


@pytest.mark.parametrize(("kind", "name", "field"), FIELDS)
def test_wrong_types_are_refused(kind: type[Settings], name: str, field: FieldInfo) -> None:
    takes = scalar_types(field.annotation)
    wrong: list[Any] = [{"a": 1}, object]
    if takes:
        wrong += [[1], "abc", "1"]
        wrong += [] if bool in takes else [True, False]
        wrong += [] if float in takes else [2.5, 1.0]
        wrong += [] if int in takes or float in takes else [1]
    wrong += [] if type(None) in (*takes, *get_args(field.annotation)) else [None]
    for value in wrong:
        if isinstance(value, dict) and not takes and "dict" in str(field.annotation):
            continue
        refused_or_nested(kind, name, value)


def refused_or_nested(kind: type[Settings], name: str, value: Any) -> None:
    with pytest.raises(ConfigError, match=f"{kind.__name__}: {name} must be "):
        read_config(kind, {name: value})


@pytest.mark.parametrize(("kind", "name", "field"), FIELDS)
def test_range_of_every_number(kind: type[Settings], name: str, field: FieldInfo) -> None:
    takes = scalar_types(field.annotation)
    if get_origin(field.annotation) is Literal:
        for choice in get_args(field.annotation):
            assert getattr(read_config(kind, {name: choice}), name) == choice
        refused(kind, name, 4 if int in takes else "lines")
        return
    if not takes & {int, float}:
        return
    rules = {
        rule: getattr(part, rule)
        for part in field.metadata
        for rule in ("ge", "gt", "le", "lt")
        if getattr(part, rule, None) is not None
    }
    assert rules, f"{name} has no range; a slider and a check need one"
    step = 1 if int in takes else 1e-6
    for rule, limit in rules.items():
        is_low = rule in ("ge", "gt")
        outside = limit - step if is_low else limit + step
        refused(kind, name, outside)
        if rule in ("ge", "le"):
            assert getattr(read_config(kind, {name: limit}), name) == limit
        else:
            refused(kind, name, limit)
            inside = limit + step if is_low else limit - step
            assert getattr(read_config(kind, {name: inside}), name) == inside
    if float in takes:
        for value in (float("inf"), float("-inf"), float("nan")):
            refused(kind, name, value)


@pytest.mark.parametrize(("kind", "name", "field"), FIELDS)
def test_every_key_explains_itself(kind: type[Settings], name: str, field: FieldInfo) -> None:
    assert field.description, f"{kind.__name__}.{name} has no description for help and sliders"
    assert "<" not in allowed(field).replace(" <= ", "").replace(" < ", ""), allowed(field)
    assert getattr(kind(), name) == field.default


@pytest.mark.parametrize("kind", KINDS)
def test_unknown_key_lists_the_known(kind: type[Settings]) -> None:
    with pytest.raises(ConfigError, match="unknown key 'sampling'; known keys are ") as caught:
        read_config(kind, {"sampling": 3})
    for name in kind.model_fields:
        assert name in str(caught.value)
    with pytest.raises(ConfigError, match="unknown key '1'"):
        read_config(kind, {1: 2})  # pyright: ignore[reportArgumentType]
    assert caught.value.exit_code == UsageError.exit_code == 2


def test_processing_is_the_contract() -> None:
    assert list(ProcessingConfig.model_fields) == list(PROCESSING)
    for name, (default, limits) in PROCESSING.items():
        assert getattr(ProcessingConfig(), name) == default, name
        if name == "edge_importance_type":
            assert get_args(ProcessingConfig.model_fields[name].annotation) == limits
        elif limits is not None:
            low, high, low_taken, high_taken = limits
            words = f"{low} {'<=' if low_taken else '<'} value {'<=' if high_taken else '<'} {high}"
            assert allowed(ProcessingConfig.model_fields[name]).endswith(words), name


def test_rendering_is_the_contract() -> None:
    others = {*MODES, "blend", "background", "palette"}
    assert set(RenderingConfig.model_fields) == {*RENDERING, *others}
    for name, (default, (low, high)) in RENDERING.items():
        assert getattr(RenderingConfig(), name) == default, name
        words = f"a number, {low} <= value <= {high}"
        assert allowed(RenderingConfig.model_fields[name]) == words, name
    for name, modes in MODES.items():
        assert get_args(RenderingConfig.model_fields[name].annotation) == tuple(modes.split())


@pytest.mark.parametrize(
    ("kind", "file"), [(ProcessingConfig, "processing.json"), (RenderingConfig, "rendering.json")]
)
def test_shipped_files_are_the_defaults(kind: type[Settings], file: str) -> None:
    path = folder("configs") / file
    assert json.loads(path.read_text()) == kind().model_dump(mode="json"), f"{file} is out of date"
    assert read_config(kind, path) == kind()


def test_what_a_config_may_be(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text('{"sampling_rate": 20}')
    expected = ProcessingConfig(sampling_rate=20)
    assert read_config(ProcessingConfig, None) == ProcessingConfig()
    for source in (expected, {"sampling_rate": 20}, path, str(path)):
        assert read_config(ProcessingConfig, source) == expected
    numpy_numbers = {"sampling_rate": np.float32(20), "smoothing": np.bool_(True)}
    assert read_config(ProcessingConfig, numpy_numbers) == expected
    assert type(read_config(ProcessingConfig, numpy_numbers).sampling_rate) is float
    for source in (3, [1], RenderingConfig()):
        with pytest.raises(ConfigError, match="expected settings, a mapping or a path, got"):
            read_config(ProcessingConfig, source)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'{"sampling_rate": 21}', "sampling_rate must be a number, 5 <= value <= 20, got 21"),
        (b'{"sampling_rate": NaN}', "sampling_rate must be a number, 5 <= value <= 20, got nan"),
        (b'{"sampling_rate": 1e999}', "got inf"),
        (b'{"rate": 15}', "unknown key 'rate'"),
        (b"{", "is not valid JSON"),
        (b"", "is not valid JSON"),
        (b"\xff", "is not valid JSON"),
        (b"[" * 100_000, "is not valid JSON"),
        (b"[15]", "must hold a JSON object, found list"),
    ],
)
def test_faulty_file_is_named(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "mine.json"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=words) as caught:
        read_config(ProcessingConfig, path)
    message = str(caught.value)
    assert message.count(str(path)) == 1, message
    assert "\n" not in message


def test_missing_file_is_named(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.json"):
        with pytest.raises(ConfigError, match=f"Cannot read the settings file {path}"):
            read_config(ProcessingConfig, path)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"hidden": [81, 0]}, r"hidden must be a list of whole numbers \(1 <= value\), got 0 at 1"),
        ({"hidden": "81"}, "hidden must be a list of whole numbers"),
        ({"classes": [-1]}, r"whole numbers \(0 <= value\), or none, got -1 at 0"),
        ({"class_share": {"3": 2}}, r"to numbers \(0 <= value <= 1\), or none, got 2 at 3"),
        ({"class_share": {"a": 0.5}}, r"a mapping of whole numbers \(0 <= value\).*got 'a' at a"),
    ],
)
def test_lists_and_mappings(values: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        read_config(TrainingConfig, values)
    good = read_config(TrainingConfig, {"class_share": {"3": 0.5}, "hidden": [5]})
    assert (good.class_share, good.hidden) == ({3: 0.5}, (5,))


def test_settings_are_frozen() -> None:
    with pytest.raises(Exception, match="frozen"):
        ProcessingConfig().sampling_rate = 5.0  # pyright: ignore[reportAttributeAccessIssue]
