"""Values of the model's shapes in their wire form, made out of a seed, and the ways to look at them.

The same seed makes the same values, so a failing case is known by its seed.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any, Final

from codepipeline_sdk.primitives import JsonObject, JsonValue
from tests.generated.service_model import Shape, member

TEXTS: Final = (
    "",
    " ",
    "0",
    "null",
    "release",
    'a "quoted" \\ text / with </tags>',
    "tab\tnewline\r\ncontrol\x00\x1f\x7f",
    "Grüße, мир, 日本語",
    "👩‍🚀 beyond the plane 𐍈 \U0010ffff",
    "\u2028\u2029\ufeff\uffff",
    "e\u0301 is not \u00e9",
    "long " * 400,
)
KEYS: Final = ("", "Branch", "__type", "message", "a.b[0]", "ключ", "🔑", 'quote"\\', "unknown_members")
UNKNOWN_VALUES: Final = ("NotYetKnown", "", "no value was set", "succeeded", "日本")
"""Texts that no enum of the model knows."""

UNKNOWN_NAMES: Final = ("futureMember", "FutureMember", "future_member", "", "日本", "role_arn", "absent")
"""Members that no structure of the model has."""

INTEGERS: Final = (0, 1, -1, 7, 100, 2**31 - 1, 2**53 + 1, -(2**63))
RECENT: Final = 1_400_000_000_000_000
"""From this microsecond on times are random; earlier ones are drawn from the list of milliseconds."""

END_OF_TIME: Final = 7_258_118_400_000_000
"""The first microsecond of the year 2200."""

# Few items, and now and then none: lists of lists of lists grow fast.
SIZES: Final = (0, 1, 1, 2, 3)


class WireValues:
    """Makes wire forms of shapes.

    Args:
        seed: decides everything.
        presence: how likely an optional member is there; by default the seed decides, between none and all.
        sizes: how long lists and maps may be.
        dirty: whether to mix in what a tolerant reader must bear: nulls, null items, unknown members, and required
            members that are missing.
    """

    def __init__(
        self, seed: str, *, presence: float | None = None, sizes: tuple[int, ...] = SIZES, dirty: bool = False
    ) -> None:
        self._random = Random(seed)
        self._presence = self._random.choice((0.0, 0.3, 0.7, 1.0)) if presence is None else presence
        self._sizes = sizes
        self._dirty = dirty

    def structure(self, shape: Shape) -> JsonObject:
        """Return the members of a structure, in the order of the model."""
        made: JsonObject = {}
        for name, inner in shape.members.items():
            required = name in shape.required_members
            if self._dirty and self._chance(0.08):
                made[name] = None
            elif self._chance(0.9 if self._dirty else 1.0) if required else self._chance(self._presence):
                made[name] = self.value(inner)
        if self._dirty and self._chance(0.3):
            made |= {name: self._anything() for name in self._random.sample(UNKNOWN_NAMES, 2)}
            made["__type"] = "com.amazonaws.codepipeline#Whatever"
        return made

    def value(self, shape: Shape) -> JsonValue:
        """Return a value of any shape."""
        match shape.type_name:
            case "structure":
                return self.structure(shape)
            case "list":
                return self._with_nulls([self.value(shape.member) for _ in range(self._size())])
            case "map":
                keys = self._random.sample(KEYS, self._size())
                return dict(zip(keys, self._with_nulls([self.value(shape.value) for _ in keys]), strict=False))
            case "string" if shape.enum:
                return self._random.choice(UNKNOWN_VALUES if self._chance(0.2) else shape.enum)
            case "string":
                return self._text()
            case "integer":
                return self._random.choice(INTEGERS)
            case "boolean":
                return self._chance(0.5)
            case "timestamp":
                return self._timestamp()
            case other:
                raise NotImplementedError(other)

    def shuffled(self, value: Any, shape: Shape) -> Any:
        """Return the same wire form with the members of its structures in another order."""
        return map_values(value, shape, "structure", self._reordered)

    def _reordered(self, members: JsonObject) -> JsonObject:
        names = self._random.sample(list(members), len(members))
        return {name: members[name] for name in names}

    def _chance(self, likelihood: float) -> bool:
        return self._random.random() < likelihood

    def _size(self) -> int:
        return self._random.choice(self._sizes)

    def _with_nulls(self, items: list[JsonValue]) -> list[JsonValue]:
        if self._dirty and self._chance(0.2):
            items.insert(self._random.randint(0, len(items)), None)
        return items

    def _text(self) -> str:
        if self._chance(0.5):
            return self._random.choice(TEXTS)
        points = (self._random.choice((0x20, 0xE0, 0x4E00, 0x1F600)) + self._random.randrange(96) for _ in range(9))
        return "".join(map(chr, points))

    def _timestamp(self) -> int | float:
        """Return epoch seconds: whole ones, or with milliseconds, or with microseconds."""
        microseconds = self._random.choice((0, 1000, 999_000, self._random.randrange(RECENT, END_OF_TIME)))
        precision = self._random.choice((1, 1000, 1_000_000))
        microseconds -= microseconds % precision
        return microseconds / 1_000_000 if microseconds % 1_000_000 else microseconds // 1_000_000

    def _anything(self) -> JsonValue:
        leaves: tuple[JsonValue, ...] = (None, 0, False, 1.5, self._text(), [], {})
        leaf = self._random.choice(leaves)
        nests: tuple[JsonValue, ...] = (leaf, [leaf, None, [leaf]], {"deep": {"er": leaf, "null": None}})
        return self._random.choice(nests)


def full(shape: Shape, seed: str = "full") -> JsonObject:
    """Return a structure with every member at every depth, and items in every list and map."""
    return WireValues(seed, presence=1.0, sizes=(1, 2)).structure(shape)


def plain(value: Any, shape: Shape) -> Any:
    """Return an object of ours as wire names and values, member by member of the model; what is None is left out."""
    if value is None:
        return None
    match shape.type_name:
        case "structure":
            held = {name: plain(member(value, name), inner) for name, inner in shape.members.items()}
            return {name: item for name, item in held.items() if item is not None}
        case "list":
            return [plain(item, shape.member) for item in value]
        case "map":
            return {key: plain(item, shape.value) for key, item in value.items()}
        case _:
            return value


def map_values(value: Any, shape: Shape, kind: str, change: Callable[[Any], Any]) -> Any:
    """Return a wire form with every value of the shapes of one kind changed, the inner ones first."""
    if value is None:
        return None
    match shape.type_name:
        case "list":
            value = [map_values(item, shape.member, kind, change) for item in value]
        case "map":
            value = {key: map_values(item, shape.value, kind, change) for key, item in value.items()}
        case "structure":
            known = shape.members
            value = {
                name: map_values(item, known[name], kind, change) if name in known else item
                for name, item in value.items()
            }
        case _:
            pass
    return change(value) if shape.type_name == kind else value
