"""render: the straight-line codecs, of the shapes in `_wire/` and of the inputs and outputs in `operation/`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from codegen.model import Member, Structure, Type
from codegen.naming import snake_case
from codegen.render_types import leaf
from codegen.writer import Writer, module

_CODEC: Final = "codepipeline_sdk._runtime.codec"
_ENCODING_RULES: Final = ("epoch_seconds", "scalars", "text_pairs")
_DECODING_RULES: Final = (
    "array",
    "boolean",
    "enum_text",
    "integer",
    "text",
    "text_map",
    "texts",
    "timestamp",
    "wrong",
)


def codec_name(class_name: str) -> str:
    """Return what the codec functions of a class are called after."""
    return snake_case(class_name)


def render_codec(shape: Structure) -> str:
    """Return the module with the codec of one structure."""
    writer = module(f"The wire form of `{shape.name}`.")
    names: set[str] = set()
    if shape.sent:
        names |= encode_names(shape.members)
    if shape.received:
        names |= decode_names(shape.members)
    if shape.sent and shape.received:
        names |= {"restore", "unknown_members"}
        writer.line("from typing import Final")
    writer.lines(codec_imports(names))
    writer.lines(shape_imports(shape.members, encode=shape.sent, decode=shape.received))
    writer.line(f"from codepipeline_sdk.types.{shape.module} import {shape.name}")
    if shape.sent and shape.received:
        known = ", ".join(f'"{member.wire_name}"' for member in shape.members)
        required = ", ".join(f'"{member.wire_name}"' for member in shape.members if member.required)
        writer.line(f"_KNOWN: Final = frozenset({{{known}}})")
        writer.line(f"_REQUIRED: Final = frozenset[str]({f'{{{required}}}' if required else ''})")
    if shape.sent:
        write_encoder(writer, shape, f"encode_{codec_name(shape.name)}")
    if shape.received:
        write_decoder(writer, shape, f"decode_{codec_name(shape.name)}")
    return writer.text()


def codec_imports(names: Iterable[str]) -> Iterator[str]:
    """Yield the imports of the scalar rules and JSON types."""
    json = {"JsonObject", "JsonValue"}
    if rules := sorted(set(names) - json):
        yield f"from {_CODEC} import {', '.join(rules)}"
    if values := sorted(set(names) & json):
        yield f"from codepipeline_sdk.primitives import {', '.join(values)}"


def shape_imports(members: Iterable[Member], *, encode: bool, decode: bool) -> Iterator[str]:
    """Yield the imports of the codecs and enums that these members need."""
    for shape in {leaf(member.type) for member in members}:
        if shape.kind == "structure":
            functions = [
                f"{verb}_{codec_name(shape.name)}" for verb, on in (("decode", decode), ("encode", encode)) if on
            ]
            yield f"from codepipeline_sdk._wire.{shape.module} import {', '.join(functions)}"
        elif shape.kind == "enum" and decode:
            yield f"from codepipeline_sdk.types.{shape.module} import {shape.name}"


def encode_names(members: Iterable[Member]) -> set[str]:
    """Return the names from the codec and primitives that an encoder of these members needs."""
    names = {"JsonObject"}
    for member in members:
        names |= {
            name for name in ("epoch_seconds", "scalars", "text_pairs") if f"{name}(" in _encoded(member.type, "")
        }
    return names


def decode_names(members: Iterable[Member]) -> set[str]:
    """Return the names from the codec and primitives that a decoder of these members needs."""
    return {"JsonValue", "structure", *_called(_DECODING_RULES, (_decoded(member, "") for member in members))}


def _called(rules: Iterable[str], expressions: Iterable[str]) -> set[str]:
    text = " ".join(expressions)
    return {rule for rule in rules if re.search(rf"\b{rule}\(", text)}


def write_encoder(writer: Writer, shape: Structure, name: str) -> None:
    """Write the function that makes a JSON object of a structure."""
    two_way = shape.sent and shape.received
    with writer.block(f"def {name}(value: {shape.name}) -> JsonObject:"):
        members = list(shape.members)
        leading: list[Member] = []
        while members and members[0].required:
            leading.append(members.pop(0))
        pairs = ", ".join(
            f'"{member.wire_name}": {_encoded(member.type, f"value.{member.name}")}' for member in leading
        )
        if not members and not two_way:
            writer.line(f"return {{{pairs}}}")
            return
        writer.line(f"body: JsonObject = {{{pairs}}}")
        for member in members:
            assignment = f'body["{member.wire_name}"] = {_encoded(member.type, f"value.{member.name}")}'
            if member.required:
                writer.line(assignment)
            else:
                with writer.block(f"if value.{member.name} is not None:"):
                    writer.line(assignment)
        if two_way:
            with writer.block("if value.unknown_members is not None:"):
                writer.line("restore(body, value.unknown_members)")
        writer.line("return body")


def _encoded(shape: Type, value: str) -> str:
    match shape:
        case Type(kind="timestamp"):
            return f"epoch_seconds({value})"
        case Type(kind="structure"):
            return f"encode_{codec_name(shape.name)}({value})"
        case Type(kind="list", item=Type(kind="string" | "enum")):
            return f"scalars({value})"
        case Type(kind="list", item=Type() as item):
            return f"[{_encoded(item, 'item')} for item in {value}]"
        case Type(kind="map", item=Type(kind="string" | "enum")):
            return f"text_pairs({value})"
        case Type(kind="map", item=Type() as item):
            return f"{{key: {_encoded(item, 'item')} for key, item in {value}.items()}}"
        case _:
            return value


def write_decoder(writer: Writer, shape: Structure, name: str) -> None:
    """Write the function that makes a structure of a JSON object."""
    with writer.block(f"def {name}(data: JsonValue) -> {shape.name}:"):
        if shape.members:
            writer.line(f'members = structure(data, "{shape.name}")')
            writer.line("get = members.get")
        else:
            writer.line(f'structure(data, "{shape.name}")')
        writer.line(f"out = {shape.name}.__new__({shape.name})")
        for member in shape.members:
            writer.line(f"out.{member.name} = {_decoded(member, shape.name)}")
        if shape.sent and shape.received:
            writer.line("out.unknown_members = unknown_members(members, _KNOWN, _REQUIRED)")
        if not shape.module.startswith("_"):
            writer.line("out.response_metadata = None")
        writer.line("return out")


def _decoded(member: Member, owner: str) -> str:
    got = f'get("{member.wire_name}")'
    label = f'"{owner}.{member.wire_name}"'
    kind = member.type.kind
    if kind in {"string", "boolean"}:
        python, rule, noun = {"string": ("str", "text", "a string"), "boolean": ("bool", "boolean", "a boolean")}[kind]
        if member.required:
            return f"v if isinstance(v := {got}, {python}) else {rule}(v, {label})"
        return f'v if (v := {got}) is None or isinstance(v, {python}) else wrong(v, {label}, "{noun}")'
    if member.required:
        return _parsed(member.type, got, label)
    return f"None if (v := {got}) is None else {_parsed(member.type, 'v', label)}"


def _parsed(shape: Type, value: str, label: str) -> str:
    match shape:
        case Type(kind="integer" | "timestamp" as kind):
            return f"{kind}({value}, {label})"
        case Type(kind="enum"):
            return f"{shape.name}(enum_text({value}, {label}))"
        case Type(kind="structure"):
            return f"decode_{codec_name(shape.name)}({value})"
        case Type(kind="list", item=Type(kind="string")):
            return f"texts({value}, {label})"
        case Type(kind="list", item=Type(kind="enum") as item):
            return f"[{item.name}(item) for item in texts({value}, {label})]"
        case Type(kind="list", item=Type() as item):
            return f"[{_parsed(item, 'item', label)} for item in array({value}, {label}) if item is not None]"
        case Type(kind="map", item=Type(kind="string")):
            return f"text_map({value}, {label})"
        case Type(kind="map", item=Type() as item):
            parsed = _parsed(item, "item", label)
            return f"{{key: {parsed} for key, item in structure({value}, {label}).items() if item is not None}}"
        case _:
            raise ValueError(f"no decoder for {shape}")
