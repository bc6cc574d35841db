"""Values that the generated types are made of: open enums, JSON, secrets and their redaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final, Never, Self, TypeAlias

from attrs import field, frozen

from codepipeline_sdk.error import Attempt, UnknownVariantError

if TYPE_CHECKING:
    from collections.abc import Mapping

JsonValue: TypeAlias = "str | int | float | bool | list[JsonValue] | dict[str, JsonValue] | None"
"""Any value that JSON can express."""

JsonObject: TypeAlias = "dict[str, JsonValue]"
"""A JSON object."""

REDACTED: Final = "*** Sensitive Data Redacted ***"
"""What stands in place of a secret in every repr, log and error."""


def redacted(value: object) -> str:
    """Return the repr of a sensitive member: whether it is set, never what it is."""
    return "None" if value is None else REDACTED


def redacted_values(value: Mapping[str, object] | None) -> str:
    """Return the repr of a map whose values may be secrets: its keys alone."""
    return "None" if value is None else repr(dict.fromkeys(value, REDACTED))


class Secret:
    """A text that no repr, log, traceback or pickle shows; `reveal()` returns it."""

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        self.__value = value

    def reveal(self) -> str:
        """Return the text."""
        return self.__value

    def __repr__(self) -> str:
        return REDACTED

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other.__value == self.__value

    def __hash__(self) -> int:
        return hash((Secret, self.__value))

    def __reduce__(self) -> Never:
        """Refuse pickling and copying into other formats."""
        raise TypeError("a secret cannot be pickled")

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        return self


class _Variant:
    """A known value of an open enum, before its class exists."""

    __slots__ = ("value",)

    def __init__(self, value: str) -> None:
        self.value = value


# Any: the class statement puts a member of the enum in its place, which no annotation can say.
def _variant(value: str) -> Any:  # pyright: ignore[reportUnusedFunction]  # used by every generated enum
    return _Variant(value)


class OpenEnum(str):
    """A string with known values that accepts values newer than this package.

    An unknown value keeps its text, can be sent again, and says `is_known == False`. Members are compared, hashed,
    formatted, matched, pickled and serialised as the strings they are. Source: anchor.md 1.4.
    """

    __slots__ = ()

    _known: ClassVar[dict[str, Self]] = {}
    _names: ClassVar[dict[str, str]] = {}

    def __init_subclass__(cls) -> None:
        known: dict[str, Any] = {}
        cls._known, cls._names = known, {}
        for name, variant in list(vars(cls).items()):
            if isinstance(variant, _Variant):
                member = cls(variant.value)
                known[variant.value] = member
                cls._names[variant.value] = name
                setattr(cls, name, member)

    def __new__(cls, value: str) -> Self:
        """Return the known member with this text, or a new unknown value."""
        return cls._known.get(value) or str.__new__(cls, value)

    @classmethod
    def values(cls) -> tuple[Self, ...]:
        """Return the known values, in the order of the service model."""
        return tuple(cls._known.values())

    @classmethod
    def try_parse(cls, value: str) -> Self:
        """Return the known member with this text; raise UnknownVariantError for any other text."""
        member = cls._known.get(value)
        if member is None:
            raise UnknownVariantError(f"unknown enum variant: {value!r} is none of {', '.join(cls._known)}")
        return member

    @property
    def value(self) -> str:
        """The wire text as a plain string."""
        return str(self)

    @property
    def is_known(self) -> bool:
        """Whether this package knows the value."""
        return self in self._known

    def __repr__(self) -> str:
        """Name a known member; show the text of an unknown one."""
        name = self._names.get(self)
        return f"{type(self).__name__}.{name}" if name else f"{type(self).__name__}({str(self)!r})"


@frozen(kw_only=True)
class ResponseMetadata:
    """What is known of a call beside its modelled output."""

    request_id: str | None
    """The service's id of the request, from `x-amzn-requestid`."""

    status: int
    """The HTTP status of the response."""

    headers: Mapping[str, str] = field(repr=False)
    """The headers of the response, names in lower case."""

    attempts: tuple[Attempt, ...]
    """Every attempt of the call, oldest first; the last one succeeded."""
