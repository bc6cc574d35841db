"""Clocks that are wrong: what a response tells, when signing is corrected, what is tried again. anchor.md 1.7."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from email.utils import formatdate, parsedate_to_datetime

import pytest
from hypothesis import example, given, settings, strategies as st

from codepipeline_sdk._runtime.clock_skew import SKEW_CODES, THRESHOLD, CallClock, ClockSkew, parse_fixdate

NOW = 1_700_000_000.0
HOUR = 3600.0


def dated(skew: float, **headers: str) -> dict[str, str]:
    """Return the headers of a response whose service is ahead of the client by this much."""
    return {"date": formatdate(NOW + skew, usegmt=True), **headers}


def measured(skew: float, *, disabled: bool = False) -> ClockSkew:
    tracker = ClockSkew(disabled=disabled)
    tracker.measure(dated(skew), NOW, NOW)
    return tracker


def answered(clock: CallClock, skew: float) -> CallClock:
    """Let an attempt be signed and answered at once."""
    clock.signing_time(NOW)
    clock.receive(dated(skew), NOW, NOW)
    return clock


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777.0),
        ("Tue, 14 Nov 2023 22:13:20 GMT", 1_700_000_000.0),
        ("Thu, 29 Feb 2024 23:59:59 GMT", 1_709_251_199.0),
        ("Tue, 31 Dec 2999 23:59:59 GMT", 32_503_679_999.0),
    ],
)
def test_an_imf_fixdate_is_its_epoch_seconds(text: str, time: float) -> None:
    assert parse_fixdate(text) == time


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        "1994-11-06T08:49:37Z",
        "784111777",
        "Mon, 06 Nov 1994 08:49:37 GMT",
        "sun, 06 nov 1994 08:49:37 gmt",
        "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 06 Nov 1994 08:49:37 +0000",
        "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 08:60:00 GMT",
        "Sat, 31 Dec 2016 23:59:60 GMT",
        "Wed, 30 Feb 2022 00:00:00 GMT",
        "Sun, 00 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT ",
        " Sun, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT\n",
        "Sun,  06 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
        "Sun, ٠٦ Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:٤٩:37 GMT",
        "Wed, 31 Dec 1969 23:59:59 GMT",
        "Wed, 01 Jan 3000 00:00:00 GMT",
        "Mon, 01 Jan 0001 00:00:00 GMT",
        "Fri, 31 Dec 9999 23:59:59 GMT",
    ],
)
def test_any_other_text_is_no_time(text: str) -> None:
    assert parse_fixdate(text) is None
    assert ClockSkew().measure({"date": text}, NOW, NOW) is None


@settings(derandomize=True, deadline=None)
@given(st.datetimes(datetime(1970, 1, 1), datetime(2999, 12, 31, 23, 59, 59), timezones=st.just(UTC)))  # noqa: DTZ001
def test_every_time_that_the_standard_library_writes_is_read(moment: datetime) -> None:
    text = formatdate(moment.timestamp(), usegmt=True)
    assert parse_fixdate(text) == parsedate_to_datetime(text).timestamp()


@pytest.mark.row("1.7-skew")
@pytest.mark.parametrize(
    ("skew", "offset"),
    [
        (0.0, 0.0),
        (239.0, 0.0),
        (240.0, 0.0),
        (241.0, 241.0),
        (-240.0, 0.0),
        (-241.0, -241.0),
        (HOUR, HOUR),
        (-50 * 365 * 86400.0, -50 * 365 * 86400.0),
    ],
)
def test_signing_is_corrected_by_a_skew_of_more_than_four_minutes(skew: float, offset: float) -> None:
    tracker = ClockSkew()
    assert tracker.measure(dated(skew), NOW, NOW) == skew
    assert tracker.offset() == offset


def test_a_client_signs_for_its_own_time_until_a_response_says_otherwise() -> None:
    assert ClockSkew().offset() == 0.0


def test_the_skew_counts_from_the_middle_of_the_round_trip() -> None:
    assert ClockSkew().measure(dated(HOUR), NOW - 10, NOW + 30) == HOUR - 10


@pytest.mark.row("1.7-skew")
@pytest.mark.parametrize(
    ("headers", "sent", "received"),
    [
        pytest.param({}, NOW, NOW, id="no date"),
        pytest.param(dated(HOUR, age="0"), NOW, NOW, id="fresh out of a cache"),
        pytest.param(dated(HOUR, age=""), NOW, NOW, id="out of a cache that does not know"),
        pytest.param(dated(HOUR), NOW, NOW + 900.5, id="more than fifteen minutes"),
        pytest.param(dated(HOUR), NOW, NOW - 0.5, id="the client's clock was put back"),
        pytest.param(dated(HOUR), math.nan, NOW, id="no time at the start"),
        pytest.param(dated(HOUR), NOW, math.inf, id="no time at the end"),
    ],
)
def test_a_response_that_does_not_tell_the_time_changes_nothing(
    headers: dict[str, str], sent: float, received: float
) -> None:
    tracker = measured(-HOUR)
    assert tracker.measure(headers, sent, received) is None
    assert tracker.offset() == -HOUR


def test_a_round_trip_of_fifteen_minutes_still_counts() -> None:
    tracker = ClockSkew()
    assert tracker.measure(dated(HOUR), NOW - 450, NOW + 450) == HOUR
    assert tracker.offset() == HOUR


def test_a_slow_answer_of_a_right_clock_corrects_nothing() -> None:
    tracker = ClockSkew()
    assert tracker.measure(dated(0), NOW - 600, NOW) == 300.0
    assert tracker.offset() == 0.0


def test_a_slow_answer_that_no_right_clock_can_give_is_corrected() -> None:
    tracker = ClockSkew()
    assert tracker.measure(dated(100), NOW - 600, NOW) == 400.0
    assert tracker.offset() == 400.0


def test_a_slow_answer_does_not_blur_what_a_quick_one_told() -> None:
    tracker = measured(HOUR)
    tracker.measure(dated(HOUR), NOW - 600, NOW)
    assert tracker.offset() == HOUR


def test_the_correction_ends_when_the_clocks_agree_again() -> None:
    tracker = measured(HOUR)
    tracker.measure(dated(1), NOW, NOW)
    assert tracker.offset() == 0.0


def test_a_disabled_tracker_measures_and_corrects_nothing() -> None:
    tracker = ClockSkew(disabled=True)
    assert tracker.measure(dated(HOUR), NOW, NOW) == HOUR
    assert tracker.offset() == 0.0


@settings(derandomize=True, deadline=None)
@example("\ud800", "0", NOW, NOW)
@given(st.text(), st.none() | st.text(), st.floats(), st.floats())
def test_no_headers_and_no_times_make_the_measurement_fail(
    date: str, age: str | None, sent: float, received: float
) -> None:
    headers = {"date": date} if age is None else {"date": date, "age": age}
    tracker = ClockSkew()
    tracker.measure(headers, sent, received)
    tracker.measure(dated(HOUR), sent, received)
    assert math.isfinite(tracker.offset())


@settings(derandomize=True, deadline=None)
@given(st.from_regex(r"[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT", fullmatch=True))
@example("Tue, 14 Nov 2023 22:13:20 GMT")
def test_what_is_shaped_like_a_date_is_its_time_or_nothing(text: str) -> None:
    time = parse_fixdate(text)
    assert time is None or formatdate(time, usegmt=True) == text


def test_a_call_is_signed_for_the_time_of_the_service() -> None:
    assert CallClock(measured(HOUR)).signing_time(NOW) == NOW + HOUR
    assert CallClock(measured(10)).signing_time(NOW) == NOW
    assert CallClock(measured(HOUR, disabled=True)).signing_time(NOW) == NOW


def test_a_call_knows_no_skew_before_one_of_its_own_responses_tells() -> None:
    assert CallClock(measured(HOUR)).skew is None


def test_a_call_keeps_the_skew_of_its_latest_response_that_tells() -> None:
    clock = answered(CallClock(ClockSkew()), -5)
    assert clock.skew == -5
    clock.receive({}, NOW, NOW)
    assert clock.skew == -5
    clock.receive(dated(7), NOW, NOW)
    assert clock.skew == 7


@pytest.mark.parametrize("code", sorted(SKEW_CODES))
@pytest.mark.parametrize("skew", [HOUR, -HOUR])
def test_a_refusal_for_a_wrong_time_is_put_right_by_signing_again(code: str, skew: float) -> None:
    clock = answered(CallClock(ClockSkew()), skew)
    assert clock.corrects(code)
    assert clock.signing_time(NOW) == NOW + skew


@pytest.mark.parametrize(
    "code", [None, "", "AccessDeniedException", "ExpiredTokenException", "ThrottlingException", "RequestTimeout"]
)
def test_any_other_error_is_not_blamed_on_the_clock(code: str | None) -> None:
    assert not answered(CallClock(ClockSkew()), HOUR).corrects(code)


@pytest.mark.parametrize("skew", [0.0, THRESHOLD, -THRESHOLD])
def test_a_wrong_signature_with_a_right_clock_is_final(skew: float) -> None:
    assert not answered(CallClock(ClockSkew()), skew).corrects("InvalidSignatureException")


def test_a_wrong_signature_for_the_corrected_time_is_final() -> None:
    assert not answered(CallClock(measured(HOUR)), HOUR + 1).corrects("InvalidSignatureException")


def test_a_refusal_that_does_not_tell_the_time_is_final() -> None:
    clock = CallClock(ClockSkew())
    clock.signing_time(NOW)
    clock.receive({}, NOW, NOW)
    assert not clock.corrects("RequestTimeTooSkewed")


def test_a_call_is_put_right_once() -> None:
    clock = answered(CallClock(ClockSkew()), HOUR)
    assert clock.corrects("InvalidSignatureException")
    assert not answered(clock, -HOUR).corrects("InvalidSignatureException")


def test_an_error_of_another_kind_leaves_the_one_correction_to_a_later_attempt() -> None:
    clock = answered(CallClock(ClockSkew()), 0)
    assert not clock.corrects("InternalFailure")
    assert answered(clock, HOUR).corrects("RequestExpired")


def test_a_clock_that_was_put_right_meanwhile_ends_the_correction() -> None:
    clock = answered(CallClock(measured(HOUR)), 0)
    assert clock.corrects("InvalidSignatureException")
    assert clock.signing_time(NOW) == NOW


def test_a_call_profits_from_what_another_call_found_out_while_it_was_on_its_way() -> None:
    tracker = ClockSkew()
    early = CallClock(tracker)
    early.signing_time(NOW)
    assert answered(CallClock(tracker), HOUR).corrects("RequestTimeTooSkewed")
    early.receive(dated(HOUR), NOW, NOW)
    assert early.corrects("RequestTimeTooSkewed")


def test_a_disabled_correction_makes_every_refusal_final() -> None:
    clock = answered(CallClock(ClockSkew(disabled=True)), HOUR)
    assert not clock.corrects("RequestTimeTooSkewed")
    assert clock.skew == HOUR
