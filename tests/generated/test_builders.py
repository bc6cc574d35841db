"""Builders and the client's keywords: every way to set a member agrees, and a builder is a value nobody can change."""

# The tests walk inputs of all types alike.
# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

import copy
import inspect
from collections import OrderedDict, UserDict, UserList, deque
from collections.abc import Callable, Iterable
from types import MappingProxyType
from typing import Any, Final

import attrs
import pytest

from codepipeline_sdk import Client
from codepipeline_sdk._runtime.operation import InputT, Operation, OutputT
from codepipeline_sdk.convert import from_dict
from tests.fakes import ScriptedHttp, config, reply
from tests.generated.golden_bodies import GOLDEN_BODIES
from tests.generated.service_model import (
    OPERATIONS,
    AnyBuilder,
    attribute_name,
    builder_class,
    input_shape,
)
from tests.generated.wire_values import full


class Recorder:
    """Stands in for the orchestrator: keeps the inputs, answers with empty outputs."""

    def __init__(self) -> None:
        self.sent: list[object] = []

    async def invoke(
        self,
        operation: Operation[InputT, OutputT],
        input: InputT,  # noqa: A002
        customization: object = None,
    ) -> OutputT:
        self.sent.append(input)
        return operation.decode({})


def members(*kinds: str) -> list[tuple[str, str]]:
    """Return operation and member for all members of these kinds of shapes; of any kind when none is given."""
    return [
        (name, wire_name)
        for name in sorted(OPERATIONS)
        for wire_name, shape in input_shape(name).members.items()
        if not kinds or shape.type_name in kinds
    ]


FALSY: Final[dict[str, object]] = {"list": [], "map": {}, "string": "", "integer": 0, "boolean": False}

every_operation = pytest.mark.parametrize("name", sorted(OPERATIONS))
every_member = pytest.mark.parametrize(("name", "wire_name"), members())
every_list = pytest.mark.parametrize(("name", "wire_name"), members("list"))
every_map = pytest.mark.parametrize(("name", "wire_name"), members("map"))
every_compound = pytest.mark.parametrize(("name", "wire_name"), members("list", "map", "structure"))


class Member:
    """One member of one operation's input, with a value for it."""

    def __init__(self, name: str, wire_name: str) -> None:
        self.operation = OPERATIONS[name]
        self.shape = input_shape(name).members[wire_name]
        self.name = attribute_name(self.operation.input, wire_name)
        self.empty: AnyBuilder = builder_class(self.operation)(Recorder(), self.operation, self.operation.input())
        self.wire_name = wire_name

    def value(self, seed: str = "full") -> Any:
        """Return a new value each time; lists are lists, though an input may hold any sequence."""
        whole = from_dict(self.operation.input, full(input_shape(self.operation.name), seed), names="wire")
        value = getattr(whole, self.name)
        return list(value) if self.shape.type_name == "list" else value

    def wire_value(self, seed: str = "full") -> Any:
        """Return the wire form of that value."""
        return full(input_shape(self.operation.name), seed)[self.wire_name]

    def call(self, builder: AnyBuilder, setter: str, *arguments: object) -> AnyBuilder:
        changed: AnyBuilder = getattr(builder, setter.format(self.name))(*arguments)
        return changed

    def set_one_by_one(self, value: Any) -> AnyBuilder:
        """Set the member with its plain setter, which for a list or map takes an item at a time."""
        match self.shape.type_name:
            case "list":
                calls: Iterable[tuple[object, ...]] = ((item,) for item in value)
            case "map":
                calls = value.items()
            case _:
                calls = [(value,)]
        builder = self.empty
        for arguments in calls:
            builder = self.call(builder, "{}", *arguments)
        return builder

    def get(self, builder: AnyBuilder) -> Any:
        return getattr(builder, f"get_{self.name}")()

    def sent(self, builder: AnyBuilder) -> Any:
        return self.operation.encode(builder.as_input())


