"""resolve: from the model's JSON to the intermediate representation. The only place where decisions are made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from attrs import field, frozen

from codegen.docs import ModelError, markdown
from codegen.load import Json, JsonObject, Sources
from codegen.model import (
    EnumShape,
    ErrorShape,
    Kind,
    Member,
    Operation,
    Pagination,
    Redaction,
    Service,
    Structure,
    Type,
)
from codegen.naming import class_name, constant_name, snake_case
from codegen.overlay import SENSITIVE_SHAPES, SENSITIVE_VALUES

API_REFERENCE: Final = "https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_{}.html"
RESERVED_MEMBERS: Final = {
    "as_input",
    "customize",
    "into_paginator",
    "request_id",
    "response_metadata",
    "send",
    "unknown_members",
}
_SCALARS: Final[Mapping[str, Kind]] = {
    "string": "string",
    "integer": "integer",
    "long": "integer",
    "boolean": "boolean",
    "timestamp": "timestamp",
}


def resolve(sources: Sources) -> Service:
    """Return the service with every name, type, limit and text decided."""
    metadata = _object(sources.service["metadata"])
    if "json" not in _texts(metadata["protocols"]):
        raise ModelError(f"the service does not speak awsJson but {metadata['protocols']}")
    shapes = {name: _object(shape) for name, shape in _object(sources.service["shapes"]).items()}
    _check_overlay(shapes)
    resolver = _Resolver(shapes=shapes, sent=set(), received=set())
    raw_operations = [_object(raw) for raw in _object(sources.service["operations"]).values()]
    resolver.trace(raw_operations)
    pagination = _object(sources.paginators["pagination"])
    structures, enums = tuple(resolver.structures(raw_operations)), tuple(resolver.enums())
    _refuse_clashes("shapes", [*(shape.module for shape in structures), *(shape.module for shape in enums)])
    return Service(
        service_id=_text(metadata["serviceId"]),
        api_version=_text(metadata["apiVersion"]),
        signing_name=_text(metadata.get("signingName", metadata["endpointPrefix"])),
        target_prefix=_text(metadata["targetPrefix"]),
        json_version=_text(metadata["jsonVersion"]),
        doc=markdown(_text(sources.service.get("documentation", ""))),
        operations=tuple(
            sorted(
                (resolver.operation(raw, pagination) for raw in raw_operations), key=lambda operation: operation.name
            )
        ),
        structures=structures,
        enums=enums,
        errors=tuple(
            ErrorShape(name=class_name(name), code=_error_code(shape, name), doc=_doc(shape, name))
            for name, shape in sorted(shapes.items())
            if shape.get("exception")
        ),
    )


@frozen(kw_only=True)
class _Resolver:
    shapes: Mapping[str, JsonObject]
    sent: set[str] = field(factory=set[str])
    received: set[str] = field(factory=set[str])

    def trace(self, operations: Iterable[JsonObject]) -> None:
        """Note which shapes can be sent and which received."""
        for operation in operations:
            for key, seen in (("input", self.sent), ("output", self.received)):
                if key in operation:
                    self._reach(_target(operation[key]), seen)

    def _reach(self, name: str, seen: set[str], path: tuple[str, ...] = ()) -> None:
        if name in path:
            raise ModelError(f"{name} contains itself, which the codecs do not support")
        seen.add(name)
        for target in _targets(self.shapes[name]):
            self._reach(target, seen, (*path, name))

    def operation(self, raw: JsonObject, pagination: JsonObject) -> Operation:
        """Return one operation."""
        name = _text(raw["name"])
        inputs = self._anonymous(raw, "input", f"{name}Input")
        outputs = self._anonymous(raw, "output", f"{name}Output")
        raw_members = self._members_of(raw, "input")
        return Operation(
            name=name,
            module=snake_case(name),
            constant=constant_name(name),
            doc=_with_reference(markdown(_text(raw.get("documentation", ""))), name),
            input=inputs,
            output=outputs,
            errors=tuple(sorted(class_name(_target(error)) for error in _list(raw.get("errors", [])))),
            idempotency_member=next(
                (snake_case(member) for member, ref in raw_members.items() if _object(ref).get("idempotencyToken")),
                None,
            ),
            pagination=_pagination(_object(pagination[name]), inputs, outputs) if name in pagination else None,
        )

    def _members_of(self, raw: JsonObject, key: str) -> JsonObject:
        return _object(self.shapes[_target(raw[key])].get("members", {})) if key in raw else {}

    def _anonymous(self, raw: JsonObject, key: str, name: str) -> Structure:
        """Return the input or output of an operation, which has one of its own even where the model has none."""
        shape = self.shapes[_target(raw[key])] if key in raw else {}
        return Structure(
            name=name,
            module=snake_case(_text(raw["name"])),
            doc=f"The {key} of `{_text(raw['name'])}`.",
            members=self._members(shape),
            sent=key == "input",
            received=key == "output",
        )

    def structures(self, operations: Iterable[JsonObject]) -> Iterator[Structure]:
        """Yield the structures that become classes in `types/`."""
        own = {_target(operation[key]) for operation in operations for key in ("input", "output") if key in operation}
        for name, shape in sorted(self.shapes.items()):
            if shape["type"] == "structure" and not shape.get("exception") and name not in own:
                yield Structure(
                    name=class_name(name),
                    module=f"_{snake_case(name)}",
                    doc=_doc(shape, name),
                    members=self._members(shape),
                    sent=name in self.sent,
                    received=name in self.received,
                )

    def enums(self) -> Iterator[EnumShape]:
        """Yield the enums."""
        for name, shape in sorted(self.shapes.items()):
            if "enum" in shape:
                variants = tuple((constant_name(value), value) for value in _texts(shape["enum"]))
                _refuse_clashes(f"values of {name}", (constant for constant, _ in variants))
                yield EnumShape(
                    name=class_name(name), module=f"_{snake_case(name)}", doc=_doc(shape, name), variants=variants
                )

    def _members(self, shape: JsonObject) -> tuple[Member, ...]:
        required = set(_texts(shape.get("required", [])))
        members = [
            self._member(
                wire_name, _object(ref), required=wire_name in required, sensitive=bool(shape.get("sensitive"))
            )
            for wire_name, ref in _object(shape.get("members", {})).items()
        ]
        names = [member.name for member in members]
        setters = [f"{verb}_{name}" for verb in ("set", "get") for name in names]
        _refuse_clashes("members", [*names, *setters, *RESERVED_MEMBERS])
        return tuple(members)

    def _member(self, wire_name: str, ref: JsonObject, *, required: bool, sensitive: bool) -> Member:
        target = _target(ref)
        shape = self.shapes[target]
        doc = ref.get("documentation") or shape.get("documentation") or ""
        return Member(
            name=snake_case(wire_name),
            wire_name=wire_name,
            type=self._type(target, Redaction.ALL if sensitive else Redaction.NONE),
            required=required,
            doc=markdown(_text(doc)),
            maximum=_int(shape["max"]) if shape["type"] == "integer" and "max" in shape else None,
        )

    def _type(self, name: str, redaction: Redaction = Redaction.NONE) -> Type:
        shape = self.shapes[name]
        if shape.get("sensitive") or name in SENSITIVE_SHAPES:
            redaction = Redaction.ALL
        elif name in SENSITIVE_VALUES:
            redaction = Redaction.VALUES
        limits = _limits(shape)
        match _text(shape["type"]):
            case "structure":
                return Type(kind="structure", name=class_name(name), module=f"_{snake_case(name)}", redaction=redaction)
            case "string" if "enum" in shape:
                return Type(kind="enum", name=class_name(name), module=f"_{snake_case(name)}", redaction=redaction)
            case "list":
                item = self._type(_target(shape["member"]))
                return Type(kind="list", item=item, limits=limits, redaction=_stronger(redaction, item))
            case "map":
                item = self._type(_target(shape["value"]))
                return Type(kind="map", item=item, limits=limits, redaction=_stronger(redaction, item))
            case scalar if scalar in _SCALARS:
                return Type(kind=_SCALARS[scalar], limits=limits, redaction=redaction)
            case other:
                raise ModelError(f"shape {name} has the unknown type {other!r}")


def _stronger(redaction: Redaction, item: Type) -> Redaction:
    return Redaction.ALL if item.redaction is Redaction.ALL else redaction


def _pagination(raw: JsonObject, inputs: Structure, outputs: Structure) -> Pagination:
    def find(structure: Structure, wire_name: Json) -> Member:
        for member in structure.members:
            if member.wire_name == wire_name:
                return member
        raise ModelError(f"{structure.name} has no member {wire_name!r}, which its pagination names")

    items = find(outputs, raw["result_key"])
    limit = find(inputs, raw["limit_key"]) if "limit_key" in raw else None
    if items.type.item is None:
        raise ModelError(f"{outputs.name}.{items.name} is paginated but no list")
    return Pagination(
        input_token=find(inputs, raw["input_token"]).name,
        output_token=find(outputs, raw["output_token"]).name,
        items=items.name,
        item_type=items.type.item,
        limit=limit.name if limit else None,
        limit_maximum=limit.maximum if limit else None,
    )


def _refuse_clashes(what: str, names: Iterable[str]) -> None:
    if clashes := sorted(name for name, count in Counter(names).items() if count > 1):
        raise ModelError(f"{what} clash after renaming: {clashes}")


def _limits(shape: JsonObject) -> str:
    """Return length, size, range and pattern of a shape as sentences."""
    low, high = shape.get("min"), shape.get("max")
    noun, unit = {
        "string": ("Length", " characters"),
        "list": ("Size", " items"),
        "map": ("Size", " entries"),
    }.get(_text(shape["type"]), ("Value", ""))
    parts: list[str] = []
    if low is not None and high is not None:
        parts.append(f"{noun} {low} to {high}{unit}." if low != high else f"{noun} exactly {low}{unit}.")
    elif high is not None:
        parts.append(f"{noun} at most {high}{unit}.")
    elif low:
        parts.append(f"{noun} at least {low}{unit}.")
    if "pattern" in shape:
        parts.append(f"Pattern `{shape['pattern']}`.")
    return " ".join(parts)


def _error_code(shape: JsonObject, name: str) -> str:
    return _text(_object(shape.get("error", {})).get("code", name))


def _doc(shape: JsonObject, name: str) -> str:
    return _with_reference(markdown(_text(shape.get("documentation", ""))), name, exists=not shape.get("enum"))


def _with_reference(text: str, name: str, *, exists: bool = True) -> str:
    text = text or f"`{name}` of the service model."
    return f"{text}\n\n[API reference]({API_REFERENCE.format(name)})" if exists else text


def _targets(shape: JsonObject) -> Iterator[str]:
    for ref in _object(shape.get("members", {})).values():
        yield _target(ref)
    for key in ("member", "key", "value"):
        if key in shape:
            yield _target(shape[key])


def _check_overlay(shapes: Mapping[str, JsonObject]) -> None:
    if unused := (SENSITIVE_SHAPES | SENSITIVE_VALUES) - shapes.keys():
        raise ModelError(f"the overlay names shapes that the model lacks: {sorted(unused)}")


def _target(ref: Json) -> str:
    return _text(_object(ref)["shape"])


def _object(value: Json) -> JsonObject:
    if not isinstance(value, dict):
        raise ModelError(f"an object is expected, not {value!r}")
    return value


def _list(value: Json) -> list[Json]:
    if not isinstance(value, list):
        raise ModelError(f"a list is expected, not {value!r}")
    return value


def _text(value: Json) -> str:
    if not isinstance(value, str):
        raise ModelError(f"a text is expected, not {value!r}")
    return value


def _texts(value: Json) -> list[str]:
    return [_text(item) for item in _list(value)]


def _int(value: Json) -> int:
    if not isinstance(value, int):
        raise ModelError(f"an integer is expected, not {value!r}")
    return value
