"""What every settings model shares: frozen, no unknown keys, no guessing of types."""

from __future__ import annotations

from types import NoneType, UnionType
from typing import Any, Literal, Self, Union, get_args, get_origin

from pydantic import (
    BaseModel,
    ConfigDict,
    ModelWrapValidatorHandler,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from nnvis.config.words import describe
from nnvis.errors import ConfigError


class Settings(BaseModel):
    """Base of the settings of one stage.

    Types are exact: ``"15"`` and ``True`` are no numbers, ``1`` is no truth value and ``3.0``
    no whole number. A whole number is a number, and numpy's scalars count as Python's.

    Raises
    ------
    ConfigError
        When made from an unknown key, a wrong type or a value out of range: it names key, value
        and range.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @model_validator(mode="wrap")
    @classmethod
    def _fault_as_sentence(cls, values: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return handler(values)
        except ValidationError as error:
            raise ConfigError(f"{cls.__name__}: {describe(cls, error)}") from error

    @field_validator("*", mode="before")
    @classmethod
    def _refuse_other_types(cls, value: Any, info: ValidationInfo) -> Any:
        if getattr(value, "shape", None) == () and hasattr(value, "item"):
            value = value.item()
        takes = scalar_types(cls.model_fields[info.field_name or ""].annotation)
        if takes and isinstance(value, (bool, int, float, str)) and not _fits(value, takes):
            raise ValueError(f"a {type(value).__name__} does not fit")
        return value


def scalar_types(annotation: Any) -> set[type]:
    """The plain types that a field takes; empty for lists and mappings.

    ``int | None`` takes ``int`` and ``NoneType``, ``Literal["a"]`` takes ``str``.
    """
    origin = get_origin(annotation)
    if origin is Literal:
        return {type(choice) for choice in get_args(annotation)}
    if origin in (Union, UnionType):
        members = [scalar_types(member) for member in get_args(annotation)]
        return set().union(*members) if all(members) else set()
    return {annotation} if annotation in (bool, int, float, str, NoneType) else set()


def _fits(value: bool | int | float | str, takes: set[type]) -> bool:
    return type(value) in takes or (type(value) is int and float in takes)
