"""Structures there and back: between objects and the wire, between objects and plain data, and through copies."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any, Final, Literal

import attrs
import pytest

from codepipeline_sdk.convert import from_dict, to_dict
from codepipeline_sdk.error import ConversionError
from codepipeline_sdk.primitives import JsonObject, JsonValue
from tests.generated.service_model import (
    OPERATIONS,
    SENT,
    STRUCTURES,
    TWO_WAY,
    Shape,
    attribute_name,
    class_of,
    decoder_of,
    encoder_of,
    input_shape,
    output_shape,
)
from tests.generated.wire_values import WireValues, full, map_values

CASES: Final = 20
"""Values generated for each structure."""

Names = Literal["python", "wire"]

every_structure = pytest.mark.parametrize("name", sorted(STRUCTURES))
every_two_way_structure = pytest.mark.parametrize("name", sorted(TWO_WAY))
every_operation = pytest.mark.parametrize("name", sorted(OPERATIONS))
both_names = pytest.mark.parametrize("names", ["python", "wire"])


def wire_forms(shape: Shape, *, dirty: bool = False) -> list[JsonObject]:
    made = [WireValues(f"{shape.name} {case}", dirty=dirty).structure(shape) for case in range(CASES)]
    return [full(shape), *made]


def as_sent_again(data: Any, shape: Shape) -> Any:
    """Return what is sent of a structure that was received: all of it but nulls, null items and `__type`."""
    match shape.type_name:
        case "structure":
            return {
                name: as_sent_again(item, shape.members[name]) if name in shape.members else item
                for name, item in data.items()
                if item is not None and name != "__type"
            }
        case "list":
            return [as_sent_again(item, shape.member) for item in data if item is not None]
        case "map":
            return {key: as_sent_again(item, shape.value) for key, item in data.items() if item is not None}
        case _:
            return data


@every_structure
@both_names
def test_a_structure_survives_plain_data(name: str, names: Names) -> None:
    kind = class_of(STRUCTURES[name])
    for data in wire_forms(STRUCTURES[name]):
        value = from_dict(kind, data, names="wire")
        assert from_dict(kind, to_dict(value, names=names, reveal=True), names=names) == value


@every_operation
@both_names
def test_an_input_and_an_output_survive_plain_data(name: str, names: Names) -> None:
    operation = OPERATIONS[name]
    for kind, shape in ((operation.input, input_shape(name)), (operation.output, output_shape(name))):
        for data in wire_forms(shape):
            value = from_dict(kind, data, names="wire")
            assert from_dict(kind, to_dict(value, names=names, reveal=True), names=names) == value


@every_operation
def test_plain_data_makes_the_output_that_a_reply_makes(name: str) -> None:
    operation = OPERATIONS[name]
    for data in wire_forms(output_shape(name)):
        assert from_dict(operation.output, data, names="wire") == operation.decode(data)


@pytest.mark.parametrize("name", sorted(name for name in STRUCTURES if name in SENT))
def test_an_encoded_structure_is_the_wire_form_it_was_made_of(name: str) -> None:
    shape = STRUCTURES[name]
    for data in wire_forms(shape):
        assert encoder_of(shape)(from_dict(class_of(shape), data, names="wire")) == data


@every_two_way_structure
def test_a_structure_survives_the_wire(name: str) -> None:
    shape = TWO_WAY[name]
    for data in wire_forms(shape):
        value = decoder_of(shape)(data)
        assert decoder_of(shape)(encoder_of(shape)(value)) == value


@every_two_way_structure
def test_what_was_received_is_sent_again_but_nulls_types_and_fillers(name: str) -> None:
    """Unknown members and unknown enum values are kept at every depth."""
    shape = TWO_WAY[name]
    for data in wire_forms(shape, dirty=True):
        assert encoder_of(shape)(decoder_of(shape)(data)) == as_sent_again(data, shape)


@every_two_way_structure
def test_an_empty_structure_is_sent_again_as_it_came(name: str) -> None:
    shape = TWO_WAY[name]
    assert encoder_of(shape)(decoder_of(shape)({})) == {}


@every_two_way_structure
def test_a_filled_member_is_sent_once_it_has_a_value(name: str) -> None:
    shape = TWO_WAY[name]
    data = map_values(full(shape), shape, "boolean", lambda _: True)
    data = map_values(map_values(data, shape, "integer", lambda _: 7), shape, "string", lambda _: "set")
    whole, lacking = decoder_of(shape)(data), decoder_of(shape)({})
    for wire_name in shape.members:
        attribute = attribute_name(class_of(shape), wire_name)
        setattr(lacking, attribute, getattr(whole, attribute))
    assert encoder_of(shape)(lacking) == data


COPIES: Final[dict[str, Callable[[Any], Any]]] = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "evolve": attrs.evolve,
    "pickle": lambda value: pickle.loads(pickle.dumps(value)),
}


@pytest.mark.row("1.3-structs")
@every_two_way_structure
@pytest.mark.parametrize("way", sorted(COPIES))
def test_a_copy_is_sent_as_the_original_is(name: str, way: str) -> None:
    shape = TWO_WAY[name]
    for data in wire_forms(shape, dirty=True):
        value = decoder_of(shape)(data)
        twin = COPIES[way](value)
        assert twin == value
        assert encoder_of(shape)(twin) == encoder_of(shape)(value) == as_sent_again(data, shape)


@pytest.mark.row("1.3-structs")
@every_operation
@pytest.mark.parametrize("way", sorted(COPIES))
def test_inputs_and_outputs_equal_their_copies(name: str, way: str) -> None:
    operation = OPERATIONS[name]
    for value in (
        from_dict(operation.input, full(input_shape(name)), names="wire"),
        from_dict(operation.output, full(output_shape(name)), names="wire"),
    ):
        assert COPIES[way](value) == value


@every_two_way_structure
@both_names
def test_unknown_members_survive_plain_data(name: str, names: Names) -> None:
    shape = TWO_WAY[name]
    news: JsonValue = {"kept": [1, None]}
    value = decoder_of(shape)({**full(shape), "futureMember": news})
    twin = from_dict(class_of(shape), to_dict(value, names=names, reveal=True), names=names)
    assert twin == value
    assert encoder_of(shape)(twin)["futureMember"] == news


@every_two_way_structure
@both_names
def test_plain_data_of_a_structure_that_lacks_members_make_the_same_plain_data(name: str, names: Names) -> None:
    """They show the fillers, so an object made of them counts as whole: plain data cannot say what was absent."""
    shape = TWO_WAY[name]
    data = to_dict(decoder_of(shape)({}), names=names, reveal=True)
    assert to_dict(from_dict(class_of(shape), data, names=names), names=names, reveal=True) == data


@pytest.mark.parametrize(
    ("name", "wire_name"),
    [
        pytest.param(name, wire_name)
        for name, shape in sorted(STRUCTURES.items())
        for wire_name, inner in shape.members.items()
        if inner.type_name == "list"
    ],
)
def test_what_is_no_list_is_refused_where_a_list_is_expected(name: str, wire_name: str) -> None:
    shape = STRUCTURES[name]
    nonsense: tuple[JsonValue, ...] = ("text", {"key": "value"}, 7, True)
    for wrong in nonsense:
        with pytest.raises(ConversionError):
            from_dict(class_of(shape), {**full(shape), wire_name: wrong}, names="wire")
