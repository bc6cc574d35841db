"""The kinds of shapes that the table in `model.py` is made of, and what the service model can demand of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Mapping


@frozen
class Text:
    """A string; lengths count characters."""

    min: int | None = field(default=None, kw_only=True)
    max: int | None = field(default=None, kw_only=True)
    pattern: str | None = field(default=None, kw_only=True)
    enum: tuple[str, ...] = field(default=(), kw_only=True)


@frozen
class Integer:
    """A whole number."""

    min: int | None = field(default=None, kw_only=True)
    max: int | None = field(default=None, kw_only=True)


@frozen
class Boolean:
    """True or false."""


@frozen
class Timestamp:
    """Epoch seconds."""


@frozen
class ListOf:
    """A list; `member` names the shape of its items."""

    member: str
    min: int | None = field(default=None, kw_only=True)
    max: int | None = field(default=None, kw_only=True)


@frozen
class MapOf:
    """A map; `key` and `value` name the shapes of its entries."""

    key: str
    value: str
    min: int | None = field(default=None, kw_only=True)
    max: int | None = field(default=None, kw_only=True)


@frozen
class Structure:
    """An object; `members` names the shape of each member, in the order of the service model."""

    members: Mapping[str, str]
    required: tuple[str, ...] = field(default=(), kw_only=True)


Shape: TypeAlias = Text | Integer | Boolean | Timestamp | ListOf | MapOf | Structure
"""Any shape of the table."""


@frozen(kw_only=True)
class OperationShapes:
    """The shapes of one operation by name, and the error codes that it declares."""

    input: str
    output: str | None
    errors: tuple[str, ...]
