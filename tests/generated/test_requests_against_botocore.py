"""Requests of all operations: equal to what botocore's serializer makes of the same values, and to golden bytes."""

# The oracle ships no types.
# pyright: reportMissingTypeStubs=false, reportUnknownVariableType=false

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.serialize import create_serializer

from codepipeline_sdk.convert import from_dict
from codepipeline_sdk.primitives import JsonObject
from tests.generated.golden_bodies import GOLDEN_BODIES
from tests.generated.service_model import MODELS, OPERATIONS, input_shape
from tests.generated.wire_values import WireValues, full, map_values

# Any: the oracle's.
SERIALIZER: Any = create_serializer("json", include_validation=False)

every_operation = pytest.mark.parametrize("name", sorted(OPERATIONS))
some_and_many = pytest.mark.parametrize("cases", [range(50), pytest.param(range(50, 400), marks=pytest.mark.slow)])


def inputs_of(name: str, cases: Iterable[int]) -> list[JsonObject]:
    """Return one input with every member, and one for each case."""
    shape = input_shape(name)
    return [full(shape), *(WireValues(f"{name} {case}").structure(shape) for case in cases)]


def body_of(name: str, data: JsonObject) -> bytes:
    """Return the body that we send for an input given in its wire form."""
    operation = OPERATIONS[name]
    return operation.service.protocol.request_body(operation.encode(from_dict(operation.input, data, names="wire")))


def botocores(name: str, data: JsonObject) -> Any:
    """Return the request that botocore sends for the same values; it wants times as datetimes."""
    params = map_values(data, input_shape(name), "timestamp", lambda value: datetime.fromtimestamp(value, UTC))
    return SERIALIZER.serialize_to_request(params, MODELS[name])


@pytest.mark.row("1.6-serialise")
@some_and_many
@every_operation
def test_a_body_says_the_same_as_botocores(name: str, cases: range) -> None:
    for data in inputs_of(name, cases):
        assert json.loads(body_of(name, data)) == json.loads(botocores(name, data)["body"])


@pytest.mark.row("1.6-request")
@every_operation
def test_target_and_content_type_equal_botocores(name: str) -> None:
    request = botocores(name, {})
    theirs = {header.lower(): value for header, value in request["headers"].items()}
    assert OPERATIONS[name].service.protocol.request_headers(name) == theirs
    assert (request["method"], request["url_path"], request["query_string"]) == ("POST", "/", "")


@some_and_many
@every_operation
def test_a_body_is_compact_utf8_in_the_order_of_the_model(name: str, cases: range) -> None:
    for case, data in enumerate(inputs_of(name, cases)):
        given = WireValues(f"{name} {case}").shuffled(data, input_shape(name))
        assert body_of(name, given) == json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


@pytest.mark.row("0-capitals")
@pytest.mark.trap(49)
@every_operation
def test_a_body_equals_its_golden_bytes(name: str) -> None:
    value, body = GOLDEN_BODIES[name]
    operation = OPERATIONS[name]
    assert operation.service.protocol.request_body(operation.encode(value)) == body.encode()


@every_operation
def test_a_golden_body_has_every_member_and_says_what_botocore_sends(name: str) -> None:
    body = json.loads(GOLDEN_BODIES[name][1])
    assert list(body) == list(input_shape(name).members)
    assert body == json.loads(botocores(name, body)["body"])


@every_operation
def test_an_empty_input_is_an_empty_object(name: str) -> None:
    assert body_of(name, {}) == b"{}"


def test_a_time_near_the_epoch_keeps_its_milliseconds() -> None:
    revision: JsonObject = {"revision": "1", "changeIdentifier": "1", "created": 1.118}
    assert b'"created":1.118}' in body_of("PutJobSuccessResult", {"currentRevision": revision})
