"""The generated package has what the service model has: no more, no less, under the names that users know."""

from __future__ import annotations

import ast
import inspect
import sys
from importlib import import_module
from types import ModuleType

import attrs
import pytest

import codepipeline_sdk
from codepipeline_sdk import Client, meta, operation, types
from codepipeline_sdk._runtime.operation import OperationOutput
from codepipeline_sdk._runtime.paginate import Paginator, SizedPaginator
from codepipeline_sdk.convert import from_dict
from codepipeline_sdk.error import ServiceError
from codepipeline_sdk.primitives import OpenEnum, ResponseMetadata
from codepipeline_sdk.types import error as type_errors
from tests.generated.service_model import (
    ENUMS,
    EXCEPTIONS,
    METADATA,
    MODELS,
    OPERATIONS,
    PAGINATION,
    STRUCTURES,
    TWO_WAY,
    AnyOperation,
    Shape,
    attribute_name,
    builder_class,
    class_of,
    input_shape,
    member,
    output_shape,
)
from tests.generated.wire_values import full

every_operation = pytest.mark.parametrize("name", sorted(OPERATIONS))
every_structure = pytest.mark.parametrize("name", sorted(STRUCTURES))
every_paginated_operation = pytest.mark.parametrize("name", sorted(PAGINATION))
every_package = pytest.mark.parametrize(
    "package", [codepipeline_sdk, operation, types], ids=lambda package: package.__name__
)


def module_of(known: AnyOperation) -> ModuleType:
    return sys.modules[known.input.__module__]


def names_of(kind: type, shape: Shape) -> list[str]:
    """Return what the members of a structure are called in our class, in the order of the model."""
    return [attribute_name(kind, wire_name) for wire_name in shape.members]


def fields_of(kind: type[attrs.AttrsInstance]) -> list[attrs.Attribute[object]]:
    return list(attrs.fields(kind))


@pytest.mark.row("0-size")
@pytest.mark.row("0-no-output")
def test_the_model_is_as_large_as_the_goal_table_says() -> None:
    without_output = [name for name, model in MODELS.items() if model.output_shape is None]
    token_members = [(name, member_name) for name, model in MODELS.items() for member_name in model.idempotent_members]
    assert len(MODELS) == 44
    assert len(without_output) == 10
    assert len(PAGINATION) == 8
    assert len(EXCEPTIONS) == 42
    assert len(STRUCTURES) == 111
    assert len(TWO_WAY) == 43
    assert len(ENUMS) == 35
    assert token_members == [("StartPipelineExecution", "clientRequestToken")]


@pytest.mark.row("0-size")
def test_the_operations_are_the_models() -> None:
    assert sorted(OPERATIONS) == sorted(MODELS)
    assert len(operation.__all__) == len(MODELS)


@pytest.mark.row("0-service")
def test_the_service_is_described_as_in_the_model() -> None:
    (service,) = {id(known.service): known.service for known in OPERATIONS.values()}.values()
    assert service.service_id == meta.SERVICE_ID == METADATA["serviceId"]
    assert service.api_version == meta.API_VERSION == METADATA["apiVersion"]
    assert service.signing_name == METADATA["endpointPrefix"]
    assert service.errors is type_errors.ERRORS


def test_types_are_the_structures_and_enums_of_the_model() -> None:
    classes = {class_of(shape) for shape in (*STRUCTURES.values(), *ENUMS.values())}
    assert classes == {getattr(types, name) for name in types.__all__}
    assert {kind for kind in classes if issubclass(kind, OpenEnum)} == {class_of(shape) for shape in ENUMS.values()}


@pytest.mark.row("1.3-nested")
@every_structure
def test_a_structure_has_the_members_of_the_model_and_demands_the_required_ones(name: str) -> None:
    shape, kind = STRUCTURES[name], class_of(STRUCTURES[name])
    fields = [field for field in fields_of(kind) if field.name != "unknown_members"]
    required = [attribute_name(kind, wire_name) for wire_name in shape.required_members]
    assert [field.name for field in fields] == names_of(kind, shape)
    assert {field.name for field in fields if field.default is attrs.NOTHING} == set(required)
    assert {field.default for field in fields if field.name not in required} <= {None}
    assert all(field.kw_only for field in fields)


@every_structure
def test_just_the_two_way_structures_keep_unknown_members(name: str) -> None:
    names = [field.name for field in fields_of(class_of(STRUCTURES[name]))]
    assert ("unknown_members" in names) == (name in TWO_WAY)


@pytest.mark.row("1.3-input")
@every_operation
def test_an_input_has_the_members_of_the_model_all_optional(name: str) -> None:
    kind = OPERATIONS[name].input
    assert [field.name for field in fields_of(kind)] == names_of(kind, input_shape(name))
    assert {field.default for field in fields_of(kind)} == {None}


@every_operation
def test_an_operation_knows_its_required_members(name: str) -> None:
    kind = OPERATIONS[name].input
    required = [attribute_name(kind, wire_name) for wire_name in input_shape(name).required_members]
    assert sorted(OPERATIONS[name].required) == sorted(required)


