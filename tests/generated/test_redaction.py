"""Secrets planted in every sensitive member show nowhere: in no repr, text, plain data, error or traceback."""

from __future__ import annotations

import json
import traceback
from typing import Any, Final

import pytest
from attrs import AttrsInstance

from codegen.overlay import SENSITIVE_SHAPES, SENSITIVE_VALUES
from codepipeline_sdk import Client
from codepipeline_sdk._runtime.codec import DecodeError
from codepipeline_sdk.convert import from_dict, to_dict
from codepipeline_sdk.error import ConstructionFailure, ConversionError, ResponseError
from codepipeline_sdk.primitives import REDACTED, JsonObject
from tests.fakes import ScriptedHttp, config, reply
from tests.generated.service_model import (
    OPERATIONS,
    RECEIVED,
    SHAPES,
    STRUCTURES,
    TWO_WAY,
    AnyBuilder,
    Shape,
    attribute_name,
    builder_class,
    class_of,
    decoder_of,
    input_shape,
    member,
    output_shape,
)
from tests.generated.wire_values import full, plain

SECRET: Final = "PLANTED-SECRET"

ALWAYS_SENSITIVE: Final = (
    ("AWSSessionCredentials", "accessKeyId"),
    ("AWSSessionCredentials", "secretAccessKey"),
    ("AWSSessionCredentials", "sessionToken"),
    ("AcknowledgeJobInput", "nonce"),
    ("AcknowledgeThirdPartyJobInput", "clientToken"),
    ("ActionConfiguration", "configuration"),
    ("ActionDeclaration", "configuration"),
    ("ActionExecutionInput", "configuration"),
    ("GetThirdPartyJobDetailsInput", "clientToken"),
    ("Job", "nonce"),
    ("JobData", "artifactCredentials"),
    ("PutApprovalResultInput", "token"),
    ("PutThirdPartyJobFailureResultInput", "clientToken"),
    ("PutThirdPartyJobSuccessResultInput", "clientToken"),
    ("ThirdPartyJobData", "artifactCredentials"),
    ("ThirdPartyJobDetails", "nonce"),
    ("WebhookAuthConfiguration", "SecretToken"),
)
"""Members that are secrets whatever the model and the overlay say."""


def is_sensitive(shape: Shape) -> bool:
    return bool(shape.metadata.get("sensitive")) or shape.name in SENSITIVE_SHAPES


def planted(data: Any, shape: Shape, secret: Any = SECRET, *, sensitive: bool = False) -> Any:
    """Return a wire form with the secret in place of every sensitive text."""
    sensitive = sensitive or is_sensitive(shape)
    match shape.type_name:
        case "structure":
            return {
                name: planted(item, shape.members[name], secret, sensitive=sensitive) for name, item in data.items()
            }
        case "list":
            return [planted(item, shape.member, secret, sensitive=sensitive) for item in data]
        case "map":
            sensitive = sensitive or shape.name in SENSITIVE_VALUES
            return {key: planted(item, shape.value, secret, sensitive=sensitive) for key, item in data.items()}
        case _:
            return secret if sensitive else data


def secret_data(shape: Shape) -> JsonObject:
    data: JsonObject = planted(full(shape), shape)
    return data


def holds_secret(shape: Shape) -> bool:
    return SECRET in json.dumps(secret_data(shape))


secret_structures = sorted(name for name, shape in STRUCTURES.items() if holds_secret(shape))
secret_inputs = sorted(name for name in OPERATIONS if holds_secret(input_shape(name)))
secret_outputs = sorted(name for name in OPERATIONS if holds_secret(output_shape(name)))

every_secret_structure = pytest.mark.parametrize("name", secret_structures)
every_secret_input = pytest.mark.parametrize("name", secret_inputs)
every_secret_output = pytest.mark.parametrize("name", secret_outputs)


def renderings(value: AttrsInstance) -> str:
    """Return all that printing, logging and dumping an object may show."""
    plain_data = [to_dict(value), to_dict(value, names="wire")]
    return "\n".join([repr(value), str(value), f"{value}", repr([{"key": value}]), json.dumps(plain_data)])


