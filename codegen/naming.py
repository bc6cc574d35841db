"""Names: from the model's to Python's, one pure function per kind.

Casing follows the anchor's generator, so that `AWSSessionCredentials` is `AwsSessionCredentials` and members keep the
names that its users know. Source: anchor.md section 2, traps 49 and 50.
"""

from __future__ import annotations

import keyword
import re

from codegen.docs import ModelError

_WORDS = re.compile(r"[A-Z]+(?![a-z])\d*|[A-Z]?[a-z]+\d*|[A-Z]\d+|\d+")


def words(name: str) -> list[str]:
    """Split a name into its words: acronyms stay whole, digits stay with the word before them."""
    return _WORDS.findall(name)


def snake_case(name: str) -> str:
    """Return the name of a member, function or module; a keyword gets a trailing underscore."""
    return _legal("_".join(words(name)).lower(), "n")


def class_name(name: str) -> str:
    """Return the name of a class: acronyms are written as words."""
    return _legal("".join(word[0].upper() + word[1:].lower() for word in words(name)), "N")


def constant_name(name: str) -> str:
    """Return the name of a constant."""
    return _legal("_".join(words(name)).upper(), "N")


def camel_case(name: str) -> str:
    """Return the wire name that a snake_case name has when nothing says otherwise."""
    first, *rest = name.rstrip("_").split("_")
    return first + "".join(word.capitalize() for word in rest)


def _legal(name: str, before_digit: str) -> str:
    if not name:
        raise ModelError("a name without letters and digits cannot become Python's")
    if name[0].isdigit():
        name = before_digit + name  # an underscore would make the name private
    return f"{name}_" if keyword.iskeyword(name) or name in {"self", "cls"} else name