@pytest.mark.row("1.2-scalar")
@pytest.mark.row("1.2-set")
@pytest.mark.row("1.2-get")
@every_member
def test_keyword_setters_and_getter_agree(name: str, wire_name: str) -> None:
    member = Member(name, wire_name)
    by_keyword = client_method(name)(**{member.name: member.value()})
    one_by_one = member.set_one_by_one(member.value())
    whole = member.call(member.empty, "set_{}", member.value())
    for builder in (by_keyword, one_by_one, whole):
        assert member.sent(builder) == {wire_name: member.wire_value()}
        assert as_list(member.get(builder)) == member.value()
        assert builder == builder_class(member.operation)(Recorder(), member.operation, builder.as_input())
    assert member.get(member.empty) is None


def as_list(value: Any) -> Any:
    """Look beyond the kind of sequence: appending makes tuples."""
    return list(value) if isinstance(value, tuple) else value


def method_name(name: str) -> str:
    return OPERATIONS[name].input.__module__.rpartition(".")[2]


def client_method(name: str, http: ScriptedHttp | None = None) -> Callable[..., AnyBuilder]:
    """Return the method of a client that starts the operation."""
    method: Callable[..., AnyBuilder] = getattr(Client(config(http or ScriptedHttp(reply()))), method_name(name))
    return method


@pytest.mark.row("1.2-set")
@pytest.mark.trap(1)
@every_member
def test_none_clears_a_member(name: str, wire_name: str) -> None:
    member = Member(name, wire_name)
    cleared = member.call(member.set_one_by_one(member.value()), "set_{}", None)
    assert member.sent(cleared) == {}
    assert member.get(cleared) is None
    assert cleared == member.empty


@pytest.mark.trap(1)
@pytest.mark.parametrize(("name", "wire_name"), members("list", "map", "string", "integer", "boolean"))
def test_a_falsy_value_is_sent(name: str, wire_name: str) -> None:
    member = Member(name, wire_name)
    value = FALSY[member.shape.type_name]
    assert member.sent(member.call(member.empty, "set_{}", value)) == {wire_name: value}


@pytest.mark.row("1.2-list")
@pytest.mark.trap(1)
@every_list
def test_a_list_setter_appends_and_without_arguments_sends_an_empty_list(name: str, wire_name: str) -> None:
    member = Member(name, wire_name)
    once = member.call(member.empty, "{}", *member.value())
    twice = member.call(once, "{}", *member.value("more"))
    assert member.sent(twice) == {wire_name: member.wire_value() + member.wire_value("more")}
    nothing = member.call(member.empty, "{}")
    assert member.sent(nothing) == {wire_name: []}
    assert member.call(once, "{}") == once


@pytest.mark.row("1.2-map")
@pytest.mark.trap(1)
@every_map
def test_a_map_setter_puts_an_entry_and_replaces_an_equal_key(name: str, wire_name: str) -> None:
    member = Member(name, wire_name)
    builder = member.call(member.empty, "{}", "key", "old")
    builder = member.call(builder, "{}", "other", "value")
    assert member.sent(member.call(builder, "{}", "key", "new")) == {wire_name: {"key": "new", "other": "value"}}
    assert member.sent(builder) == {wire_name: {"key": "old", "other": "value"}}


def spoil(value: Any) -> None:
    """Change everything that can be changed in a value, the innermost first."""
    if attrs.has(type(value)):
        fields = attrs.fields(type(value))
        for item in [getattr(value, field.name) for field in fields]:
            spoil(item)
        for field in fields:
            setattr(value, field.name, "spoilt")
    elif isinstance(value, dict):
        for item in value.values():
            spoil(item)
        value["spoilt"] = "spoilt"
    elif isinstance(value, list | tuple):
        for item in value:
            spoil(item)
        if isinstance(value, list):
            value.append("spoilt")


@every_compound
def test_spoiling_what_was_passed_in_changes_no_builder(name: str, wire_name: str) -> None:
    member = Member(name, wire_name)
    given = [member.value() for _ in range(3)]
    builders: list[AnyBuilder] = [
        member.set_one_by_one(given[0]),
        member.call(member.empty, "set_{}", given[1]),
        client_method(name)(**{member.name: given[2]}),
    ]
    for value in given:
        spoil(value)
        assert value != member.value()
    assert [member.sent(builder) for builder in builders] == [{wire_name: member.wire_value()}] * 3


@pytest.mark.row("1.2-as-input")
@every_compound
def test_spoiling_what_a_builder_returned_does_not_change_it(name: str, wire_name: str) -> None:
    member = Member(name, wire_name)
    for builder in (member.set_one_by_one(member.value()), member.call(member.empty, "set_{}", member.value())):
        spoil(member.get(builder))
        spoil(getattr(builder.as_input(), member.name))
        assert member.sent(builder) == {wire_name: member.wire_value()}