@pytest.mark.row("0-no-output")
@every_operation
def test_an_output_has_the_members_of_the_model_and_a_request_id(name: str) -> None:
    kind = OPERATIONS[name].output
    assert issubclass(kind, OperationOutput)
    own = [field.name for field in fields_of(kind) if field.name != "response_metadata"]
    assert own == names_of(kind, output_shape(name))
    output = from_dict(kind, full(output_shape(name)), names="wire")
    assert output.request_id is None
    output.response_metadata = ResponseMetadata(request_id="id-1", status=200, headers={}, attempts=())
    assert output.request_id == "id-1"


@pytest.mark.row("1.5-operation-errors")
@every_operation
def test_the_errors_of_an_operation_are_the_models(name: str) -> None:
    known = OPERATIONS[name]
    expected = sorted(shape.name for shape in MODELS[name].error_shapes)
    assert [error.__name__ for error in known.errors] == expected
    assert getattr(module_of(known), f"{name}Error") is known.errors


@pytest.mark.row("0-exceptions")
def test_the_exceptions_are_the_models_by_their_codes() -> None:
    assert sorted(type_errors.ERRORS) == sorted(EXCEPTIONS)
    for code, kind in type_errors.ERRORS.items():
        assert issubclass(kind, ServiceError)
        assert kind().code == kind.__name__ == code
        assert getattr(type_errors, code) is kind


@pytest.mark.row("0-token")
def test_one_operation_carries_an_idempotency_token() -> None:
    (known,) = [known for known in OPERATIONS.values() if known.idempotency]
    assert known.idempotency is not None
    assert known.name == "StartPipelineExecution"
    given = known.input(client_request_token="")
    assert known.idempotency.token(known.input()) is None
    assert not known.idempotency.token(given)
    assert known.idempotency.with_token(given, "token") == known.input(client_request_token="token")


@pytest.mark.row("0-paginated")
@pytest.mark.row("1.2-paginator")
@pytest.mark.row("1.4-modules")
@every_operation
def test_the_names_of_a_module_follow_its_operation(name: str) -> None:
    known = OPERATIONS[name]
    module = module_of(known)
    classes = {kind.__name__: kind for _, kind in inspect.getmembers(module, inspect.isclass)}
    builder = builder_class(known)
    expected = {f"{name}Input": known.input, f"{name}Output": known.output, f"{name}FluentBuilder": builder}
    assert expected.items() <= classes.items()
    assert (f"{name}Paginator" in classes) == hasattr(builder, "into_paginator") == (name in PAGINATION)
    assert module.__name__.rpartition(".")[2].replace("_", "") == name.lower()


@pytest.mark.row("1.1-methods")
def test_the_client_has_one_method_for_each_operation() -> None:
    own = {name for name, _ in inspect.getmembers(Client, inspect.isfunction) if name in vars(Client)}
    assert own == set(operation.__all__)


@every_paginated_operation
def test_pages_are_walked_by_the_members_that_the_model_names(name: str) -> None:
    known, facts = OPERATIONS[name], PAGINATION[name]
    paging = vars(module_of(known))["_PAGING"]
    page = from_dict(known.output, full(output_shape(name)), names="wire")
    request = from_dict(known.input, full(input_shape(name)), names="wire")
    advanced = paging.advance(request, "token of the next page")
    assert paging.token(page) == member(page, facts["output_token"])
    assert paging.items(page) is member(page, facts["result_key"])
    assert paging.starting_token(request) == member(request, facts["input_token"])
    assert member(advanced, facts["input_token"]) == "token of the next page"
    assert paging.advance(advanced, paging.starting_token(request)) == request
    assert paging.items(paging.truncate(page, 0)) == []


@pytest.mark.row("0-paginated")
@every_paginated_operation
def test_a_page_size_is_there_where_the_model_has_one(name: str) -> None:
    known, facts = OPERATIONS[name], PAGINATION[name]
    module = module_of(known)
    kind, paging = vars(module)[f"{name}Paginator"], vars(module)["_PAGING"]
    request = from_dict(known.input, full(input_shape(name)), names="wire")
    if "limit_key" in facts:
        assert kind.__mro__[1:3] == (SizedPaginator, Paginator)
        assert paging.page_size(request) == member(request, facts["limit_key"])
        assert member(paging.resize(request, 3), facts["limit_key"]) == 3
        assert paging.largest_page == input_shape(name).members[facts["limit_key"]].metadata.get("max", 0)
    else:
        assert kind.__mro__[1] is Paginator
        assert paging.page_size(request) is None
        assert paging.resize(request, 3) is request


@pytest.mark.row("1.4-modules")
@every_package
def test_every_public_name_of_a_package_imports_and_all_is_sorted(package: ModuleType) -> None:
    names: list[str] = package.__all__
    assert names == sorted(names)
    assert len(set(names)) == len(names)
    assert set(names) <= set(dir(package))
    for name in names:
        assert getattr(package, name) is not None
    with pytest.raises(AttributeError, match="has no attribute 'Nothing'"):
        _ = package.Nothing


@every_package
def test_type_checkers_see_the_names_that_are_loaded_lazily(package: ModuleType) -> None:
    tree = ast.parse(inspect.getsource(package))
    blocks = [node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
    imports = [node for block in blocks for node in block.body if isinstance(node, ast.ImportFrom)]
    seen = {alias.asname or alias.name: node.module for node in imports for alias in node.names}
    assert sorted(seen) == sorted(package.__all__)
    for name, module in seen.items():
        assert getattr(import_module(str(module)), name) is getattr(package, name)
