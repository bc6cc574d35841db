"""render: one module for each operation, the lazy index of `operation/`, and what all operations share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import evolve

from codegen.docs import summary
from codegen.model import Member, Operation, Pagination, Service, Structure, Type
from codegen.render_types import (
    annotation,
    field_line,
    imports_for,
    member_doc,
    needs_field,
    redactors,
    write_fields,
)
from codegen.render_wire import (
    codec_imports,
    decode_names,
    encode_names,
    shape_imports,
    write_decoder,
    write_encoder,
)
from codegen.writer import Writer, for_types_only, module

_RUNTIME = "codepipeline_sdk._runtime"


def optional(member: Member) -> Member:
    """Return the member as an input holds it: unset until a setter or keyword sets it."""
    return evolve(member, required=False)


def render_operation(operation: Operation) -> str:
    """Return the module of one operation: input, output, errors, constant, builder and paginator."""
    writer = module(f"The `{operation.name}` operation.")
    inputs = evolve(operation.input, members=tuple(optional(member) for member in operation.input.members))
    writer.lines(_imports(operation, inputs.members))
    _write_input(writer, operation)
    _write_output(writer, operation.output)
    with writer.block(f"{operation.name}Error: Final = ("):
        writer.lines(f"{error}," for error in operation.errors)
    writer.line(")")
    writer.doc(f"The modelled errors of `{operation.name}`, for an `except` clause; each is a ServiceError.")
    write_encoder(writer, inputs, "_encode")
    write_decoder(writer, operation.output, "_decode")
    _write_constant(writer, operation)
    if operation.pagination:
        _write_paginator(writer, operation, operation.pagination)
    _write_builder(writer, operation)
    return writer.text()


def _imports(operation: Operation, inputs: Sequence[Member]) -> Iterator[str]:
    outputs = operation.output.members
    runtime = {*_runtime_imports(operation, inputs)}
    yield f"from typing import Final{', Self' if inputs else ''}"
    fields = ", field" if needs_field([*inputs, *outputs]) else ""
    yield f"from attrs import define, frozen{', evolve' if inputs else ''}{fields}"
    if any(is_shared(member.type) for member in inputs):
        yield "from copy import deepcopy"
    yield from sorted(runtime)
    yield from for_types_only({*imports_for(inputs, received=False), *imports_for(outputs, received=True)} - runtime)


def _runtime_imports(operation: Operation, inputs: Sequence[Member]) -> Iterator[str]:
    outputs = operation.output.members
    yield from codec_imports(encode_names(inputs) | decode_names(outputs))
    if names := redactors([*inputs, *outputs]):
        yield f"from codepipeline_sdk.primitives import {', '.join(names)}"
    yield from shape_imports(inputs, encode=True, decode=False)
    yield from shape_imports(outputs, encode=False, decode=True)
    yield f"from {_RUNTIME}.fluent import FluentBuilder"
    idempotency = "Idempotency, " if operation.idempotency_member else ""
    yield f"from {_RUNTIME}.operation import {idempotency}Operation, OperationOutput"
    if pages := operation.pagination:
        yield f"from {_RUNTIME}.paginate import {'SizedPaginator' if pages.limit else 'Paginator'}, Paging"
        if pages.item_type.name:
            # The paginator names its items' class at run time; the decoder has loaded it anyway.
            yield f"from codepipeline_sdk.types.{pages.item_type.module} import {pages.item_type.name}"
    yield "from codepipeline_sdk.operation._service import SERVICE"
    if operation.errors:
        yield f"from codepipeline_sdk.types.error import {', '.join(operation.errors)}"


def is_shared(shape: Type) -> bool:
    """Return whether a value of the type can be changed by whoever else holds it."""
    return shape.kind in {"list", "map", "structure"}


def _write_input(writer: Writer, operation: Operation) -> None:
    writer.line("@frozen(kw_only=True)")
    with writer.block(f"class {operation.input.name}:"):
        writer.doc(operation.input.doc)
        writer.line()
        for member in operation.input.members:
            writer.line(field_line(optional(member), received=False))
            writer.doc(member_doc(member))
            writer.line()


def _write_output(writer: Writer, output: Structure) -> None:
    writer.line("@define(kw_only=True)")
    with writer.block(f"class {output.name}(OperationOutput):"):
        writer.doc(output.doc)
        writer.line()
        write_fields(writer, output.members, received=True)


def _write_constant(writer: Writer, operation: Operation) -> None:
    required = "".join(f'"{member.name}", ' for member in operation.input.members if member.required)
    with writer.block(f"{operation.constant}: Final = Operation("):
        writer.line(f'name="{operation.name}",')
        writer.line("service=SERVICE,")
        writer.line(f"input={operation.input.name},")
        writer.line(f"output={operation.output.name},")
        writer.line("encode=_encode,")
        writer.line("decode=_decode,")
        if required:
            writer.line(f"required=({required}),")
        if operation.idempotency_member:
            member = operation.idempotency_member
            with writer.block("idempotency=Idempotency("):
                writer.line(f"token=lambda request: request.{member},")
                writer.line(f"with_token=lambda request, token: evolve(request, {member}=token),")
            writer.line("),")
        writer.line(f"errors={operation.name}Error,")
    writer.line(")")


def _write_paginator(writer: Writer, operation: Operation, pages: Pagination) -> None:
    item = annotation(pages.item_type, received=True)
    base = "SizedPaginator" if pages.limit else "Paginator"
    arguments = f"{operation.input.name}, {operation.output.name}, {item}"
    with writer.block(f"class {operation.name}Paginator({base}[{arguments}]):"):
        writer.doc(f"The pages of `{operation.name}`.")
        writer.line()
        writer.line("__slots__ = ()")
    with writer.block(f"_PAGING: Final = Paging[{operation.input.name}, {operation.output.name}, {item}]("):
        writer.line(f"token=lambda page: page.{pages.output_token},")
        writer.line(f"items=lambda page: page.{pages.items},")
        writer.line(f"truncate=lambda page, count: evolve(page, {pages.items}=(page.{pages.items} or [])[:count]),")
        writer.line(f"advance=lambda request, token: evolve(request, {pages.input_token}=token),")
        writer.line(f"starting_token=lambda request: request.{pages.input_token},")
        if pages.limit:
            writer.line(f"page_size=lambda request: request.{pages.limit},")
            writer.line(f"resize=lambda request, size: evolve(request, {pages.limit}=size),")
        else:
            writer.line("page_size=lambda _: None,")
            writer.line("resize=lambda request, _: request,")
        writer.line(f"largest_page={pages.limit_maximum or 0},")
    writer.line(")")


def _write_builder(writer: Writer, operation: Operation) -> None:
    name = f"{operation.name}FluentBuilder"
    with writer.block(f"class {name}(FluentBuilder[{operation.input.name}, {operation.output.name}]):"):
        writer.doc(f"A `{operation.name}` request under construction.\n\n{operation.doc}")
        writer.line()
        writer.line("__slots__ = ()")
        writer.line()
        for member in operation.input.members:
            _write_setters(writer, member)
        if operation.pagination:
            with writer.block(f"def into_paginator(self) -> {operation.name}Paginator:"):
                writer.doc("Return the pages of the listing, and through `items()` its items.")
                writer.line(f"return {operation.name}Paginator(self._invoker, self._operation, self._input, _PAGING)")


def _write_setters(writer: Writer, member: Member) -> None:
    whole = annotation(member.type, received=False)
    text = summary(member.doc) or f"`{member.wire_name}`."
    match member.type:
        case Type(kind="list", item=Type() as item):
            head = f"*values: {annotation(item, received=False)}"
            value = f"(*(self._input.{member.name} or ()), *{copied(item, 'values')})"
            act = f"Append to `{member.name}`; without arguments, make sure that it is sent."
        case Type(kind="map", item=Type() as item):
            head = f"key: str, value: {annotation(item, received=False)}"
            value = f"{{**(self._input.{member.name} or {{}}), key: {copied(item, 'value')}}}"
            act = f"Put one entry into `{member.name}`."
        case _:
            head = f"value: {whole}"
            value = copied(member.type, "value")
            act = f"Set `{member.name}`."
    with writer.block(f"def {member.name}(self, {head}) -> Self:"):
        writer.doc(f"{act}\n\n{text}")
        writer.line(f"return self._with(evolve(self._input, {member.name}={value}))")
    writer.line()
    with writer.block(f"def set_{member.name}(self, value: {whole} | None) -> Self:"):
        writer.doc(f"Replace `{member.name}`; None clears it.")
        writer.line(f"return self._with(evolve(self._input, {member.name}={copied(member.type, 'value')}))")
    writer.line()
    with writer.block(f"def get_{member.name}(self) -> {whole} | None:"):
        writer.doc(f"Return `{member.name}` as it is set so far.")
        writer.line(f"return {copied(member.type, f'self._input.{member.name}')}")
    writer.line()


def copied(shape: Type, value: str) -> str:
    """Return the expression of a copy that nobody else can change; any Mapping becomes a dict."""
    if shape.kind == "map":
        return f"None if {value} is None else deepcopy(dict({value}))"
    return f"deepcopy({value})" if is_shared(shape) else value


def render_operation_index(service: Service) -> str:
    """Return the package of operation modules, each loaded when it is first used."""
    writer = module("The operations, one module each, loaded when it is first used.")
    writer.line("from typing import TYPE_CHECKING")
    writer.line("from codepipeline_sdk._lazy import lazy_modules")
    modules = sorted(operation.module for operation in service.operations)
    with writer.block("__all__ = ["):
        writer.lines(f'"{name}",' for name in modules)
    writer.line("]")
    with writer.block("if TYPE_CHECKING:"):
        writer.lines(f"from codepipeline_sdk.operation import {name}" for name in modules)
    with writer.block("else:"):
        writer.line("__getattr__, __dir__ = lazy_modules(__name__, __all__)")
    return writer.text()


def render_service(service: Service) -> str:
    """Return the module with what all operations share."""
    writer = module("What the operations have in common.")
    writer.line("from typing import Final")
    writer.line(f"from codepipeline_sdk._endpoints.{service.signing_name} import resolve")
    writer.line(f"from {_RUNTIME}.operation import Service")
    writer.line(f"from {_RUNTIME}.protocol.aws_json import AwsJson")
    writer.line("from codepipeline_sdk.meta import API_VERSION, SERVICE_ID")
    writer.line("from codepipeline_sdk.types.error import ERRORS")
    with writer.block("SERVICE: Final = Service("):
        writer.line("service_id=SERVICE_ID,")
        writer.line("api_version=API_VERSION,")
        writer.line(f'signing_name="{service.signing_name}",')
        writer.line(f'protocol=AwsJson(version="{service.json_version}", target_prefix="{service.target_prefix}"),')
        writer.line("resolve_endpoint=resolve,")
        writer.line("errors=ERRORS,")
    writer.line(")")
    return writer.text()
