"""Replies to all operations, clean and dirty: we read what botocore's parser reads, but for one normaliser."""

# The oracle ships no types.
# pyright: reportMissingTypeStubs=false, reportUnknownVariableType=false

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import pytest
from botocore.parsers import create_parser

from codepipeline_sdk.config.http import HttpResponse
from codepipeline_sdk.primitives import JsonObject
from tests.generated.service_model import MODELS, OPERATIONS, SHAPES, Shape, output_shape, reachable
from tests.generated.wire_values import WireValues, full, map_values, plain

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
FILLERS: Final[dict[str, object]] = {"string": "", "integer": 0, "boolean": False, "timestamp": EPOCH}

# Any: the oracle's.
PARSER: Any = create_parser("json")

every_operation = pytest.mark.parametrize("name", sorted(OPERATIONS))
some_and_many = pytest.mark.parametrize("cases", [range(50), pytest.param(range(50, 400), marks=pytest.mark.slow)])
every_operation_with_times = pytest.mark.parametrize(
    "name",
    sorted(
        name
        for name in OPERATIONS
        if any(SHAPES[inner].type_name == "timestamp" for inner in reachable([MODELS[name].output_shape]))
    ),
)


def as_we_read(parsed: Any, shape: Shape) -> Any:
    """Return what we read where botocore reads this.

    The deviations, each on purpose:
    - a null item of a list or map is dropped; botocore keeps None;
    - a required member that is absent or null is filled with an empty value of its type; botocore leaves it out.

    There are no others: null and unknown members are absent for both, enums are their texts, times are equal to the
    microsecond in whatever zone.
    """
    match shape.type_name:
        case "structure":
            given: dict[str, Any] = parsed or {}
            return {
                name: as_we_read(given.get(name), inner)
                for name, inner in shape.members.items()
                if given.get(name) is not None or name in shape.required_members
            }
        case "list":
            return [as_we_read(item, shape.member) for item in parsed or () if item is not None]
        case "map":
            return {key: as_we_read(item, shape.value) for key, item in (parsed or {}).items() if item is not None}
        case "string" if shape.enum and parsed is None:
            return "no value was set"
        case kind:
            return FILLERS[kind] if parsed is None else parsed


def replies_to(name: str, cases: Iterable[int]) -> list[JsonObject]:
    """Return an empty reply, one with every member, and for each case a clean and a dirty one."""
    shape = output_shape(name)
    made = [WireValues(f"{name} {case}", dirty=dirty).structure(shape) for case in cases for dirty in (False, True)]
    return [{}, full(shape), *made]


def read(name: str, body: bytes) -> Any:
    """Return our output for a body."""
    operation = OPERATIONS[name]
    response = HttpResponse(status=200, headers={}, body=body)
    return operation.decode(operation.service.protocol.response_members(response))


def botocores(name: str, body: bytes) -> Any:
    """Return what botocore reads of a body."""
    parsed = PARSER.parse({"status_code": 200, "headers": {}, "body": body}, MODELS[name].output_shape)
    del parsed["ResponseMetadata"]
    return parsed


@pytest.mark.row("1.6-deserialise")
@some_and_many
@every_operation
def test_a_reply_says_the_same_as_to_botocore(name: str, cases: range) -> None:
    shape = output_shape(name)
    for number, reply in enumerate(replies_to(name, cases)):
        body = json.dumps(reply, ensure_ascii=number % 4 < 2).encode()
        assert plain(read(name, body), shape) == as_we_read(botocores(name, body), shape)


@every_operation_with_times
def test_every_time_in_a_reply_is_exact_to_the_microsecond(name: str) -> None:
    shape = output_shape(name)
    for case in range(50):
        reply = WireValues(f"{name} {case}").structure(shape)
        exact = map_values(reply, shape, "timestamp", exact_time)
        assert plain(read(name, json.dumps(reply).encode()), shape) == exact


def exact_time(value: float) -> datetime:
    """Return the time of epoch seconds by decimal arithmetic on the text that was sent."""
    return EPOCH + timedelta(microseconds=int(Decimal(json.dumps(value)) * 1_000_000))


@every_operation_with_times
def test_a_time_is_read_in_every_spelling(name: str) -> None:
    shape = output_shape(name)
    # Doubles of the service send texts, with and without an offset.
    template = map_values(full(shape), shape, "timestamp", lambda _: "@")
    numbers = ("1446674397", "1446674397.0", "1.446674397e9", "1446674397000E-3")
    texts = ('"2015-11-04T21:59:57Z"', '"2015-11-04T22:59:57.000+01:00"', '"2015-11-04T21:59:57"')
    spellings = numbers + texts
    readings = [read(name, json.dumps(template).replace('"@"', spelling).encode()) for spelling in spellings]
    assert readings == [readings[0]] * len(spellings)
