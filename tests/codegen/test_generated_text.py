"""What holds for the text of every generated module, and for the modules that know no service by name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from codegen.load import ROOT
from codegen.writer import HEADER_MARK, WIDTH


def test_every_generated_module_begins_with_the_header(generated: dict[str, str]) -> None:
    for path, text in generated.items():
        docstring = ast.get_docstring(ast.parse(text, path))
        assert docstring is not None, path
        assert docstring.endswith(HEADER_MARK), path


def test_every_line_of_a_generated_module_is_within_the_width_but_for_links(generated: dict[str, str]) -> None:
    long = [
        (path, line)
        for path, text in generated.items()
        for line in text.splitlines()
        if len(line) > WIDTH and not re.search(r"https://\S{60}", line)
    ]
    assert long == []


def test_generated_modules_end_with_one_newline_and_hold_no_trailing_space(generated: dict[str, str]) -> None:
    for path, text in generated.items():
        assert text.endswith("\n"), path
        assert not text.endswith("\n\n"), path
        assert not re.search(r"[ \t]$", text, re.MULTILINE), path


@pytest.mark.row("1.2-docs")
def test_every_public_class_function_and_field_is_documented(generated: dict[str, str]) -> None:
    bare = [
        f"{path}:{name}"
        for path, text in generated.items()
        if not path.startswith(("_wire/", "testing/"))
        for name in _undocumented(ast.parse(text, path))
    ]
    assert bare == []


def _undocumented(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield from _undocumented_fields(node)
        if not isinstance(node, ast.ClassDef | ast.FunctionDef):
            continue
        if not node.name.startswith("_") and ast.get_docstring(node) is None:
            yield node.name


def _undocumented_fields(node: ast.ClassDef) -> Iterator[str]:
    """Yield the annotated fields that no text follows; the values of enums are told by their names."""
    for field, after in zip(node.body, [*node.body[1:], None], strict=True):
        if not isinstance(field, ast.AnnAssign) or "ClassVar" in ast.unparse(field.annotation):
            continue
        if not (isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)):
            yield f"{node.name}.{ast.unparse(field.target)}"


def test_renderers_and_runtime_know_no_service_by_name() -> None:
    files = [*ROOT.glob("codegen/render*.py"), *ROOT.glob("codepipeline_sdk/_runtime/**/*.py")]
    assert len(files) > 10
    named = [
        f"{file.relative_to(ROOT)}:{number}: {line.strip()}"
        for file in files
        for number, line in enumerate(file.read_text("utf-8").splitlines(), start=1)
        if re.search(r"(?i)codepipeline(?!_sdk)", line)
    ]
    assert named == []


def test_renderers_and_runtime_know_no_shape_and_no_operation_of_the_model(generated: dict[str, str]) -> None:
    modelled = {
        node.name
        for path, text in generated.items()
        if path.startswith(("types/", "operation/"))
        for node in ast.parse(text).body
        if isinstance(node, ast.ClassDef) and len(re.findall("[A-Z][a-z]+", node.name)) > 1
    }
    modelled -= {"LimitExceededException"}  # a code by which many services of AWS throttle
    files = [*ROOT.glob("codegen/render*.py"), *ROOT.glob("codepipeline_sdk/_runtime/**/*.py")]
    used = {file.name: modelled & set(re.findall(r"\w+", file.read_text("utf-8"))) for file in files}
    assert {name: found for name, found in used.items() if found} == {}
