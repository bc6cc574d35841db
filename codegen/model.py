"""The intermediate representation between resolve and render: every decision made, every name already Python's."""

from __future__ import annotations

from enum import Enum
from typing import Literal

from attrs import frozen

Kind = Literal["string", "integer", "boolean", "timestamp", "enum", "structure", "list", "map"]


class Redaction(Enum):
    """How much of a member a repr shows."""

    NONE = "everything"
    VALUES = "keys without values"
    ALL = "whether it is set"


@frozen(kw_only=True)
class Type:
    """The type of a member, or of the items of a list or map."""

    kind: Kind
    name: str = ""
    """The class of an enum or structure."""
    module: str = ""
    """The module of that class below `types/`, such as `_tag`."""
    item: Type | None = None
    """Of a list's items or a map's values; the keys of maps are texts."""
    limits: str = ""
    """What the model says of length, size, range and pattern, as a sentence."""
    redaction: Redaction = Redaction.NONE


@frozen(kw_only=True)
class Member:
    """One member of a structure."""

    name: str
    wire_name: str
    type: Type
    required: bool
    doc: str
    maximum: int | None = None
    """The largest value of an integer."""


@frozen(kw_only=True)
class Structure:
    """A class of members."""

    name: str
    module: str
    doc: str
    members: tuple[Member, ...]
    sent: bool
    received: bool


@frozen(kw_only=True)
class EnumShape:
    """An open enum."""

    name: str
    module: str
    doc: str
    variants: tuple[tuple[str, str], ...]
    """Constant and wire value of each known value, in the model's order."""


@frozen(kw_only=True)
class ErrorShape:
    """A modelled exception."""

    name: str
    code: str
    """What the service calls it on the wire."""
    doc: str


@frozen(kw_only=True)
class Pagination:
    """Which members carry the pages of an operation, by their Python names."""

    input_token: str
    output_token: str
    items: str
    item_type: Type
    limit: str | None
    limit_maximum: int | None


@frozen(kw_only=True)
class Operation:
    """One API of the service."""

    name: str
    module: str
    constant: str
    doc: str
    input: Structure
    output: Structure
    errors: tuple[str, ...]
    idempotency_member: str | None
    pagination: Pagination | None


@frozen(kw_only=True)
class Service:
    """Everything that render needs."""

    service_id: str
    api_version: str
    signing_name: str
    target_prefix: str
    json_version: str
    doc: str
    operations: tuple[Operation, ...]
    structures: tuple[Structure, ...]
    enums: tuple[EnumShape, ...]
    errors: tuple[ErrorShape, ...]
