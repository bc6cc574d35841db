"""Who may import whom: the table of docs/architecture.md, read from the sources."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parent.parent
PACKAGE: Final = "codepipeline_sdk"
RUNTIME_LIBRARIES: Final = {"anyio", "attrs", "cattrs", "httpcore", "httpx"}

# What a part of the package may import of it at run time, by prefix; imports for types only are exempt.
MAY_IMPORT: Final[dict[str, tuple[str, ...]]] = {
    "": ("_lazy",),
    "_lazy": (),
    "error": (),
    "primitives": ("error",),
    "meta": (),
    "convert": ("types", "error", "primitives", "_runtime.codec"),
    "types": ("primitives", "error", "types", "_lazy"),
    "_wire": ("types", "primitives", "_wire", "_runtime.codec"),
    "_endpoints": ("_endpoints", "_runtime.endpoint"),
    "_runtime": (),
    "_runtime.codec": ("primitives",),
    "_runtime.endpoint": ("config.endpoint",),
    "_runtime.signing": ("error", "primitives"),
    "_runtime.retry": ("_runtime.clock_skew", "_runtime.retry", "config", "error"),
    "_runtime.protocol": ("_runtime.codec", "config.http", "error", "primitives"),
    "_runtime.operation": ("config", "error", "primitives"),
    "_runtime.transport": ("_runtime.transport", "config.http", "error"),
    "_runtime.call": ("_runtime.operation", "config", "error"),
    "_runtime.interceptors": ("config.interceptor", "error"),
    "_runtime.customize": ("_runtime.operation", "config.interceptor", "error"),
    "_runtime.telemetry": ("_runtime.telemetry", "config.http", "error"),
    "_runtime.user_agent": ("config.framework", "error"),
    "_runtime.request_headers": ("config.tracing",),
    "_runtime.requests": (
        "_runtime.call",
        "_runtime.operation",
        "_runtime.request_headers",
        "_runtime.signing",
        "_runtime.user_agent",
        "config",
        "credentials.identity",
        "error",
        "meta",
    ),
    "_runtime.orchestrator": (
        "_runtime.call",
        "_runtime.clock_skew",
        "_runtime.codec",
        "_runtime.customize",
        "_runtime.interceptors",
        "_runtime.operation",
        "_runtime.requests",
        "_runtime.retry",
        "_runtime.telemetry",
        "_runtime.transport",
        "config",
        "credentials.identity",
        "error",
        "meta",
        "primitives",
    ),
    "_runtime.fluent": ("_runtime.customize", "_runtime.operation"),
    "_runtime.paginate": ("_runtime.customize", "_runtime.operation", "error"),
    "_runtime.client": ("_runtime.orchestrator", "_runtime.transport", "config", "error"),
    "config": ("_lazy", "config", "credentials", "error", "primitives"),
    "credentials": ("_lazy", "config", "credentials", "error", "primitives"),
    "operation": (
        "_endpoints",
        "_lazy",
        "_runtime.codec",
        "_runtime.fluent",
        "_runtime.operation",
        "_runtime.paginate",
        "_runtime.protocol",
        "_wire",
        "meta",
        "operation",
        "primitives",
        "types",
    ),
    "client": ("_runtime.client", "operation"),
    "testing": ("config", "credentials", "error", "primitives", "testing"),
}

# Which part may import a library; attrs may be imported everywhere.
LIBRARIES: Final[dict[str, tuple[str, ...]]] = {
    "anyio": (
        "_runtime.orchestrator",
        "_runtime.transport",
        "config.profile",
        "config.settings",
        "credentials",
        "testing",
    ),
    "cattrs": ("convert",),
    "httpcore": ("_runtime.transport",),
    "httpx": ("_runtime.transport",),
    "botocore": ("credentials.boto",),
    "opentelemetry": ("_runtime.telemetry",),
}


def modules() -> Iterator[tuple[str, Path]]:
    for path in sorted((ROOT / PACKAGE).rglob("*.py")):
        parts = path.relative_to(ROOT / PACKAGE).with_suffix("").parts
        yield ".".join(part for part in parts if part != "__init__"), path


def runtime_imports(path: Path) -> Iterator[str]:
    """Yield what a file imports at run time, anywhere in it."""

    def visit(node: ast.AST) -> Iterator[str]:
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            for statement in node.orelse:
                yield from visit(statement)
            return
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            if node.module == PACKAGE:
                yield from (f"{PACKAGE}.{alias.name}" for alias in node.names)
            else:
                yield node.module
        for child in ast.iter_child_nodes(node):
            yield from visit(child)

    yield from visit(ast.parse(path.read_text("utf-8")))


def row(module: str) -> str:
    """Return the longest row of the table that covers a module."""
    return max((name for name in MAY_IMPORT if covers(name, module)), key=len)


def covers(prefix: str, module: str) -> bool:
    return module == prefix or (prefix != "" and module.startswith(f"{prefix}."))


@pytest.mark.parametrize(("module", "path"), [pytest.param(*pair, id=pair[0] or PACKAGE) for pair in modules()])
def test_a_module_imports_only_what_the_table_allows(module: str, path: Path) -> None:
    allowed = MAY_IMPORT[row(module)]
    for name in runtime_imports(path):
        own = name.removeprefix(f"{PACKAGE}.")
        if name.startswith(f"{PACKAGE}."):
            assert any(covers(prefix, own) for prefix in allowed), f"{module} imports {own}"
        library = name.partition(".")[0]
        if library in LIBRARIES:
            assert any(covers(prefix, module) for prefix in LIBRARIES[library]), f"{module} imports {library}"


def test_every_row_of_the_table_covers_a_module() -> None:
    names = [module for module, _ in modules()]
    assert [prefix for prefix in MAY_IMPORT if not any(covers(prefix, name) for name in names)] == []


def test_the_generator_imports_neither_the_package_nor_botocore() -> None:
    for path in (ROOT / "codegen").glob("*.py"):
        for name in runtime_imports(path):
            assert name.partition(".")[0] not in {PACKAGE, "botocore", *RUNTIME_LIBRARIES - {"attrs"}}, path.name


def test_the_table_of_the_documentation_is_this_one() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    for part, allowed in MAY_IMPORT.items():
        names = ", ".join(f"`{name}`" for name in allowed) or "nothing"
        assert f"| `{part or PACKAGE}` | {names} |" in text


def test_the_way_of_a_call_is_documented_with_the_names_of_the_code() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    source = (ROOT / PACKAGE / "_runtime" / "orchestrator.py").read_text("utf-8")
    functions = {
        node.name for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    for name in ("invoke", "attempt", "classify"):
        assert name in functions
        assert f"`{name}`" in text
