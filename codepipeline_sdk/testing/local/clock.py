"""The service's only sources of time and of identifiers: rules C-1, C-6, D-3."""

from __future__ import annotations

import itertools
import time
import uuid
from collections.abc import Callable
from typing import Final, Literal, Protocol, TypeAlias

MANUAL_START: Final = 1767225600.0
"""2026-01-01T00:00:00Z, where a manual clock starts unless told otherwise: C-12a."""


class Clock(Protocol):
    """Tells the time of the service."""

    def now(self) -> float:
        """Return epoch seconds."""
        ...


class SystemClock:
    """The time of the machine."""

    def now(self) -> float:
        """Return epoch seconds."""
        return time.time()


class ManualClock:
    """A time that moves only when it is told to."""

    def __init__(self, start: float = MANUAL_START) -> None:
        """Start at `start`, in epoch seconds."""
        self._now = start

    def now(self) -> float:
        """Return epoch seconds."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Move on by `seconds`; raise ValueError when that goes back."""
        self.set(self._now + seconds)

    def set(self, now: float) -> None:
        """Move on to `now`, in epoch seconds; raise ValueError when that goes back."""
        if now < self._now:
            raise ValueError(f"the clock stands at {self._now} and cannot go back to {now}")
        self._now = now


Ids: TypeAlias = Callable[[], str]
"""Makes identifiers in the form of a lower-case UUID."""

IdsOption: TypeAlias = Literal["uuid4", "sequential"] | Ids
"""Random identifiers, the same identifiers in every run, or a function of one's own."""


def identifiers(option: IdsOption) -> Ids:
    """Return the source of identifiers that an option stands for."""
    if option == "uuid4":
        return lambda: str(uuid.uuid4())
    if option == "sequential":
        numbers = itertools.count(1)
        return lambda: "{0:08d}-0000-4000-8000-{0:012d}".format(next(numbers))
    return option
