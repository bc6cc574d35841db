"""Between the types and plain data: `to_dict` and `from_dict`, for files, queues, templates and boto3's dicts.

cattrs does the work. It is imported with this module, never by a call. Source: design.md 4.6.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, TypeVar

import attrs
import cattrs
from cattrs.cols import is_sequence, list_structure_factory
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override
from cattrs.v import format_exception, transform_error

from codepipeline_sdk import types
from codepipeline_sdk._runtime.codec import DecodeError, structure, timestamp
from codepipeline_sdk.error import ConversionError
from codepipeline_sdk.primitives import REDACTED, JsonObject, JsonValue, OpenEnum, redacted, redacted_values

if TYPE_CHECKING:
    from attrs import AttrsInstance

Names: TypeAlias = Literal["python", "wire"]
"""Whether keys are snake_case as in Python, or as the service and boto3 spell them."""

ValueT = TypeVar("ValueT", bound="AttrsInstance")
ScalarT = TypeVar("ScalarT", str, bool, int)
Writer: TypeAlias = Callable[[object], JsonObject]
Reader: TypeAlias = Callable[[Mapping[str, JsonValue], object], object]
ItemsReader: TypeAlias = Callable[[object, object], object]
ObjectReader: TypeAlias = Callable[[JsonValue, object], object]

_UNKNOWN_MEMBERS: Final = "unknownMembers"

# The library types its keyword arguments as its own switches, though members' overrides go the same way.
_make_writer: Callable[..., Writer] = make_dict_unstructure_fn
_make_reader: Callable[..., Reader] = make_dict_structure_fn


def to_dict(value: AttrsInstance, *, names: Names = "python", reveal: bool = False) -> JsonObject:
    """Return an input, output or structure as plain data that `json.dumps` takes.

    Members that are None are left out, times are ISO 8601 texts in UTC, enums are their texts. What a response said
    beyond the model stands among the members with wire names, and under `unknown_members` with Python names.

    Args:
        value: of any generated class.
        names: how keys are spelt.
        reveal: whether secrets are shown; otherwise a notice stands in their place.
    """
    data: JsonObject = _converter(names, reveal=reveal).unstructure(value)
    return data


def from_dict(kind: type[ValueT], data: Mapping[str, object], *, names: Names = "python") -> ValueT:
    """Return an object of a generated class, made of plain data as `to_dict(reveal=True)` or boto3 returns it.

    Times may be texts of ISO 8601, epoch seconds or aware datetimes. An unknown key with a Python name is an error;
    one with a wire name is kept where the class can keep it, else dropped.

    Raises:
        ConversionError: listing every misfit with its path.
    """
    try:
        return _converter(names, reveal=True).structure(dict(data), kind)
    except Exception as error:
        problems = transform_error(error, path=kind.__name__, format_exception=_describe)
        raise ConversionError("; ".join(problems)) from None


def _describe(error: BaseException, kind: type | None) -> str:
    # The texts of our own refusals never show a value, for it may be a secret.
    return str(error) if isinstance(error, DecodeError) else format_exception(error, kind)


@cache
def _converter(names: Names, *, reveal: bool) -> cattrs.Converter:
    """Return the converter for one way of spelling; there are four."""
    converter = cattrs.Converter(forbid_extra_keys=names == "python")
    for kind in (str, bool, int):
        converter.register_structure_hook(kind, _strict)
    converter.register_structure_hook_func(lambda kind: kind is object, lambda value, _: value)
    converter.register_structure_hook(datetime, _time)
    converter.register_unstructure_hook(datetime, lambda value: value.astimezone(UTC).isoformat())
    converter.register_unstructure_hook(OpenEnum, str)

    def reader(kind: type[AttrsInstance]) -> ObjectReader:
        return _reader(kind, converter, names)

    def writer(kind: type[AttrsInstance]) -> Writer:
        return _writer(kind, converter, names, reveal=reveal)

    def list_reader(kind: type) -> ItemsReader:
        return _list_reader(kind, converter)

    converter.register_structure_hook_factory(is_sequence, list_reader)
    converter.register_structure_hook_factory(attrs.has, reader)
    converter.register_unstructure_hook_factory(attrs.has, writer)
    return converter


def _strict(value: object, kind: type[ScalarT]) -> ScalarT:
    """Take a scalar of just this type: nothing is coerced but the text of an enum."""
    if issubclass(kind, OpenEnum) and isinstance(value, str):
        return kind(value)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise DecodeError(f"{kind.__name__} expected, not {type(value).__name__}")
    return value


def _list_reader(kind: type, converter: cattrs.Converter) -> ItemsReader:
    read: ItemsReader = list_structure_factory(kind, converter)

    def read_list(value: object, target: object) -> object:
        # A text would be taken as a list of its characters.
        if type(value) not in {list, tuple}:
            raise DecodeError(f"a list expected, not {type(value).__name__}")
        return read(value, target)

    return read_list


def _time(value: object, _: object) -> datetime:
    """Take a time as a text of ISO 8601, epoch seconds or an aware datetime."""
    try:
        time = datetime.fromisoformat(value) if isinstance(value, str) else value
        if isinstance(time, int | float):
            return timestamp(time, "time")
    except ValueError:
        time = None
    if not isinstance(time, datetime) or time.tzinfo is None:
        raise DecodeError("a time with its offset expected: ISO 8601, epoch seconds or an aware datetime")
    return time.astimezone(UTC)


def _writer(kind: type[AttrsInstance], converter: cattrs.Converter, names: Names, *, reveal: bool) -> Writer:
    """Return what turns an object of the class into a dict."""
    write = _make_writer(kind, converter, **_options(kind, names, reveal=reveal))

    def unstructure(value: object) -> JsonObject:
        data: JsonObject = {key: item for key, item in write(value).items() if item is not None}
        extra = data.pop(_UNKNOWN_MEMBERS, None) if names == "wire" else None
        return {**extra, **data} if isinstance(extra, dict) else data

    return unstructure


def _reader(kind: type[AttrsInstance], converter: cattrs.Converter, names: Names) -> ObjectReader:
    """Return what makes an object of the class from a dict."""
    options = _options(kind, names, reveal=True)
    read = _make_reader(kind, converter, **options)
    wire_names = {_wire_name(attribute) for attribute in attrs.fields(kind)}

    def read_object(value: JsonValue, target: object) -> object:
        given = structure(value, kind.__name__)
        if names == "wire":
            rest: JsonObject = {key: item for key, item in given.items() if key not in wire_names}
            given = {key: item for key, item in given.items() if item is not None}
            if rest and "unknown_members" in options:
                given[_UNKNOWN_MEMBERS] = rest
        return read(given, target)

    return read_object


def _options(kind: type[AttrsInstance], names: Names, *, reveal: bool) -> dict[str, object]:
    """Return how each member is spelt, hidden or left out."""
    # Annotations may name classes that are not loaded yet.
    attrs.resolve_types(kind, globalns={}, localns=_Namespace())
    return {attribute.name: _option(attribute, names, reveal=reveal) for attribute in attrs.fields(kind)}


def _option(attribute: attrs.Attribute[object], names: Names, *, reveal: bool) -> object:
    if attribute.name == "response_metadata":
        return override(omit=True)
    rename = _wire_name(attribute) if names == "wire" else None
    if not reveal and attribute.repr is redacted:
        return override(rename=rename, unstruct_hook=lambda value: None if value is None else REDACTED)
    if not reveal and (attribute.repr is redacted_values or attribute.name == "unknown_members"):
        return override(rename=rename, unstruct_hook=lambda value: value and dict.fromkeys(value, REDACTED))
    return override(rename=rename)


class _Namespace(dict[str, object]):
    """The names that annotations of generated classes use."""

    def __init__(self) -> None:
        super().__init__(
            ClassVar=object,
            JsonValue=object,
            Mapping=Mapping,
            ResponseMetadata=object,
            Sequence=Sequence,
            datetime=datetime,
        )

    def __missing__(self, name: str) -> object:
        if name in types.__all__:
            return getattr(types, name)
        raise KeyError(name)


def _wire_name(attribute: attrs.Attribute[object]) -> str:
    """Return the name in the metadata of a member, else its own in camelCase."""
    first, *rest = attribute.name.rstrip("_").split("_")
    name: str = attribute.metadata.get("wire_name") or first + "".join(word.capitalize() for word in rest)
    return name
