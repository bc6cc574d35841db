"""How often a call is tried, and how long it waits in between."""

from __future__ import annotations

from typing import Self

from attrs import frozen

from codepipeline_sdk.error import ConfigError


@frozen(kw_only=True)
class RetryConfig:
    """Standard retries: full jitter, and a budget that all clients of a partition share. Source: anchor.md 1.10."""

    max_attempts: int = 3
    """Attempts in all, the first one included."""

    initial_backoff: float = 1.0
    """Seconds; doubled for each further attempt, then multiplied by a random number below 1."""

    max_backoff: float = 20.0
    """Seconds that no wait exceeds, whatever the service asks for."""

    def __attrs_post_init__(self) -> None:
        for name, least in (("max_attempts", 1), ("initial_backoff", 0), ("max_backoff", 0)):
            if not getattr(self, name) >= least:
                raise ConfigError(f"retry {name} must be at least {least}, not {getattr(self, name)!r}")

    @classmethod
    def disabled(cls) -> Self:
        """Return the config with one attempt."""
        return cls(max_attempts=1)
