"""How often a call is tried, and how long it waits in between."""

from __future__ import annotations

from typing import Self

from attrs import field, frozen, validators


@frozen(kw_only=True)
class RetryConfig:
    """Standard retries: full jitter, and a budget that all clients of a partition share. Source: anchor.md 1.10."""

    max_attempts: int = field(default=3, validator=validators.ge(1))
    """Attempts in all, the first one included."""

    initial_backoff: float = field(default=1.0, validator=validators.ge(0))
    """Seconds; doubled for each further attempt, then multiplied by a random number below 1."""

    max_backoff: float = field(default=20.0, validator=validators.ge(0))
    """Seconds that no wait exceeds, whatever the service asks for."""

    @classmethod
    def disabled(cls) -> Self:
        """Return the config with one attempt."""
        return cls(max_attempts=1)
