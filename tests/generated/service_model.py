"""The service model as botocore reads it, with our classes beside it: the oracle of the generated package.

Names are matched by their letters alone, so that no rule of the generator is taken for granted.
"""

# The oracle ships no types.
# pyright: reportMissingTypeStubs=false

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias

import attrs
from botocore.loaders import Loader
from botocore.model import ServiceModel, StructureShape

from codepipeline_sdk import operation, types
from codepipeline_sdk._runtime.fluent import FluentBuilder
from codepipeline_sdk._runtime.operation import Operation

if TYPE_CHECKING:
    from attrs import AttrsInstance

# Any: the tests handle the operations of all inputs and outputs alike.
AnyOperation: TypeAlias = Operation[Any, Any]
AnyBuilder: TypeAlias = FluentBuilder[Any, Any]


class Shape(Protocol):
    """A shape of the model as botocore presents it; which attributes there are depends on `type_name`."""

    name: str
    type_name: str
    metadata: Mapping[str, object]
    enum: Sequence[str]
    members: Mapping[str, Shape]
    required_members: Sequence[str]
    member: Shape
    value: Shape


class OperationModel(Protocol):
    """An operation of the model as botocore presents it."""

    name: str
    input_shape: Shape | None
    output_shape: Shape | None
    error_shapes: Sequence[Shape]
    idempotent_members: Sequence[str]


# Any: the protocols above say what is used of the oracle.
_loader: Any = Loader()
_model: Any = ServiceModel(_loader.load_service_model("codepipeline", "service-2"), "codepipeline")

METADATA: Final[Mapping[str, Any]] = _model.metadata
PAGINATION: Final[Mapping[str, Any]] = _loader.load_service_model("codepipeline", "paginators-1")["pagination"]
MODELS: Final[Mapping[str, OperationModel]] = {name: _model.operation_model(name) for name in _model.operation_names}
SHAPES: Final[Mapping[str, Shape]] = {name: _model.shape_for(name) for name in _model.shape_names}
EXCEPTIONS: Final = {name: shape for name, shape in SHAPES.items() if shape.metadata.get("exception")}
ENUMS: Final = {name: shape for name, shape in SHAPES.items() if shape.type_name == "string" and shape.enum}

_OWN: Final = {
    shape.name for model in MODELS.values() for shape in (model.input_shape, model.output_shape) if shape is not None
}
STRUCTURES: Final = {
    name: shape
    for name, shape in SHAPES.items()
    if shape.type_name == "structure" and name not in EXCEPTIONS and name not in _OWN
}
"""The shapes that are classes in `types`: every structure but inputs, outputs and exceptions."""


def reachable(shapes: Sequence[Shape | None]) -> set[str]:
    """Return the names of these shapes and of all that they are made of."""
    waiting = [shape for shape in shapes if shape is not None]
    found: set[str] = set()
    while waiting:
        shape = waiting.pop()
        if shape.name not in found:
            found.add(shape.name)
            waiting.extend(_parts(shape))
    return found


def _parts(shape: Shape) -> Sequence[Shape]:
    match shape.type_name:
        case "structure":
            return list(shape.members.values())
        case "list":
            return [shape.member]
        case "map":
            return [shape.value]
        case _:
            return []


SENT: Final = reachable([model.input_shape for model in MODELS.values()])
RECEIVED: Final = reachable([model.output_shape for model in MODELS.values()])
TWO_WAY: Final = {name: shape for name, shape in STRUCTURES.items() if name in SENT & RECEIVED}
"""The structures that can be both received and sent."""


_constants: list[AnyOperation] = [
    getattr(import_module(f"codepipeline_sdk.operation.{name}"), name.upper()) for name in operation.__all__
]
OPERATIONS: Final = {constant.name: constant for constant in _constants}
"""Our operations by their API names."""

_CLASSES: Final[Mapping[str, Any]] = {name.lower(): getattr(types, name) for name in types.__all__}


_no_members: dict[str, object] = {"type": "structure", "members": {}}
_NOTHING: Final[Any] = StructureShape("Nothing", _no_members)


def input_shape(name: str) -> Shape:
    """Return the input of an operation; where the model has none, a structure without members."""
    return MODELS[name].input_shape or _NOTHING


def output_shape(name: str) -> Shape:
    """Return the output of an operation; where the model has none, a structure without members."""
    return MODELS[name].output_shape or _NOTHING


def class_of(shape: Shape) -> Any:
    """Return our class of a structure or enum in `types`."""
    return _CLASSES[shape.name.lower()]


def encoder_of(shape: Shape) -> Callable[[object], Any]:
    """Return the function that makes the wire form of a structure in `types`."""
    return _codec(shape, "encode")


def decoder_of(shape: Shape) -> Callable[[object], Any]:
    """Return the function that makes an object of a structure in `types` of its wire form."""
    return _codec(shape, "decode")


def _codec(shape: Shape, verb: str) -> Callable[[object], Any]:
    module: str = class_of(shape).__module__.rpartition(".")[2]
    codec: Callable[[object], Any] = getattr(import_module(f"codepipeline_sdk._wire.{module}"), f"{verb}{module}")
    return codec


def builder_class(known: AnyOperation) -> type[AnyBuilder]:
    """Return the fluent builder of an operation."""
    kind: type[AnyBuilder] = getattr(sys.modules[known.input.__module__], f"{known.name}FluentBuilder")
    return kind


def member(value: object, wire_name: str) -> Any:
    """Return a member of an object of ours by its wire name."""
    return getattr(value, attribute_name(type(value), wire_name))


def attribute_name(kind: type, wire_name: str) -> str:
    """Return what a member is called in our class."""
    return _attribute_names(kind)[_letters(wire_name)]


@cache
def _attribute_names(kind: type[AttrsInstance]) -> Mapping[str, str]:
    return {_letters(attribute.name): attribute.name for attribute in attrs.fields(kind)}


def _letters(name: str) -> str:
    return name.replace("_", "").lower()
