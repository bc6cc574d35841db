"""The rules of scalars on the wire: what is absent, filled, dropped or refused, and times. anchor.md 1.3, 1.4, 1.6."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest

from codepipeline_sdk._runtime.codec import (
    EPOCH,
    DecodeError,
    EncodeError,
    array,
    boolean,
    enum_text,
    epoch_seconds,
    integer,
    structure,
    text,
    text_map,
    texts,
    timestamp,
)
from codepipeline_sdk.operation.list_pipelines import LIST_PIPELINES
from codepipeline_sdk.primitives import JsonObject, JsonValue

Decode = Callable[[JsonValue, str], object]

EXACT_SECONDS = 2**33
"""Times before the year 2242, of which a double holds every microsecond."""


@pytest.mark.row("1.3-error-correction")
@pytest.mark.trap(6)
@pytest.mark.parametrize(
    ("decode", "filler"),
    [
        (text, ""),
        (integer, 0),
        (boolean, False),
        (array, []),
        (texts, []),
        (text_map, {}),
        (structure, {}),
        (timestamp, datetime(1970, 1, 1, tzinfo=UTC)),
        (enum_text, "no value was set"),
    ],
)
def test_a_required_value_that_is_absent_is_filled(decode: Decode, filler: object) -> None:
    assert decode(None, "member") == filler


@pytest.mark.row("1.6-deserialise")
@pytest.mark.trap(5)
def test_nulls_are_absent_as_members_and_dropped_as_items() -> None:
    body: JsonObject = {"pipelines": [None, {"name": "a", "version": None}, None], "nextToken": None}
    output = LIST_PIPELINES.decode(body)
    assert output.next_token is None
    assert [(item.name, item.version) for item in output.pipelines or []] == [("a", None)]
    assert texts(["a", None, "b"], "member") == ["a", "b"]
    assert text_map({"a": "1", "b": None}, "member") == {"a": "1"}


@pytest.mark.row("1.3-accessors")
def test_a_list_that_was_not_sent_is_none_and_an_empty_one_is_empty() -> None:
    assert LIST_PIPELINES.decode({}).pipelines is None
    assert LIST_PIPELINES.decode({"pipelines": None}).pipelines is None
    assert LIST_PIPELINES.decode({"pipelines": []}).pipelines == []


@pytest.mark.row("1.6-deserialise")
def test_a_member_that_nobody_knows_is_passed_over() -> None:
    body: JsonObject = {"pipelines": [{"name": "a", "newer": [{"than": "this"}]}], "newer": {"than": None}}
    assert [item.name for item in LIST_PIPELINES.decode(body).pipelines or []] == ["a"]


@pytest.mark.row("1.6-integers")
@pytest.mark.parametrize(("value", "number"), [(7, 7), (7.0, 7), (-1, -1), (2**53 + 1, 2**53 + 1), (1e3, 1000)])
def test_a_whole_number_is_an_integer(value: JsonValue, number: int) -> None:
    found = integer(value, "member")
    assert (found, type(found)) == (number, int)


@pytest.mark.row("1.6-integers")
@pytest.mark.parametrize("value", [1.5, True, "1", [1], float("inf"), float("nan")])
def test_what_is_no_whole_number_is_refused(value: JsonValue) -> None:
    with pytest.raises(DecodeError, match="member 'member' must be an integer"):
        integer(value, "member")


@pytest.mark.parametrize(
    ("decode", "wrong", "expected"),
    [
        (text, 5, "a string, not int"),
        (boolean, "true", "a boolean, not str"),
        (array, {}, "a list, not dict"),
        (structure, [], "an object, not list"),
        (timestamp, True, "a number of seconds, not bool"),
    ],
)
def test_a_value_of_another_type_is_refused_without_being_shown(
    decode: Decode, wrong: JsonValue, expected: str
) -> None:
    with pytest.raises(DecodeError) as caught:
        decode(wrong, "Shape.member")
    assert expected in f"{caught.value} {caught.value.__cause__}"


@pytest.mark.row("1.6-timestamps")
@pytest.mark.trap(48)
def test_every_millisecond_is_read_exactly() -> None:
    draw = random.Random(48)
    for milliseconds in (1_446_669_597_123, 1, 999, *(draw.randrange(EXACT_SECONDS * 1000) for _ in range(2_000))):
        sent = f"{milliseconds // 1000}.{milliseconds % 1000:03}"
        assert timestamp(json.loads(sent), "member") == EPOCH + timedelta(milliseconds=milliseconds)


@pytest.mark.row("1.4-datetime")
@pytest.mark.trap(48)
def test_a_time_is_aware_and_in_utc() -> None:
    found = timestamp(1_446_669_597, "member")
    assert (found.isoformat(), found.tzinfo) == ("2015-11-04T20:39:57+00:00", UTC)


@pytest.mark.row("1.6-timestamps")
@pytest.mark.trap(48)
@pytest.mark.parametrize("value", [float("inf"), float("-inf"), float("nan"), 1e18, -1e12, "yesterday"])
def test_a_time_beyond_the_calendar_is_refused(value: JsonValue) -> None:
    with pytest.raises(DecodeError, match="no time between the years 1 and 9999"):
        timestamp(value, "member")


@pytest.mark.parametrize("value", ["2015-11-04T20:39:57Z", "2015-11-04T21:39:57+01:00", "2015-11-04T20:39:57"])
def test_a_time_may_be_a_text_of_iso_8601(value: str) -> None:
    assert timestamp(value, "member") == datetime(2015, 11, 4, 20, 39, 57, tzinfo=UTC)


@pytest.mark.row("1.4-formats")
@pytest.mark.parametrize(
    ("time", "number"),
    [
        (datetime(2015, 11, 4, 20, 39, 57, tzinfo=UTC), "1446669597"),
        (datetime(2015, 11, 4, 20, 39, 57, 123_000, tzinfo=UTC), "1446669597.123"),
        (datetime(2015, 11, 4, 20, 39, 57, 500_000, tzinfo=UTC), "1446669597.5"),
        (datetime(2015, 11, 4, 21, 39, 57, tzinfo=timezone(timedelta(hours=1))), "1446669597"),
        (datetime(1970, 1, 1, tzinfo=UTC), "0"),
        (datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC), "-1"),
        (datetime(1, 1, 1, tzinfo=UTC), "-62135596800"),
        (datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), "253402300799"),
    ],
)
def test_a_time_is_sent_as_epoch_seconds_with_its_fraction_trimmed(time: datetime, number: str) -> None:
    assert json.dumps(epoch_seconds(time)) == number


@pytest.mark.row("1.4-conversions")
def test_a_naive_time_is_refused_because_nobody_knows_its_zone() -> None:
    with pytest.raises(EncodeError, match="naive"):
        epoch_seconds(datetime(2015, 11, 4, 20, 39, 57))  # noqa: DTZ001


@pytest.mark.row("1.4-conversions")
def test_a_time_survives_the_wire_to_the_microsecond() -> None:
    draw = random.Random(1)
    for _ in range(2_000):
        time = EPOCH + timedelta(microseconds=draw.randrange(EXACT_SECONDS * 1_000_000))
        assert timestamp(json.loads(json.dumps(epoch_seconds(time))), "member") == time
