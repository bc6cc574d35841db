"""From the model's HTML to Markdown."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from codegen.docs import ModelError, markdown, summary


def test_a_paragraph_is_one_line_whatever_its_white_space() -> None:
    assert markdown("<p>One\n   paragraph\tof text.</p>") == "One paragraph of text."


def test_paragraphs_are_apart_by_a_blank_line() -> None:
    assert markdown("<p>One.</p> <p>Two.</p>Three.") == "One.\n\nTwo.\n\nThree."


def test_text_without_tags_stays() -> None:
    assert markdown("Plain text") == "Plain text"


def test_nothing_gives_nothing() -> None:
    assert not markdown("")
    assert not markdown("<p> </p>")


def test_list_items_stand_line_by_line_apart_from_the_text_around() -> None:
    html = "<p>Kinds:</p> <ul> <li> <p>one</p> </li> <li>two</li> </ul> <p>After.</p>"
    assert markdown(html) == "Kinds:\n\n- one\n- two\n\nAfter."


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<code>name</code>", "`name`"),
        ("<b>bold</b>", "**bold**"),
        ("<i>User Guide</i>", "*User Guide*"),
        ("<code></code>empty", "empty"),
    ],
)
def test_inline_tags_become_marks(html: str, expected: str) -> None:
    assert markdown(html) == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("the<code> name </code>member", "the `name` member"),
        ("only the <code>Token </code>property", "only the `Token` property"),
        ("in the <i> User Guide</i>.", "in the *User Guide*."),
        ('see <a href="https://example.com"> Rules </a>.', "see [Rules](https://example.com)."),
    ],
)
def test_white_space_at_the_ends_of_an_inline_tag_stays_outside_of_its_mark(html: str, expected: str) -> None:
    assert markdown(html) == expected


def test_a_link_with_a_target_is_kept() -> None:
    assert markdown('<a href="https://example.com/a#b">Limits</a>') == "[Limits](https://example.com/a#b)"


def test_a_link_without_a_target_names_something_of_the_api() -> None:
    assert markdown("See <a>PollForJobs</a>.") == "See `PollForJobs`."
    assert markdown("See <a><code>PollForJobs</code></a>.") == "See `PollForJobs`."


def test_a_link_without_text_leaves_nothing() -> None:
    assert markdown('One<a href="https://example.com"> </a>two') == "Onetwo"


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (
            '<a href="https://example.com">See <code>name</code> now</a>',
            "[See `name` now](https://example.com)",
        ),
        ("<b>Mind <code>name</code> first</b>", "**Mind `name` first**"),
        ("<i>one <b>two</b></i> three", "*one **two*** three"),
        ('<b>see <a href="https://example.com">it</a></b>', "**see [it](https://example.com)**"),
    ],
)
def test_nested_inline_tags_wrap_all_of_their_text(html: str, expected: str) -> None:
    assert markdown(html) == expected


def test_notes_are_labelled() -> None:
    html = "<p>Text.</p> <note> <p>Mind.</p> </note> <important> <p>Stop.</p> </important> <p>End.</p>"
    assert markdown(html) == "Text.\n\nNote: Mind.\n\nImportant: Stop.\n\nEnd."


def test_entities_become_their_characters() -> None:
    assert markdown("<p>a &lt; b &amp;&amp; c &gt; &quot;d&quot; &#233;</p>") == 'a < b && c > "d" é'


def test_a_space_before_punctuation_is_dropped_unless_a_word_begins_with_it() -> None:
    assert markdown("the <code>name</code> , or a .git folder .") == "the `name`, or a .git folder."


def test_the_full_name_of_the_service_is_a_paragraph() -> None:
    assert markdown("<fullname>Pipelines</fullname> <p>Text.</p>") == "Pipelines\n\nText."


@pytest.mark.parametrize("tag", ["table", "dl", "br", "script", "h1", "pre"])
def test_an_unknown_tag_is_refused(tag: str) -> None:
    with pytest.raises(ModelError, match=f"unknown tag <{tag}>"):
        markdown(f"<p>Text <{tag}>inside</p>")


@pytest.mark.parametrize("html", ["<b>one <i>two</b></i>", "one</code>", "<code>one", "<p><i>one</p>"])
def test_inline_tags_that_cross_or_stay_open_are_refused(html: str) -> None:
    with pytest.raises(ModelError, match=r"documentation (closes|leaves)"):
        markdown(html)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two.", "One."),
        ("No end", "No end"),
        ("First line.\n\nSecond paragraph.", "First line."),
        ("Version 1.2 of it. More.", "Version 1.2 of it."),
        ("Such as e.g. this, i.e. that. More.", "Such as e.g. this, i.e. that."),
        ("In the U.S. region. More.", "In the U.S. region."),
        ("The revision ID. More.", "The revision ID."),
        ("", ""),
    ],
)
def test_the_summary_is_the_first_sentence(text: str, expected: str) -> None:
    assert summary(text) == expected


def _docstrings(text: str) -> Iterator[str]:
    """Yield every text that stands alone as a statement: the docstrings of modules, classes, functions, attributes."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.value.value


def test_no_tag_and_no_entity_is_left_in_any_docstring_of_the_generated_package(generated: dict[str, str]) -> None:
    docstrings = [text for source in generated.values() for text in _docstrings(source)]
    assert len(docstrings) > len(generated)
    assert [text for text in docstrings if re.search(r"</?[a-zA-Z][^>]*>|&[a-z]+;|&#\d+;", text)] == []
