"""render: the classes in `types/` and their lazy index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from codegen.model import EnumShape, ErrorShape, Member, Redaction, Service, Structure, Type
from codegen.naming import camel_case
from codegen.writer import Writer, for_types_only, module

UNKNOWN_MEMBERS_DOC = (
    "What a response said of this structure that its class cannot express; it is sent again with the structure."
)
_SCALAR_ANNOTATIONS = {"string": "str", "integer": "int", "boolean": "bool", "timestamp": "datetime"}


def annotation(shape: Type, *, received: bool) -> str:
    """Return a type as an annotation: lists and dicts where responses carry it, abstract containers elsewhere."""
    if shape.item is not None:
        item = annotation(shape.item, received=received)
        if shape.kind == "list":
            return f"list[{item}]" if received else f"Sequence[{item}]"
        return f"dict[str, {item}]" if received else f"Mapping[str, {item}]"
    return _SCALAR_ANNOTATIONS.get(shape.kind, shape.name)


def leaf(shape: Type) -> Type:
    """Return the innermost type of nested lists and maps."""
    return leaf(shape.item) if shape.item else shape


def imports_for(members: Iterable[Member], *, received: bool) -> Iterator[str]:
    """Yield the imports that annotations of these members need."""
    kinds = {kind for member in members for kind in _kinds(member.type)}
    containers = [name for kind, name in (("map", "Mapping"), ("list", "Sequence")) if kind in kinds]
    if containers and not received:
        yield f"from collections.abc import {', '.join(containers)}"
    if "timestamp" in kinds:
        yield "from datetime import datetime"
    for shape in {leaf(member.type) for member in members}:
        if shape.name:
            yield f"from codepipeline_sdk.types.{shape.module} import {shape.name}"


def _kinds(shape: Type) -> Iterator[str]:
    yield shape.kind
    if shape.item:
        yield from _kinds(shape.item)


def member_doc(member: Member) -> str:
    """Return what a member is, whether it is required, and its limits."""
    facts = " ".join(filter(None, ["Required." if member.required else "", _limits(member.type)]))
    return "\n\n".join(filter(None, [member.doc or f"`{member.wire_name}`.", facts]))


def _limits(shape: Type) -> str:
    if shape.item is None:
        return shape.limits
    item = _limits(shape.item)
    return " ".join(filter(None, [shape.limits, f"Of each item: {item}" if item else ""]))


def field_line(member: Member, *, received: bool) -> str:
    """Return the line that declares a member as an attrs field."""
    kind = annotation(member.type, received=received)
    options: list[str] = []
    if not member.required:
        kind += " | None"
        options.append("default=None")
    match member.type.redaction:
        case Redaction.ALL:
            options.append("repr=redacted")
        case Redaction.VALUES:
            options.append("repr=redacted_values")
        case Redaction.NONE:
            pass
    if camel_case(member.name) != member.wire_name:
        options.append(f'metadata={{"wire_name": "{member.wire_name}"}}')
    if options in ([], ["default=None"]):
        return f"{member.name}: {kind}" + (" = None" if options else "")
    return f"{member.name}: {kind} = field({', '.join(options)})"


def write_fields(writer: Writer, members: Iterable[Member], *, received: bool) -> None:
    """Declare members, each with its text."""
    for member in members:
        writer.line(field_line(member, received=received))
        writer.doc(member_doc(member))
        writer.line()


def redactors(members: Iterable[Member]) -> list[str]:
    """Return the names that the declared members need from primitives."""
    redactions = {member.type.redaction for member in members}
    names = [("redacted", Redaction.ALL), ("redacted_values", Redaction.VALUES)]
    return [name for name, redaction in names if redaction in redactions]


def needs_field(members: Iterable[Member]) -> bool:
    """Return whether a declaration of these members calls `field`."""
    return any("= field(" in field_line(member, received=True) for member in members)


def render_structure(shape: Structure) -> str:
    """Return the module of one structure."""
    writer = module(f"`{shape.name}`.")
    two_way = shape.sent and shape.received
    checked = {*imports_for(shape.members, received=shape.received)}
    primitives = redactors(shape.members)
    if two_way:
        checked |= {"from collections.abc import Mapping", "from codepipeline_sdk.primitives import JsonValue"}
    writer.line(f"from attrs import define{', field' if two_way or needs_field(shape.members) else ''}")
    if primitives:
        writer.line(f"from codepipeline_sdk.primitives import {', '.join(primitives)}")
    writer.lines(for_types_only(checked))
    writer.line("@define(kw_only=True)")
    with writer.block(f"class {shape.name}:"):
        writer.doc(shape.doc)
        writer.line()
        write_fields(writer, shape.members, received=shape.received)
        if two_way:
            writer.line("unknown_members: Mapping[str, JsonValue] | None = field(default=None, repr=False)")
            writer.doc(UNKNOWN_MEMBERS_DOC)
    return writer.text()


def render_enum(shape: EnumShape) -> str:
    """Return the module of one enum."""
    writer = module(f"`{shape.name}`.")
    writer.line("from typing import ClassVar")
    writer.line("from codepipeline_sdk.primitives import OpenEnum, _variant")
    with writer.block(f"class {shape.name}(OpenEnum):"):
        writer.doc(shape.doc)
        writer.line()
        writer.line("__slots__ = ()")
        writer.line()
        writer.lines(f'{name}: ClassVar[{shape.name}] = _variant("{value}")' for name, value in shape.variants)
    return writer.text()


def render_errors(errors: Iterable[ErrorShape]) -> str:
    """Return the module of the modelled exceptions and their index by wire code."""
    writer = module("The exceptions of the service model, and their index by wire code.")
    writer.line("from typing import Final")
    writer.line("from codepipeline_sdk.error import ServiceError")
    for error in errors:
        with writer.block(f"class {error.name}(ServiceError):"):
            writer.doc(error.doc)
        writer.line()
    with writer.block("ERRORS: Final[dict[str, type[ServiceError]]] = {"):
        writer.lines(f'"{error.code}": {error.name},' for error in errors)
    writer.line("}")
    writer.doc("The exceptions by wire code.")
    return writer.text()


def render_types_index(service: Service) -> str:
    """Return the lazy index of `types/`."""
    exports = sorted(
        [(shape.name, shape.module) for shape in service.structures]
        + [(shape.name, shape.module) for shape in service.enums]
    )
    writer = module("The structures and enums of the service model, each loaded when it is first used.")
    writer.line("from typing import TYPE_CHECKING")
    writer.line("from codepipeline_sdk._lazy import lazy_exports")
    with writer.block("if TYPE_CHECKING:"):
        writer.lines(f"from codepipeline_sdk.types.{name_module} import {name}" for name, name_module in exports)
    with writer.block("else:"):
        with writer.block("__getattr__, __dir__ = lazy_exports(__name__, {"):
            writer.lines(f'"{name}": "{name_module}",' for name, name_module in exports)
        writer.line("})")
    with writer.block("__all__ = ["):
        writer.lines(f'"{name}",' for name, _ in exports)
    writer.line("]")
    return writer.text()
