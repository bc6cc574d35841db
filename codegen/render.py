"""render: from the intermediate representation to the texts of all generated modules, by path."""

from __future__ import annotations

from collections.abc import Iterator

from codegen.constraints import render_constraints
from codegen.endpoints import render_endpoint_rules, render_partitions
from codegen.load import Sources
from codegen.model import Service
from codegen.render_client import render_client, render_meta
from codegen.render_operation import render_operation, render_operation_index, render_service
from codegen.render_types import render_enum, render_errors, render_structure, render_types_index
from codegen.render_wire import render_codec
from codegen.writer import module


def render(service: Service, sources: Sources) -> Iterator[tuple[str, str]]:
    """Yield path below the package and unformatted text of every generated module."""
    yield "meta.py", render_meta(service, sources)
    yield "client.py", render_client(service)
    yield "_endpoints/__init__.py", module("Where services are: their endpoint rules, and the partitions.").text()
    name = service.signing_name
    yield f"_endpoints/{name}.py", render_endpoint_rules(name, sources.endpoint_rules)
    yield "_endpoints/partitions.py", render_partitions(sources.partitions)
    yield "testing/local/model.py", render_constraints(sources.service)
    yield "operation/__init__.py", render_operation_index(service)
    yield "operation/_service.py", render_service(service)
    for operation in service.operations:
        yield f"operation/{operation.module}.py", render_operation(operation)
    yield "types/__init__.py", render_types_index(service)
    yield "types/error.py", render_errors(service.errors)
    yield "_wire/__init__.py", module("The wire form of every structure, file beside file with `types/`.").text()
    for enum in service.enums:
        yield f"types/{enum.module}.py", render_enum(enum)
    for structure in service.structures:
        yield f"types/{structure.module}.py", render_structure(structure)
        yield f"_wire/{structure.module}.py", render_codec(structure)
