"""The model layer: presence, type, length, range, pattern, enum and size of every member. Rules V-1 to V-7.

Reading an input drops what the service ignores (members it does not know: W-2, W-4; nulls: W-3), refuses a wrong JSON
type at once, and collects every other violation into one ValidationException.
"""

from __future__ import annotations

import math
import re
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from attrs import evolve

from codepipeline_sdk.testing.local.assumptions import (
    EXAMPLE_ID_PATTERN,
    EXAMPLE_ID_SHAPES,
    MAP_KEYS,
    NULL_VALUE,
    Assumptions,
)
from codepipeline_sdk.testing.local.constraint import Boolean, Integer, ListOf, MapOf, Structure, Text, Timestamp
from codepipeline_sdk.testing.local.model import OPERATIONS, SHAPES
from codepipeline_sdk.testing.local.wire import WireError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from codepipeline_sdk.primitives import JsonObject, JsonValue
    from codepipeline_sdk.testing.local.constraint import Shape

T = TypeVar("T")


def read_input(operation: str, document: JsonObject, assumptions: Assumptions) -> JsonObject:
    """Return the known members of an operation's input; raise WireError when the model forbids it."""
    reader = _Reader(assumptions)
    shape = SHAPES[OPERATIONS[operation].input]
    members = reader.structure(shape, document, "") if isinstance(shape, Structure) else {}
    if reader.violations:
        count = len(reader.violations)
        errors = "error" if count == 1 else "errors"
        raise WireError("ValidationException", f"{count} validation {errors} detected: {'; '.join(reader.violations)}")
    return members


class _Reader:
    """Reads values by their shapes; `violations` are the items of the message, in reading order (V-2)."""

    def __init__(self, assumptions: Assumptions) -> None:
        self.violations: list[str] = []
        self._assumptions = assumptions

    def structure(self, shape: Structure, value: JsonValue, path: str) -> JsonObject:
        if not isinstance(value, dict):
            raise _wrong_type(path, "an object")
        members: JsonObject = {}
        for name, member in shape.members.items():
            member_path = f"{path}.{name}" if path else name
            given = value.get(name)
            if given is not None:
                members[name] = self._value(member, given, member_path)
            elif name in shape.required:
                self.violations.append(NULL_VALUE.format(path=member_path))
        return members

    def _value(self, name: str, value: JsonValue, path: str) -> JsonValue:
        shape = self._shape(name)
        match shape:
            case Structure():
                return self.structure(shape, value, path)
            case ListOf():
                return self._list(shape, value, path)
            case MapOf():
                return self._map(shape, value, path)
            case Text():
                return self._judged(_read_text(value, path), _text_constraints(shape), path)
            case Integer():
                return self._judged(_read_integer(value, path), _integer_constraints(shape), path)
            case Boolean():
                return _read_boolean(value, path)
            case Timestamp():
                return _read_timestamp(value, path)

    def _judged(self, value: T, constraints: Iterable[tuple[str, Callable[[T], bool]]], path: str) -> T:
        for text, holds in constraints:
            if not holds(value):
                self._violation(path, text)
        return value

    def _list(self, shape: ListOf, value: JsonValue, path: str) -> JsonValue:
        if not isinstance(value, list):
            raise _wrong_type(path, "a list")
        self._size(shape, len(value), path)
        items: list[JsonValue] = []
        for number, item in enumerate(value, start=1):  # V-3: counted from 1
            item_path = f"{path}.{number}.member"
            if item is None:
                self.violations.append(NULL_VALUE.format(path=item_path))
            else:
                items.append(self._value(shape.member, item, item_path))
        return items

    def _map(self, shape: MapOf, value: JsonValue, path: str) -> JsonValue:
        if not isinstance(value, dict):
            raise _wrong_type(path, "an object")
        given = {key: item for key, item in value.items() if item is not None}
        self._size(shape, len(given), path)
        self._entries(MAP_KEYS, shape.key, given, path)
        if not isinstance(SHAPES[shape.value], Text):
            return {key: self._value(shape.value, item, f"{path}.{key}.member") for key, item in given.items()}
        values = {key: _read_text(item, f"{path}.{key}") for key, item in given.items()}
        self._entries("Map value must satisfy constraint: [{constraints}]", shape.value, values.values(), path)
        return {**values}

    def _entries(self, message: str, name: str, texts: Iterable[str], path: str) -> None:
        # V-4: one violation for the whole map, which lists all that its keys or values must satisfy.
        shape = self._shape(name)
        constraints = _text_constraints(shape) if isinstance(shape, Text) else ()
        if not all(holds(text) for text in texts for _, holds in constraints):
            self._violation(path, message.format(constraints=", ".join(text for text, _ in constraints)))

    def _size(self, shape: ListOf | MapOf, size: int, path: str) -> None:
        self._judged(size, _bounds("length", shape.min, shape.max, int), path)

    def _violation(self, path: str, constraint: str) -> None:
        self.violations.append(f"Value at '{path}' failed to satisfy constraint: {constraint}")

    def _shape(self, name: str) -> Shape:
        shape = SHAPES[name]
        if name == "ActionConfigurationValue" and isinstance(shape, Text):
            # V-6: the one limit that the service does not take from its model.
            return evolve(shape, max=self._assumptions.config_value_limit)
        if name in EXAMPLE_ID_SHAPES and self._assumptions.accept_example_ids:
            return Text(pattern=EXAMPLE_ID_PATTERN)
        return shape


@cache
def _text_constraints(shape: Text) -> tuple[tuple[str, Callable[[str], bool]], ...]:
    constraints: list[tuple[str, Callable[[str], bool]]] = [*_bounds("length", shape.min, shape.max, len)]
    if shape.pattern is not None:
        matches = re.compile(shape.pattern, re.ASCII).fullmatch  # V-5: anchored at both ends
        text = f"Member must satisfy regular expression pattern: {shape.pattern}"
        constraints.append((text, lambda value: matches(value) is not None))
    if shape.enum:
        text = f"Member must satisfy enum value set: [{', '.join(shape.enum)}]"
        constraints.append((text, shape.enum.__contains__))
    return tuple(constraints)


@cache
def _integer_constraints(shape: Integer) -> tuple[tuple[str, Callable[[int], bool]], ...]:
    return tuple(_bounds("value", shape.min, shape.max, int))


def _bounds(
    noun: str, low: int | None, high: int | None, measure: Callable[[T], int]
) -> Iterator[tuple[str, Callable[[T], bool]]]:
    if high is not None:
        yield f"Member must have {noun} less than or equal to {high}", lambda value: measure(value) <= high
    if low is not None:
        yield f"Member must have {noun} greater than or equal to {low}", lambda value: measure(value) >= low


def _read_text(value: JsonValue, path: str) -> str:
    if not isinstance(value, str):
        raise _wrong_type(path, "a string")
    return value


def _read_integer(value: JsonValue, path: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _wrong_type(path, "an integer")
    return value


def _read_boolean(value: JsonValue, path: str) -> bool:
    if not isinstance(value, bool):
        raise _wrong_type(path, "a boolean")
    return value


def _read_timestamp(value: JsonValue, path: str) -> float:
    # W-10: epoch seconds or, tolerated, a text as in ISO 8601.
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value).timestamp()
        except ValueError as error:
            raise _wrong_type(path, "a timestamp") from error
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _wrong_type(path, "a timestamp")
    return float(value)


def _wrong_type(path: str, expected: str) -> WireError:
    return WireError("SerializationException", f"{path} must be {expected}")
