"""The decisions between the model and the renderers."""

from __future__ import annotations

from typing import Any

import pytest

from codegen import resolve as resolve_module
from codegen.docs import ModelError
from codegen.load import Sources
from codegen.model import Member, Operation, Pagination, Redaction, Service, Structure, Type
from codegen.resolve import resolve


def _resolved(toy: dict[str, Any]) -> Service:
    return resolve(Sources(**toy))


def _operation(service: Service, name: str) -> Operation:
    return next(operation for operation in service.operations if operation.name == name)


def _structure(service: Service, name: str) -> Structure:
    return next(structure for structure in service.structures if structure.name == name)


def _member(structure: Structure, name: str) -> Member:
    return next(member for member in structure.members if member.name == name)


# What the service is


def test_the_facts_of_the_service_come_from_its_metadata(toy: dict[str, Any]) -> None:
    service = _resolved(toy)
    assert (service.service_id, service.api_version) == ("Obstacle Course", "2020-02-29")
    assert (service.signing_name, service.target_prefix) == ("obstacles", "ObstacleCourse_20200229")
    assert service.json_version == "1.1"


def test_without_a_signing_name_the_endpoint_prefix_signs(toy: dict[str, Any]) -> None:
    toy["service"]["metadata"]["endpointPrefix"] = "prefix"
    del toy["service"]["metadata"]["signingName"]
    assert _resolved(toy).signing_name == "prefix"


def test_a_service_that_prefers_cbor_but_speaks_json_is_accepted(toy: dict[str, Any]) -> None:
    toy["service"]["metadata"] |= {"protocol": "smithy-rpc-v2-cbor", "protocols": ["smithy-rpc-v2-cbor", "json"]}
    assert _resolved(toy).json_version == "1.1"


@pytest.mark.parametrize("protocols", [["smithy-rpc-v2-cbor"], ["rest-json", "query"], []])
def test_a_service_that_does_not_speak_json_is_refused(toy: dict[str, Any], protocols: list[str]) -> None:
    toy["service"]["metadata"]["protocols"] = protocols
    with pytest.raises(ModelError, match="does not speak awsJson"):
        _resolved(toy)


def test_everything_is_sorted_by_name_except_members_and_enum_values(toy: dict[str, Any]) -> None:
    service = _resolved(toy)
    for names in (
        [operation.name for operation in service.operations],
        [structure.name for structure in service.structures],
        [enum.name for enum in service.enums],
        [error.name for error in service.errors],
        *([*operation.errors] for operation in service.operations),
    ):
        assert names == sorted(names)
    assert [member.wire_name for member in _structure(service, "Obstacle").members][:3] == ["type", "id", "class"]
    assert service.enums[0].variants[:2] == (("NONE", "none"), ("TRUE", "True"))


# Which classes there are


def test_structures_are_classes_but_inputs_outputs_and_exceptions_are_not_among_them(toy: dict[str, Any]) -> None:
    service = _resolved(toy)
    assert [(structure.name, structure.module) for structure in service.structures] == [
        ("AwsSessionCredentials", "_aws_session_credentials"),
        ("Finish", "_finish"),
        ("Obstacle", "_obstacle"),
        ("ObstacleFilter", "_obstacle_filter"),
        ("S3Location", "_s3_location"),
    ]
    assert [error.name for error in service.errors] == ["CourseNotFoundException", "TooTiredException"]


def test_a_structure_knows_whether_it_is_sent_and_received_however_deep(toy: dict[str, Any]) -> None:
    directions = {structure.name: (structure.sent, structure.received) for structure in _resolved(toy).structures}
    assert directions == {
        "AwsSessionCredentials": (False, True),
        "Finish": (False, True),
        "Obstacle": (True, True),
        "ObstacleFilter": (True, False),
        "S3Location": (True, True),
    }


def test_an_operation_without_output_still_has_one_of_its_own(toy: dict[str, Any]) -> None:
    rest = _operation(_resolved(toy), "Rest")
    assert (rest.output.name, rest.output.members) == ("RestOutput", ())
    assert (rest.input.name, rest.input.members) == ("RestInput", ())


def test_an_operation_has_the_names_of_its_module_and_constant(toy: dict[str, Any]) -> None:
    operation = _operation(_resolved(toy), "RunCourse")
    assert (operation.module, operation.constant) == ("run_course", "RUN_COURSE")
    assert (operation.input.name, operation.output.name) == ("RunCourseInput", "RunCourseOutput")


# Members


def test_members_keep_their_wire_names_and_the_order_of_the_model(toy: dict[str, Any]) -> None:
    assert [(member.name, member.wire_name) for member in _structure(_resolved(toy), "Obstacle").members] == [
        ("type", "type"),
        ("id", "id"),
        ("class_", "class"),
        ("none", "None"),
        ("self_", "self"),
        ("from_", "from"),
        ("n100_percent", "100Percent"),
        ("kms", "KMS"),
        ("s3_bucket", "S3Bucket"),
        ("s3_location", "s3location"),
        ("allowed_ip_range", "AllowedIPRange"),
        ("settings", "settings"),
    ]


