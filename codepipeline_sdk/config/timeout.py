"""Timeouts of a call."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from attrs import frozen

from codepipeline_sdk.error import ConfigError


@frozen(kw_only=True)
class TimeoutConfig:
    """Limits in seconds. None inherits the limit of the layer below; `math.inf` switches it off.

    Source: anchor.md 1.11, with the defaults of design.md 5.
    """

    connect: float | None = None
    """Until TCP and TLS stand. Default 3.1."""

    read: float | None = None
    """From sending the request to the response's headers, and between two chunks of its body. Default 60."""

    attempt: float | None = None
    """One attempt: credentials, endpoint, signing, sending, reading. Off by default; passing it is retried."""

    operation: float | None = None
    """The whole call with every attempt and the waits between them. Off by default."""

    def __attrs_post_init__(self) -> None:
        """Refuse limits that are not positive."""
        for name in ("connect", "read", "attempt", "operation"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise ConfigError(f"timeout {name} must be a positive number of seconds, not {value!r}")

    def resolve(self, defaults: Timeouts) -> Timeouts:
        """Return the limits, each None taken from `defaults`."""
        return Timeouts(
            connect=defaults.connect if self.connect is None else self.connect,
            read=defaults.read if self.read is None else self.read,
            attempt=defaults.attempt if self.attempt is None else self.attempt,
            operation=defaults.operation if self.operation is None else self.operation,
        )


class Timeouts(NamedTuple):
    """The limits that hold, in seconds; `math.inf` where there is none."""

    connect: float
    read: float
    attempt: float
    operation: float


DEFAULT_TIMEOUTS: Final = Timeouts(connect=3.1, read=60.0, attempt=math.inf, operation=math.inf)
"""What holds where nothing is said."""