@every_member
def test_a_setter_leaves_the_builder_it_was_called_on_as_it_is(name: str, wire_name: str) -> None:
    member = Member(name, wire_name)
    base = member.set_one_by_one(member.value())
    for setter in ("{}", "set_{}"):
        arguments = ("key", "value") if (setter, member.shape.type_name) == ("{}", "map") else (member.value("other"),)
        assert member.call(base, setter, *arguments) is not base
    assert member.call(base, "set_{}", None) != base
    assert base == member.set_one_by_one(member.value())


@pytest.mark.row("1.2-traits")
@every_operation
def test_a_builder_is_compared_and_hashed_by_its_input(name: str) -> None:
    operation = OPERATIONS[name]
    value = from_dict(operation.input, full(input_shape(name)), names="wire")
    builder: AnyBuilder = builder_class(operation)(Recorder(), operation, value)
    empty: AnyBuilder = builder_class(operation)(Recorder(), operation, operation.input())
    assert copy.copy(builder) == builder != empty
    assert hash(copy.copy(empty)) == hash(empty)


@every_operation
def test_an_input_cannot_be_changed(name: str) -> None:
    value = OPERATIONS[name].input()
    for field in attrs.fields(type(value)):
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            setattr(value, field.name, "spoilt")


@pytest.mark.row("1.2-send")
@every_operation
async def test_send_and_await_hand_the_same_input_to_the_invoker(name: str) -> None:
    operation = OPERATIONS[name]
    recorder = Recorder()
    value, _ = GOLDEN_BODIES[name]
    builder: AnyBuilder = builder_class(operation)(recorder, operation, value)
    assert isinstance(await builder.send(), operation.output)
    assert isinstance(await builder, operation.output)
    assert recorder.sent == [value, value]


@every_operation
def test_a_client_method_takes_every_member_as_an_optional_keyword(name: str) -> None:
    signature = inspect.signature(getattr(Client, method_name(name)))
    _, *parameters = signature.parameters.values()
    names = [attribute_name(OPERATIONS[name].input, wire_name) for wire_name in input_shape(name).members]
    assert [parameter.name for parameter in parameters] == names
    assert {(parameter.kind, parameter.default) for parameter in parameters} <= {(inspect.Parameter.KEYWORD_ONLY, None)}


@every_operation
async def test_a_client_method_sends_the_golden_body(name: str) -> None:
    http = ScriptedHttp(reply(x_amzn_requestid="id-1"))
    value, body = GOLDEN_BODIES[name]
    keywords = {field.name: getattr(value, field.name) for field in attrs.fields(type(value))}
    output = await client_method(name, http)(**keywords)
    (request,) = http.requests
    assert (request.method, request.body) == ("POST", body.encode())
    assert request.headers["x-amz-target"] == f"CodePipeline_20150709.{name}"
    assert request.headers["content-type"] == "application/x-amz-json-1.1"
    assert request.headers["content-length"] == str(len(body.encode()))
    assert isinstance(output, OPERATIONS[name].output)
    assert output.request_id == "id-1"


@every_list
def test_any_sequence_is_taken(name: str, wire_name: str) -> None:
    member = Member(name, wire_name)
    for kind in (list, tuple, deque, UserList):
        by_keyword = client_method(name)(**{member.name: kind(member.value())})
        assert member.sent(by_keyword) == {wire_name: member.wire_value()}
        assert member.sent(member.call(member.empty, "set_{}", kind(member.value()))) == member.sent(by_keyword)


@pytest.mark.parametrize(
    "kind",
    [
        dict,
        OrderedDict,
        MappingProxyType,
        UserDict,
    ],
)
@every_map
def test_any_mapping_is_taken(name: str, wire_name: str, kind: Callable[[Any], Any]) -> None:
    member = Member(name, wire_name)
    by_keyword = client_method(name)(**{member.name: kind(member.value())})
    assert member.sent(by_keyword) == {wire_name: member.wire_value()}
    assert member.sent(member.call(member.empty, "set_{}", kind(member.value()))) == member.sent(by_keyword)