def revealed(value: AttrsInstance) -> str:
    return json.dumps([to_dict(value, reveal=True), to_dict(value, names="wire", reveal=True)])


def shown(error: BaseException) -> str:
    """Return all that printing or logging an error may show."""
    return "\n".join([str(error), repr(error), repr(vars(error)), *traceback.format_exception(error)])


def misplaced(shape: Shape) -> list[JsonObject]:
    """Return wire forms whose secrets have a type that no text has."""
    data = full(shape)
    wrong: list[Any] = [{SECRET: SECRET}, [SECRET], 17_171_717]
    return [planted(data, shape, secret) for secret in wrong]


def test_the_operations_that_carry_secrets_are_found() -> None:
    assert {"PutWebhook", "AcknowledgeJob", "PutApprovalResult", "UpdatePipeline"} <= set(secret_inputs)
    assert {"GetJobDetails", "GetThirdPartyJobDetails", "PollForJobs", "GetPipeline"} <= set(secret_outputs)


@pytest.mark.row("0-sensitive")
@pytest.mark.parametrize(("shape_name", "wire_name"), ALWAYS_SENSITIVE)
def test_a_secret_stays_hidden_whatever_the_overlay_says(shape_name: str, wire_name: str) -> None:
    shape = SHAPES[shape_name]
    kind = class_of(shape) if shape_name in STRUCTURES else OPERATIONS[shape_name.removesuffix("Input")].input
    value = from_dict(kind, full(shape), names="wire")
    name = attribute_name(kind, wire_name)
    setter = object.__setattr__  # inputs are frozen
    setter(value, name, {"key": SECRET} if shape.members[wire_name].type_name == "map" else SECRET)
    assert SECRET not in repr(value)
    assert f"{name}=" in repr(value)
    assert REDACTED in repr(value)


@pytest.mark.row("1.4-redaction")
@pytest.mark.trap(47)
@every_secret_structure
def test_a_structure_hides_its_secrets(name: str) -> None:
    shape = STRUCTURES[name]
    value = from_dict(class_of(shape), secret_data(shape), names="wire")
    assert SECRET not in renderings(value)
    assert REDACTED in renderings(value)
    assert SECRET in revealed(value)


@every_secret_structure
def test_secrets_can_be_read_as_members(name: str) -> None:
    shape = STRUCTURES[name]
    if name in RECEIVED:
        assert SECRET in repr(plain(decoder_of(shape)(secret_data(shape)), shape))
    else:
        assert SECRET in repr(plain(from_dict(class_of(shape), secret_data(shape), names="wire"), shape))


@pytest.mark.row("1.2-traits")
@pytest.mark.trap(47)
@every_secret_input
def test_an_input_and_its_builder_hide_their_secrets(name: str) -> None:
    operation = OPERATIONS[name]
    value = from_dict(operation.input, secret_data(input_shape(name)), names="wire")
    client = Client(config(ScriptedHttp(reply())))
    method = operation.input.__module__.rpartition(".")[2]
    keywords = {
        attribute_name(operation.input, wire_name): member(value, wire_name) for wire_name in input_shape(name).members
    }
    builder: AnyBuilder = getattr(client, method)(**keywords)
    assert SECRET not in renderings(value)
    assert SECRET not in repr(builder) + str(builder) + repr(builder.as_input())
    assert REDACTED in repr(builder)
    assert SECRET in revealed(builder.as_input())


@pytest.mark.row("1.4-redaction")
@every_secret_output
def test_an_output_hides_its_secrets(name: str) -> None:
    value = OPERATIONS[name].decode(secret_data(output_shape(name)))
    assert SECRET not in renderings(value)
    assert REDACTED in renderings(value)
    assert SECRET in revealed(value)


