"""The emitter of source text."""

from __future__ import annotations

import ast

import pytest

from codegen.writer import HEADER_MARK, WIDTH, Writer, for_types_only, module


def _documented(text: str, *, indent: int = 0) -> str:
    """Return the module text of a docstring below some classes."""
    writer = Writer()
    _nest(writer, text, indent)
    return writer.text()


def _nest(writer: Writer, text: str, indent: int) -> None:
    if indent == 0:
        writer.doc(text)
        return
    with writer.block("class Nested:"):
        _nest(writer, text, indent - 1)


def _docstring(source: str) -> str:
    """Return the innermost docstring of what `_documented` wrote, as Python reads it."""
    node = ast.parse(source).body[0]
    while isinstance(node, ast.ClassDef):
        node = node.body[0]
    assert isinstance(node, ast.Expr)
    return str(ast.literal_eval(node.value))


def test_a_block_indents_its_lines_and_ends() -> None:
    writer = Writer()
    with writer.block("class A:"):
        with writer.block("def b(self) -> None:"):
            writer.line("pass")
        writer.lines(["c = 1", "d = 2"])
    writer.line("e = 3")
    assert writer.text() == "class A:\n    def b(self) -> None:\n        pass\n    c = 1\n    d = 2\ne = 3\n"


def test_several_lines_keep_their_own_indentation_and_lose_trailing_space() -> None:
    writer = Writer()
    with writer.block("if a:"):
        writer.line("b(\n    c, \n)\n")
    assert writer.text() == "if a:\n    b(\n        c,\n    )\n\n"


def test_a_short_docstring_stays_on_one_line() -> None:
    assert _documented("Short.") == '"""Short."""\n'


@pytest.mark.parametrize("indent", [0, 1, 2])
def test_no_docstring_of_words_passes_the_width(indent: int) -> None:
    for words in range(1, 60):
        source = _documented("word " * words, indent=indent)
        assert max(map(len, source.splitlines())) <= WIDTH
        assert _docstring(source).split() == ["word"] * words


def test_words_are_broken_neither_at_hyphens_nor_in_the_middle() -> None:
    url = f"https://example.com/{'long-' * 40}end"
    assert url in _documented(f"See {url} for more.").splitlines()


def test_the_lines_of_a_list_item_hang_under_its_text() -> None:
    lines = _documented("- " + "word " * 40).splitlines()
    assert lines[0].startswith('"""- word')
    assert [line[:3] for line in lines[1:-1]] == ["  w"]


@pytest.mark.parametrize(
    "text",
    [
        'says "yes"',
        '"quoted" first',
        "ends with a backslash \\",
        r"Pattern `[A-Za-z0-9.@\-_]+`.",
        "paragraph\n\nanother",
        "umlauts äöü",
    ],
)
def test_a_docstring_reads_as_the_text_that_it_was_made_of(text: str) -> None:
    assert _docstring(_documented(text)).strip() == text


def test_only_a_text_with_backslashes_is_raw() -> None:
    assert _documented(r"a\d").startswith('r"""')
    assert _documented("ad").startswith('"""')


def test_a_module_begins_with_the_header() -> None:
    text = module("`Tag`.").text()
    assert text.startswith(f'"""`Tag`. {HEADER_MARK}"""\n\nfrom __future__ import annotations\n')


def test_a_long_title_leaves_the_mark_of_the_header_in_one_piece() -> None:
    for words in range(1, 40):
        assert HEADER_MARK in module("word " * words).text()


def test_imports_for_types_only_are_sorted_below_the_condition() -> None:
    assert list(for_types_only({"from b import B", "from a import A"})) == [
        "from typing import TYPE_CHECKING",
        "if TYPE_CHECKING:",
        "    from a import A",
        "    from b import B",
    ]


def test_without_imports_for_types_there_is_no_condition() -> None:
    assert list(for_types_only([])) == []
