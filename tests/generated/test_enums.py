"""Every open enum: the known values of the model, any other text, and that members are the strings they are."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from typing import Any, Final

import pytest

from codepipeline_sdk.convert import from_dict
from codepipeline_sdk.error import Error, UnknownVariantError
from codepipeline_sdk.primitives import OpenEnum
from codepipeline_sdk.types import StageRetryMode
from tests.generated.service_model import (
    ENUMS,
    OPERATIONS,
    STRUCTURES,
    Shape,
    class_of,
    input_shape,
    member,
    output_shape,
)
from tests.generated.wire_values import full

UNKNOWN: Final = "Value of tomorrow 🌅"

every_enum = pytest.mark.parametrize("name", sorted(ENUMS))

COPIES: Final[dict[str, Callable[[Any], Any]]] = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": lambda value: pickle.loads(pickle.dumps(value)),
}


def enum_class(name: str) -> type[OpenEnum]:
    kind: type[OpenEnum] = class_of(ENUMS[name])
    return kind


@pytest.mark.row("1.4-values")
@every_enum
def test_the_known_values_are_those_of_the_model_in_its_order(name: str) -> None:
    kind = enum_class(name)
    assert list(kind.values()) == list(ENUMS[name].enum)
    assert {type(value) for value in kind.values()} == {kind}
    assert all(value.is_known for value in kind.values())


@every_enum
def test_every_known_value_is_a_constant_of_its_class(name: str) -> None:
    kind = enum_class(name)
    constants = {key: value for key, value in vars(kind).items() if key.isupper()}
    assert list(constants.values()) == list(kind.values())
    assert [key.replace("_", "") for key in constants] == [
        "".join(filter(str.isalnum, text)).upper() for text in ENUMS[name].enum
    ]
    assert [repr(value) for value in constants.values()] == [f"{kind.__name__}.{key}" for key in constants]


@every_enum
def test_the_text_of_a_known_value_gives_the_very_constant(name: str) -> None:
    kind = enum_class(name)
    for value in kind.values():
        assert kind(str(value)) is kind.try_parse(str(value)) is value


@pytest.mark.row("1.4-enums")
@pytest.mark.row("1.4-from-str")
@every_enum
def test_an_unknown_value_keeps_its_text_and_says_so(name: str) -> None:
    kind = enum_class(name)
    for text in (UNKNOWN, "", kind.values()[0].lower() + "x"):
        value = kind(text)
        assert type(value) is kind
        assert (value, value.value, value.is_known) == (text, text, False)
        assert repr(value) == f"{kind.__name__}({text!r})"
        assert value not in kind.values()


@pytest.mark.row("1.4-try-parse")
@every_enum
def test_try_parse_refuses_an_unknown_value(name: str) -> None:
    with pytest.raises(UnknownVariantError, match=f"unknown enum variant: '{UNKNOWN}'") as caught:
        enum_class(name).try_parse(UNKNOWN)
    assert isinstance(caught.value, Error)
    assert isinstance(caught.value, ValueError)


@pytest.mark.row("1.4-as-str")
@pytest.mark.trap(8)
@every_enum
def test_a_value_is_the_string_it_is(name: str) -> None:
    kind = enum_class(name)
    for text in (*ENUMS[name].enum, UNKNOWN):
        value = kind(text)
        assert str(value) == f"{value}" == f"{value!s:}" == format(value) == "%s" % value == value.value == text  # noqa: UP031
        assert (type(str(value)), type(value.value)) == (str, str)
        assert f"{value:>40}" == f"{text:>40}"
        assert json.dumps({value: value}) == json.dumps({text: text})
        assert value == text
        assert hash(value) == hash(text)
        assert {text: 1}[value] == 1


@every_enum
@pytest.mark.parametrize("way", sorted(COPIES))
def test_a_copied_value_is_equal_and_of_its_class(name: str, way: str) -> None:
    kind = enum_class(name)
    for value in (*kind.values(), kind(UNKNOWN)):
        twin = COPIES[way](value)
        assert twin == value
        assert type(twin) is kind
        assert twin.is_known == value.is_known


@pytest.mark.parametrize(
    ("text", "expected"),
    [("FAILED_ACTIONS", "the failed ones"), ("ALL_ACTIONS", "all"), ("SOME", "new: SOME")],
)
def test_values_match_as_patterns(text: str, expected: str) -> None:
    match StageRetryMode(text):
        case StageRetryMode.FAILED_ACTIONS:
            found = "the failed ones"
        case StageRetryMode.ALL_ACTIONS:
            found = "all"
        case other:
            found = f"new: {other}"
    assert found == expected


def enums_in(value: Any, shape: Shape) -> list[tuple[object, type]]:
    """Return every value of an enum shape in an object, each with the class that it ought to have."""
    match shape.type_name:
        case "structure":
            return [found for name, inner in shape.members.items() for found in enums_in(member(value, name), inner)]
        case "list":
            return [found for item in value for found in enums_in(item, shape.member)]
        case "map":
            return [found for item in value.values() for found in enums_in(item, shape.value)]
        case "string" if shape.enum:
            return [(value, class_of(shape))]
        case _:
            return []


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_every_enum_in_an_input_and_an_output_is_of_its_class(name: str) -> None:
    operation = OPERATIONS[name]
    made = from_dict(operation.input, full(input_shape(name)), names="wire")
    read = operation.decode(full(output_shape(name)))
    found = enums_in(made, input_shape(name)) + enums_in(read, output_shape(name))
    assert [type(value) for value, _ in found] == [kind for _, kind in found]


def test_every_enum_is_a_member_of_some_structure() -> None:
    shapes = [*STRUCTURES.values(), *map(input_shape, OPERATIONS), *map(output_shape, OPERATIONS)]
    used = {inner.name for shape in shapes for inner in shape.members.values()}
    used |= {inner.member.name for shape in shapes for inner in shape.members.values() if inner.type_name == "list"}
    assert set(ENUMS) - used == set()