def test_required_members_are_those_that_the_model_lists(toy: dict[str, Any]) -> None:
    assert [member.name for member in _structure(_resolved(toy), "Obstacle").members if member.required] == [
        "type",
        "id",
    ]


def test_the_idempotency_member_is_the_one_that_the_model_marks(toy: dict[str, Any]) -> None:
    service = _resolved(toy)
    assert {operation.name: operation.idempotency_member for operation in service.operations} == {
        "ListObstacles": None,
        "ListRunners": None,
        "Rest": None,
        "RunCourse": "client_request_token",
    }


def test_a_member_without_documentation_has_that_of_its_shape(toy: dict[str, Any]) -> None:
    service = _resolved(toy)
    assert _member(_operation(service, "RunCourse").output, "credentials").doc == "Every member is a secret."
    assert _member(_structure(service, "Obstacle"), "type").doc == "What it is made of."


@pytest.mark.parametrize(
    ("shape", "kind"),
    [
        ("String", "string"),
        ("Difficulty", "integer"),
        ("Boolean", "boolean"),
        ("Timestamp", "timestamp"),
        ("Grip", "enum"),
        ("Finish", "structure"),
        ("Names", "list"),
        ("Settings", "map"),
    ],
)
def test_each_shape_has_its_kind(toy: dict[str, Any], shape: str, kind: str) -> None:
    toy["service"]["shapes"]["RunCourseInput"]["members"] = {"course": {"shape": shape}}
    assert _operation(_resolved(toy), "RunCourse").input.members[0].type.kind == kind


def test_a_long_is_an_integer(toy: dict[str, Any]) -> None:
    toy["service"]["shapes"]["Difficulty"]["type"] = "long"
    assert _member(_structure(_resolved(toy), "Obstacle"), "n100_percent").type.kind == "integer"


@pytest.mark.parametrize("kind", ["blob", "double", "bigDecimal"])
def test_an_unknown_type_is_refused(toy: dict[str, Any], kind: str) -> None:
    toy["service"]["shapes"]["Difficulty"]["type"] = kind
    with pytest.raises(ModelError, match=f"Difficulty has the unknown type '{kind}'"):
        _resolved(toy)


@pytest.mark.row("1.2-docs")
@pytest.mark.parametrize(
    ("shape", "limits"),
    [
        ({"type": "string", "min": 1, "max": 40}, "Length 1 to 40 characters."),
        ({"type": "string", "min": 3, "max": 3}, "Length exactly 3 characters."),
        ({"type": "string", "max": 40}, "Length at most 40 characters."),
        ({"type": "string", "min": 2}, "Length at least 2 characters."),
        ({"type": "string", "min": 0}, ""),
        ({"type": "string", "min": 0, "max": 9}, "Length 0 to 9 characters."),
        ({"type": "string", "pattern": "[a-z]+"}, "Pattern `[a-z]+`."),
        ({"type": "string", "max": 4, "pattern": "x*"}, "Length at most 4 characters. Pattern `x*`."),
        ({"type": "integer", "min": 1, "max": 50}, "Value 1 to 50."),
        ({"type": "list", "member": {"shape": "String"}, "max": 5}, "Size at most 5 items."),
        (
            {"type": "map", "key": {"shape": "String"}, "value": {"shape": "String"}, "min": 1, "max": 2},
            "Size 1 to 2 entries.",
        ),
        ({"type": "boolean"}, ""),
    ],
)
def test_limits_are_told_as_sentences(toy: dict[str, Any], shape: dict[str, Any], limits: str) -> None:
    toy["service"]["shapes"]["Name"] = shape
    assert _member(_operation(_resolved(toy), "RunCourse").input, "course").type.limits == limits


# Secrets


@pytest.mark.row("1.4-redaction")
def test_every_member_of_a_sensitive_structure_is_redacted_and_so_is_a_member_that_holds_one(
    toy: dict[str, Any],
) -> None:
    service = _resolved(toy)
    members = _structure(service, "AwsSessionCredentials").members
    assert {member.type.redaction for member in members} == {Redaction.ALL}
    assert _member(_operation(service, "RunCourse").output, "credentials").type.redaction is Redaction.ALL


def test_the_overlay_redacts_texts_and_the_values_of_maps(toy: dict[str, Any]) -> None:
    service = _resolved(toy)
    assert _member(_operation(service, "RunCourse").input, "nonce").type.redaction is Redaction.ALL
    assert _member(_structure(service, "Obstacle"), "settings").type.redaction is Redaction.VALUES
    assert _member(_structure(service, "Obstacle"), "id").type.redaction is Redaction.NONE