@pytest.mark.parametrize(
    ("name", "wire_name"),
    [
        (name, wire_name)
        for name, shape in sorted(STRUCTURES.items())
        for wire_name, inner in shape.members.items()
        if inner.name in SENSITIVE_VALUES
    ],
)
def test_a_configuration_shows_its_keys_only(name: str, wire_name: str) -> None:
    shape = STRUCTURES[name]
    data = {**full(shape), wire_name: {"OAuthToken": SECRET, "Repo": SECRET}}
    value = from_dict(class_of(shape), data, names="wire")
    hidden = {"OAuthToken": REDACTED, "Repo": REDACTED}
    assert f"{attribute_name(class_of(shape), wire_name)}={hidden!r}" in repr(value)
    assert to_dict(value, names="wire")[wire_name] == hidden


@every_secret_structure
def test_a_repr_tells_whether_a_secret_is_set(name: str) -> None:
    shape = STRUCTURES[name]
    for wire_name, inner in shape.members.items():
        if wire_name not in shape.required_members and (is_sensitive(inner) or inner.name in SENSITIVE_VALUES):
            data = {key: item for key, item in full(shape).items() if key != wire_name}
            value = from_dict(class_of(shape), data, names="wire")
            assert f"{attribute_name(class_of(shape), wire_name)}=None" in repr(value)


@pytest.mark.parametrize("name", sorted(TWO_WAY))
def test_no_repr_shows_what_a_newer_service_added(name: str) -> None:
    shape = TWO_WAY[name]
    assert SECRET not in repr(decoder_of(shape)({**full(shape), "futureSecret": SECRET}))


@every_secret_structure
def test_no_error_of_reading_a_structure_shows_a_secret(name: str) -> None:
    shape = STRUCTURES[name]
    for data in misplaced(shape):
        with pytest.raises(ConversionError) as conversion:
            from_dict(class_of(shape), data, names="wire")
        assert SECRET not in shown(conversion.value)
        assert "17171717" not in shown(conversion.value)
        if name in RECEIVED:
            with pytest.raises(DecodeError) as decoding:
                decoder_of(shape)(data)
            assert SECRET not in shown(decoding.value)
            assert "17171717" not in shown(decoding.value)


@pytest.mark.trap(47)
@every_secret_input
@pytest.mark.parametrize("wrong", [SECRET.encode(), SECRET + "\ud800", {1: {SECRET}}, object], ids=repr)
async def test_no_error_of_sending_shows_a_secret(name: str, wrong: object) -> None:
    operation = OPERATIONS[name]
    value = from_dict(operation.input, full(input_shape(name)), names="wire")
    spoil_secrets(value, input_shape(name), wrong)
    http = ScriptedHttp(reply())
    builder: AnyBuilder = builder_class(operation)(Client(config(http))._invoker, operation, value)
    with pytest.raises(ConstructionFailure) as caught:
        await builder
    assert http.requests == []
    assert SECRET not in shown(caught.value)


def spoil_secrets(value: object, shape: Shape, wrong: object) -> None:
    """Put something that cannot be sent in place of every sensitive text of an object."""
    for wire_name, inner in shape.members.items():
        held = member(value, wire_name)
        if is_sensitive(inner) and inner.type_name == "string":
            object.__setattr__(value, attribute_name(type(value), wire_name), wrong)
        elif inner.name in SENSITIVE_VALUES:
            object.__setattr__(value, attribute_name(type(value), wire_name), {"key": wrong})
        elif inner.type_name == "structure":
            spoil_secrets(held, inner, wrong)
        elif inner.type_name == "list" and inner.member.type_name == "structure":
            for item in held:
                spoil_secrets(item, inner.member, wrong)


@pytest.mark.trap(47)
@every_secret_output
async def test_no_error_of_a_reply_that_cannot_be_read_shows_a_secret(name: str) -> None:
    operation = OPERATIONS[name]
    value = from_dict(operation.input, full(input_shape(name)), names="wire")
    for data in misplaced(output_shape(name)):
        client = Client(config(ScriptedHttp(reply(data))))
        builder: AnyBuilder = builder_class(operation)(client._invoker, operation, value)
        with pytest.raises(ResponseError) as caught:
            await builder
        assert caught.value.response is not None
        assert SECRET not in shown(caught.value)
        assert "17171717" not in shown(caught.value)
