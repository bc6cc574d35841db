"""Clocks that are wrong: how far the services are ahead of the client, and what to sign for.

A service refuses signatures that are more than some minutes off its own clock. Every response tells its time in
`Date`, so the first refusal, or any answer before it, says how to put that right.

Source: anchor.md 1.7 and section 3, row 2.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

SKEW_CODES: Final = frozenset({
    # Say that the time is wrong.
    "RequestExpired",
    "RequestInTheFuture",
    "RequestTimeTooSkewed",
    # Say that the signature is wrong, which a wrong time may be the reason of.
    "AuthFailure",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
})  # fmt: skip
"""Errors that a wrong clock may be behind; the measured skew tells whether it is."""

THRESHOLD: Final = 4 * 60.0
"""Seconds of skew up to which nothing is corrected. Services tolerate five minutes."""

MAX_ROUND_TRIP: Final = 15 * 60.0
"""Seconds from request to response beyond which `Date` says nothing."""

_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# No clock of a service shows a year before 1970 or after 2999, and no signature could name those far off.
_FIXDATE: Final = re.compile(
    rf"({'|'.join(_WEEKDAYS)}), ([0-9]{{2}}) ({'|'.join(_MONTHS)}) ((?:19[7-9]|2[0-9]{{2}})[0-9]) "
    r"([0-9]{2}):([0-9]{2}):([0-9]{2}) GMT"
)


# Responses of the same second have the same text.
@lru_cache(maxsize=16)
def parse_fixdate(text: str) -> float | None:
    """Return the epoch seconds of an IMF-fixdate (RFC 9110 5.6.7); None for any other text."""
    match = _FIXDATE.fullmatch(text)
    if match is None:
        return None
    weekday, day, month, *numbers = match.groups()
    year, hour, minute, second = map(int, numbers)
    try:
        time = datetime(year, _MONTHS.index(month) + 1, int(day), hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    return time.timestamp() if _WEEKDAYS[time.weekday()] == weekday else None


class ClockSkew:
    """How far services are ahead of a client's clock, as all calls of the client have seen it.

    Tasks and threads may share it without a lock: it holds one number, and whichever measurement is stored last is a
    right one.

    Args:
        disabled: measure, but correct nothing.
    """

    __slots__ = ("_disabled", "_skew")

    def __init__(self, *, disabled: bool = False) -> None:
        self._disabled = disabled
        self._skew = 0.0

    def measure(self, headers: Mapping[str, str], sent: float, received: float) -> float | None:
        """Take the time of a response, and return by how many seconds the service is ahead (negative: behind).

        Args:
            headers: those of the response, names in lower case.
            sent: when the client began to send the request, in epoch seconds of its own uncorrected clock.
            received: when it had the response.

        Returns:
            `Date` minus the middle between both times. None when `Date` is absent or malformed, when the response comes
            out of a cache (`Age`), and when the round trip took longer than 15 minutes or went back in time.
        """
        date = headers.get("date")
        if date is None or "age" in headers or not 0 <= received - sent <= MAX_ROUND_TRIP:
            return None
        time = parse_fixdate(date)
        if time is None:
            return None
        skew = time - (sent + received) / 2
        # The service looked at its clock at some moment of the round trip; a skew that fits is no news.
        if abs(skew - self._skew) > (received - sent) / 2:
            self._skew = skew
        return skew

    def offset(self) -> float:
        """Return the seconds to add to the client's clock when signing: the skew above four minutes, else 0."""
        skew = self._skew
        return 0.0 if self._disabled or abs(skew) <= THRESHOLD else skew


class CallClock:
    """The clock of one call over its attempts."""

    __slots__ = ("_is_spent", "_offset", "_tracker", "skew")

    def __init__(self, tracker: ClockSkew) -> None:
        self._tracker = tracker
        self._offset = 0.0
        self._is_spent = False
        self.skew: float | None = None
        """By how many seconds the service was ahead in the call's latest response that tells; None before one did."""

    def signing_time(self, now: float) -> float:
        """Return the time to sign an attempt for, corrected by what is known now."""
        self._offset = self._tracker.offset()
        return now + self._offset

    def receive(self, headers: Mapping[str, str], sent: float, received: float) -> None:
        """Take the time of an attempt's response; see `ClockSkew.measure`."""
        skew = self._tracker.measure(headers, sent, received)
        if skew is not None:
            self.skew = skew

    def corrects(self, code: str | None) -> bool:
        """Return whether an attempt that ended with this error code was signed for a wrong time, so that another helps.

        True once in a call at most: when the offset known now is minutes off the one the attempt was signed with. A
        wrong secret has the same code, but no such difference.
        """
        if self._is_spent or code not in SKEW_CODES or abs(self._tracker.offset() - self._offset) <= THRESHOLD:
            return False
        self._is_spent = True
        return True
