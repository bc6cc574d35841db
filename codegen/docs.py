"""The model's HTML documentation as plain Markdown. An unknown tag is an error, so new markup is noticed."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final

_LABELS: Final = {"note": "Note:", "important": "Important:"}
_MARKS: Final = {"code": "`", "b": "**", "i": "*"}
_IGNORED: Final = {"ul", "fullname"}


class ModelError(Exception):
    """The model holds something that the generator does not know."""


def markdown(html: str) -> str:
    """Return documentation as Markdown: paragraphs and list items, one per line, paragraphs apart by a blank line."""
    parser = _Markdown()
    parser.feed(html)
    parser.close()
    parser.end_block()
    return re.sub(r"(?m)^(- .*)\n\n(?=- )", r"\1\n", "\n\n".join(parser.blocks))


def summary(text: str) -> str:
    """Return the first sentence of Markdown text."""
    first = text.split("\n", 1)[0]
    end = re.search(r"(?<!\b[A-Z])(?<!e\.g)(?<!i\.e)\.(?=\s|$)", first)
    return first[: end.end()] if end else first


class _Markdown(HTMLParser):
    """Collects one block of text for each paragraph or list item."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[str] = []
        self._text: list[str] = []
        self._prefix = ""
        # Each open inline tag, the target of a link, and which piece of the text is the first inside.
        self._open: list[tuple[str, str | None, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a block or put an inline mark."""
        if tag in _LABELS:
            self.end_block()
            self._prefix = f"{_LABELS[tag]} "
        elif tag == "li":
            self.end_block()
            self._prefix = "- "
        elif tag == "p":
            self.end_block()
        elif tag == "a" or tag in _MARKS:
            self._open.append((tag, dict(attrs).get("href"), len(self._text)))
        elif tag not in _IGNORED:
            raise ModelError(f"documentation holds the unknown tag <{tag}>")

    def handle_endtag(self, tag: str) -> None:
        """Close a block, or wrap what stands since the inline tag opened."""
        if tag in _MARKS or tag == "a":
            self._wrap(tag)
        elif tag in {"p", "li"} or tag in _LABELS:
            self.end_block()

    def _wrap(self, tag: str) -> None:
        opened, href, start = self._open.pop() if self._open else ("no tag", None, 0)
        if opened != tag:
            raise ModelError(f"documentation closes <{tag}> where {opened} is open")
        raw = "".join(self._text[start:])
        inner = " ".join(raw.split())
        del self._text[start:]
        if not inner:
            return
        # A link without a target names something of the API; so may code inside it, which is marked already.
        mark = "" if tag == "a" and inner.startswith("`") else _MARKS.get(tag, "`")
        marked = f"[{inner}]({href})" if href else f"{mark}{inner}{mark}"
        self._text.append(f"{' ' if raw[0].isspace() else ''}{marked}{' ' if raw[-1].isspace() else ''}")

    def handle_data(self, data: str) -> None:
        """Keep text."""
        self._text.append(data)

    def end_block(self) -> None:
        """Finish the current paragraph or list item, if it has any text."""
        if self._open:
            raise ModelError(f"documentation leaves <{self._open[-1][0]}> open at the end of a paragraph")
        text = " ".join("".join(self._text).split())
        self._text.clear()
        if text:
            self.blocks.append(re.sub(r" ([.,;:)])(?!\w)", r"\1", self._prefix + text))
            self._prefix = ""
