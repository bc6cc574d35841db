"""The syntax of profile files: sections, keys and what is below them. A pure function of a text.

Source: anchor.md 1.16 and trap 39.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from attrs import evolve, field, frozen

from codepipeline_sdk.error import ConfigError
from codepipeline_sdk.primitives import redacted, redacted_values

_BLANK: Final = " \t\r"
_COMMENT: Final = "#;"


@frozen
class Property:
    """The value of a key and where it stands. No repr shows a value, because any may be a secret."""

    value: str = field(repr=redacted)
    """Without blanks around it; a value that goes on in indented lines has a line break before each."""

    file: str
    """The path of the file."""

    line: int
    """The number of its line in the file, counted from 1."""

    nested: Mapping[str, Property] = field(factory=dict[str, "Property"], repr=redacted_values)
    """The keys below this one: of indented lines, when its own value is empty."""


class Section(NamedTuple):
    """One `[title]` and the keys below it, in lower case; of a repeated key the last value counts."""

    title: str
    """What is between the brackets, with single blanks."""

    line: int
    """The number of its line in the file, counted from 1."""

    properties: dict[str, Property]
    """The keys."""


def parse_profile_file(text: str, file: str) -> list[Section]:
    """Return the sections of a config or credentials file in their order, repeated ones included.

    Args:
        text: of the file.
        file: its path, told in errors and by each property.

    Raises:
        ConfigError: a line is not what it can be at its place. It names file and line, and does not repeat the line.
    """
    parser = _Parser(file)
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip(_BLANK) and line.lstrip(_BLANK)[0] not in _COMMENT:
            parser.read(number, line)
    return parser.sections


class _Parser:
    """Where the reading is."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.sections: list[Section] = []
        self.key: str | None = None

    def read(self, number: int, line: str) -> None:
        """Read one line that is neither blank nor a comment."""
        if line.startswith("["):
            self.sections.append(Section(self._title(number, line), number, {}))
            self.key = None
        elif not self.sections:
            raise self._error(number, "a [section] must come before the first key")
        elif line[0] in _BLANK:
            self._read_indented(number, line)
        else:
            self.key, value = self._split(number, line)
            self.sections[-1].properties[self.key] = Property(value, self.file, number)

    def _title(self, number: int, line: str) -> str:
        title = _without_comment(line, everywhere=True)
        if not title.endswith("]"):
            raise self._error(number, "a section must end with ]")
        return " ".join(title[1:-1].split())

    def _read_indented(self, number: int, line: str) -> None:
        """Add a key below the current one if that has no value, else one more line of its value."""
        if self.key is None:
            raise self._error(number, "an indented line must follow a key")
        properties = self.sections[-1].properties
        above = properties[self.key]
        if above.value:
            properties[self.key] = evolve(above, value=f"{above.value}\n{_without_comment(line)}")
        else:
            key, value = self._split(number, line)
            below = Property(value, self.file, number)
            properties[self.key] = evolve(above, nested={**above.nested, key: below})

    def _split(self, number: int, line: str) -> tuple[str, str]:
        key, equals, value = _without_comment(line).partition("=")
        key = key.strip(_BLANK).lower()
        if not equals or not key:
            raise self._error(number, "expected key = value")
        return key, value.strip(_BLANK)

    def _error(self, number: int, text: str) -> ConfigError:
        return ConfigError(f"{self.file}, line {number}: {text}")


def _without_comment(line: str, *, everywhere: bool = False) -> str:
    """Return a line without the comment at its end, which begins after a blank, or everywhere if so told."""
    starts = (
        index
        for index, character in enumerate(line)
        if character in _COMMENT and (everywhere or index == 0 or line[index - 1] in _BLANK)
    )
    return line[: next(starts, len(line))].strip(_BLANK)


def merge(sections: Iterable[Mapping[str, Property]]) -> dict[str, Property]:
    """Return the keys of all sections; those of later ones win."""
    return {key: value for section in sections for key, value in section.items()}
