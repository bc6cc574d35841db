"""The rules of scalars that every generated codec calls, and what keeps unknown members from being lost.

Decoding is tolerant where the anchor is (null is absent, null items are dropped, absent required members are filled)
and strict where a type would lie (a number is no text). Source: anchor.md 1.3, 1.6, design.md 4.7.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from types import NoneType
from typing import Final, Never

from codepipeline_sdk.primitives import JsonObject, JsonValue

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)

ABSENT_ENUM: Final = "no value was set"
"""The text of an enum member that is required but was absent from a response."""


class DecodeError(ValueError):
    """A response does not have the form that the model promises."""


class EncodeError(ValueError):
    """A value cannot be sent."""


class UnknownMembers(dict[str, JsonValue]):
    """What a response said of a structure beyond its model: members that are unknown, and members that were absent."""

    absent: frozenset[str] = frozenset()


def wrong(value: object, member: str, expected: str) -> Never:
    """Refuse a member of the wrong type, without showing its value."""
    raise DecodeError(f"member {member!r} must be {expected}, not {type(value).__name__}")


def structure(value: JsonValue, name: str) -> JsonObject:
    """Return the members of a structure; an absent one has none."""
    if value is None:
        return {}
    return value if isinstance(value, dict) else wrong(value, name, "an object")


def text(value: JsonValue, member: str) -> str:
    """Return a required text; an absent one is empty."""
    if value is None:
        return ""
    return value if isinstance(value, str) else wrong(value, member, "a string")


def boolean(value: JsonValue, member: str) -> bool:
    """Return a required boolean; an absent one is false."""
    if value is None:
        return False
    return value if isinstance(value, bool) else wrong(value, member, "a boolean")


def integer(value: JsonValue, member: str) -> int:
    """Return an integer; an absent one is zero, a fraction is refused."""
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int | float) or value % 1:
        wrong(value, member, "an integer")
    return int(value)


def timestamp(value: JsonValue, member: str) -> datetime:
    """Return the time of epoch seconds, exact to the microsecond; an absent one is the epoch.

    Texts of ISO 8601 are read too, because doubles of the service send them; without an offset they are in UTC.
    """
    if value is None:
        return EPOCH
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        wrong(value, member, "a number of seconds")
    try:
        if isinstance(value, str):
            time = datetime.fromisoformat(value)
            return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise DecodeError(f"member {member!r} is no time between the years 1 and 9999") from error


def array(value: JsonValue, member: str) -> list[JsonValue]:
    """Return the items of a list; an absent one has none."""
    if value is None:
        return []
    return value if isinstance(value, list) else wrong(value, member, "a list")


def enum_text(value: JsonValue, member: str) -> str:
    """Return the text of an enum; an absent one says so."""
    return ABSENT_ENUM if value is None else text(value, member)


def texts(value: JsonValue, member: str) -> list[str]:
    """Return a list of texts without its nulls."""
    return [item if isinstance(item, str) else text(item, member) for item in array(value, member) if item is not None]


def text_map(value: JsonValue, member: str) -> dict[str, str]:
    """Return a map of texts without its nulls."""
    items = structure(value, member).items()
    return {key: item if isinstance(item, str) else text(item, member) for key, item in items if item is not None}


def unknown_members(data: JsonObject, known: frozenset[str], required: frozenset[str]) -> UnknownMembers | None:
    """Return what `data` says beyond the model, and which required members it lacks; None when neither is so."""
    keys = data.keys()
    if keys <= known and required <= keys and None not in data.values():
        return None
    rest = UnknownMembers({
        key: value for key, value in data.items() if key not in known and key != "__type" and value is not None
    })  # fmt: skip
    rest.absent = frozenset(key for key in required if data.get(key) is None)
    return rest if rest or rest.absent else None


def restore(body: JsonObject, rest: Mapping[str, JsonValue]) -> None:
    """Add members that a response had and the model lacks; leave out required ones that the response lacked."""
    for key, value in rest.items():
        body.setdefault(key, value)
    if isinstance(rest, UnknownMembers):
        for key in rest.absent:
            if not body.get(key) or body[key] == ABSENT_ENUM:
                body.pop(key, None)


def epoch_seconds(value: datetime) -> int | float:
    """Return a time as epoch seconds: an integer where there is no fraction."""
    if value.tzinfo is None:
        raise EncodeError(f"{value!r} is a naive time: give it a timezone")
    microseconds = (value - EPOCH) // _MICROSECOND
    # One division rounds once; a sum of whole seconds and a fraction would round twice.
    return microseconds / 1_000_000 if microseconds % 1_000_000 else microseconds // 1_000_000


def scalars(values: Iterable[str]) -> list[JsonValue]:
    """Return the items of a list of texts; one text is no list of its characters."""
    if isinstance(values, str | bytes):
        raise EncodeError("a list of texts is expected, not one text")
    return list(values)


def text_pairs(values: Mapping[str, str]) -> JsonObject:
    """Return the entries of a map of texts."""
    return dict(values)


def misfit(value: JsonValue, path: str = "") -> str | None:
    """Return the path and type of the first value in an encoded body that JSON cannot express."""
    if isinstance(value, dict):
        return next((found for key, item in value.items() if (found := misfit(item, f"{path}.{key}"))), None)
    if isinstance(value, list):
        return next((found for i, item in enumerate(value) if (found := misfit(item, f"{path}[{i}]"))), None)
    if isinstance(value, str):
        return None if _is_unicode(value) else f"{path[1:]} is not valid Unicode"
    # The annotation may have been ignored: what a caller put into a body is looked at here for the first time.
    if type(value) in {NoneType, bool, int} or (isinstance(value, float) and math.isfinite(value)):
        return None
    return f"{path[1:]} is of type {type(value).__name__}"


def _is_unicode(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
