"""render: the client with one method for each operation, and the facts of the model."""

from __future__ import annotations

from codegen.load import Sources
from codegen.model import Operation, Service
from codegen.render_operation import copied
from codegen.render_types import annotation, imports_for
from codegen.writer import Writer, module


def render_client(service: Service) -> str:
    """Return the client."""
    writer = module("The client: one method for each operation.")
    members = [member for operation in service.operations for member in operation.input.members]
    writer.line("from typing import TYPE_CHECKING")
    writer.line("from copy import deepcopy")
    writer.line("from codepipeline_sdk import operation")
    writer.line("from codepipeline_sdk._runtime.client import ServiceClient")
    with writer.block("if TYPE_CHECKING:"):
        writer.lines(sorted({*imports_for(members, received=False)}))
        for item in service.operations:
            writer.line(f"from codepipeline_sdk.operation.{item.module} import {item.name}FluentBuilder")
    with writer.block("class Client(ServiceClient):"):
        writer.doc(
            f"A client of AWS {service.service_id}. One object serves any number of tasks, event loops and threads.\n\n"
            "Each method returns a request under construction: await it, or set more members first. Members are "
            "given as keywords or through the builder's setters; nothing is sent before it is awaited."
        )
        writer.line()
        for item in service.operations:
            _write_method(writer, item)
    return writer.text()


def _write_method(writer: Writer, item: Operation) -> None:
    parameters = ", ".join(
        f"{member.name}: {annotation(member.type, received=False)} | None = None" for member in item.input.members
    )
    arguments = ", ".join(f"{member.name}={copied(member.type, member.name)}" for member in item.input.members)
    signature = f"self, *, {parameters}" if parameters else "self"
    errors = ", ".join(f"`{error}`" for error in item.errors)
    with writer.block(f"def {item.module}({signature}) -> {item.name}FluentBuilder:"):
        writer.doc(f"{item.doc}\n\nRaises what `{item.name}Error` lists: {errors}." if errors else item.doc)
        writer.line(f"return operation.{item.module}.{item.name}FluentBuilder(")
        writer.line(f"    self._invoker, operation.{item.module}.{item.constant},")
        writer.line(f"    operation.{item.module}.{item.input.name}({arguments}),")
        writer.line(")")
    writer.line()


def render_meta(service: Service, sources: Sources) -> str:
    """Return the facts of the package and its model."""
    writer = module("Which package and which service model this is.")
    writer.line("from typing import Final")
    for name, value, doc in (
        ("SDK_NAME", f"{sources.package_name}-python", "What this package calls itself in user agents."),
        ("PKG_VERSION", sources.package_version, "The version of this package."),
        ("SERVICE_ID", service.service_id, "The service's id in AWS's models."),
        ("API_VERSION", service.api_version, "The version of the service's API."),
        ("MODEL_SOURCE", sources.origin, "Where the model was read from."),
        ("MODEL_SHA256", sources.sha256, "The digest of the model's bytes."),
    ):
        writer.line(f'{name}: Final = "{value}"')
        writer.doc(doc)
    return writer.text()