@pytest.mark.parametrize(
    "shape",
    [
        {"type": "list", "member": {"shape": "Nonce"}},
        {"type": "map", "key": {"shape": "String"}, "value": {"shape": "Nonce"}},
    ],
)
def test_a_list_or_map_of_secrets_is_a_secret(toy: dict[str, Any], shape: dict[str, Any]) -> None:
    toy["service"]["shapes"]["Nonces"] = shape
    toy["service"]["shapes"]["RunCourseInput"]["members"]["nonce"] = {"shape": "Nonces"}
    assert _member(_operation(_resolved(toy), "RunCourse").input, "nonce").type.redaction is Redaction.ALL


@pytest.mark.parametrize("overlay", ["SENSITIVE_SHAPES", "SENSITIVE_VALUES"])
def test_an_overlay_entry_that_matches_nothing_is_refused(
    toy: dict[str, Any], monkeypatch: pytest.MonkeyPatch, overlay: str
) -> None:
    monkeypatch.setattr(resolve_module, overlay, frozenset({"Renamed"}))
    with pytest.raises(ModelError, match=r"the overlay names shapes that the model lacks: \['Renamed'\]"):
        _resolved(toy)


# Pagination


def test_pagination_is_told_in_the_names_of_python(toy: dict[str, Any]) -> None:
    pages = _operation(_resolved(toy), "ListObstacles").pagination
    assert pages == Pagination(
        input_token="next_token",
        output_token="next_token",
        items="obstacles",
        item_type=Type(kind="structure", name="Obstacle", module="_obstacle"),
        limit="max_results",
        limit_maximum=50,
    )


def test_an_operation_without_a_page_size_has_no_limit(toy: dict[str, Any]) -> None:
    pages = _operation(_resolved(toy), "ListRunners").pagination
    assert pages is not None
    assert (pages.limit, pages.limit_maximum, pages.item_type.kind) == (None, None, "string")


def test_an_operation_that_no_paginator_names_has_no_pages(toy: dict[str, Any]) -> None:
    assert _operation(_resolved(toy), "RunCourse").pagination is None


@pytest.mark.parametrize("key", ["input_token", "output_token", "limit_key", "result_key"])
def test_a_paginator_that_names_a_missing_member_is_refused(toy: dict[str, Any], key: str) -> None:
    toy["paginators"]["pagination"]["ListObstacles"][key] = "missing"
    with pytest.raises(ModelError, match="has no member 'missing', which its pagination names"):
        _resolved(toy)


def test_a_paginator_of_what_is_no_list_is_refused(toy: dict[str, Any]) -> None:
    toy["paginators"]["pagination"]["ListObstacles"]["result_key"] = "NextToken"
    with pytest.raises(ModelError, match=r"ListObstaclesOutput\.next_token is paginated but no list"):
        _resolved(toy)


# What cannot be generated


@pytest.mark.parametrize(
    ("wire_name", "clash"),
    [
        ("Class", "class_"),
        ("S3location", "s3_location"),
        ("requestId", "request_id"),
        ("unknownMembers", "unknown_members"),
        ("setId", "set_id"),
        ("getId", "get_id"),
    ],
)
def test_two_members_that_would_share_a_name_are_refused(toy: dict[str, Any], wire_name: str, clash: str) -> None:
    toy["service"]["shapes"]["Obstacle"]["members"][wire_name] = {"shape": "String"}
    with pytest.raises(ModelError, match=rf"members clash after renaming: \[.*'{clash}'"):
        _resolved(toy)


def test_two_shapes_that_would_share_a_module_are_refused(toy: dict[str, Any]) -> None:
    toy["service"]["shapes"]["S3location"] = {"type": "string", "enum": ["here"]}
    with pytest.raises(ModelError, match=r"shapes clash after renaming: \['_s3_location'\]"):
        _resolved(toy)


def test_two_values_of_an_enum_that_would_share_a_constant_are_refused(toy: dict[str, Any]) -> None:
    toy["service"]["shapes"]["Grip"]["enum"].append("one_hand")
    with pytest.raises(ModelError, match=r"values of Grip clash after renaming: \['ONE_HAND'\]"):
        _resolved(toy)


@pytest.mark.parametrize("through", ["Obstacle", "Obstacles", "ObstaclesByName"])
def test_a_structure_that_contains_itself_is_refused(toy: dict[str, Any], through: str) -> None:
    toy["service"]["shapes"]["Obstacle"]["members"]["next"] = {"shape": through}
    with pytest.raises(ModelError, match="contains itself"):
        _resolved(toy)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("required", "name", "a list is expected"),
        ("members", [], "an object is expected"),
        ("required", [1], "a text is expected"),
    ],
)
def test_a_model_of_another_form_is_refused(toy: dict[str, Any], key: str, value: object, message: str) -> None:
    toy["service"]["shapes"]["Obstacle"][key] = value
    with pytest.raises(ModelError, match=message):
        _resolved(toy)
