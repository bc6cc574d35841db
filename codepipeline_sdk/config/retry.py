"""How often a call is tried, and how long it waits in between."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final, Literal, Self, TypeAlias, get_args

from attrs import field, frozen

from codepipeline_sdk.error import ConfigError

RetryMode: TypeAlias = Literal["standard", "adaptive"]
"""`standard` spends a budget on retries; `adaptive` also holds requests back while the service throttles."""

_MODES: Final[tuple[str, ...]] = get_args(RetryMode)
_STATUSES: Final = range(300, 600)


def _codes(values: Iterable[str]) -> frozenset[str]:
    codes = frozenset(values)
    if isinstance(values, str) or not all(map(_is_code, codes)):
        raise ConfigError(f"retry codes must be a collection of error codes, not {values!r}")
    return codes


def _is_code(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _statuses(values: Iterable[int]) -> frozenset[int]:
    statuses = frozenset(values)
    if not all(status in _STATUSES for status in statuses):
        raise ConfigError(f"retry extra_statuses must be HTTP statuses of errors, 300 to 599, not {values!r}")
    return statuses


@frozen(kw_only=True)
class RetryConfig:
    """When a failed call is tried again, and after how long.

    A failure is retried when a classifier finds that another attempt may fare better: connections that broke, timeouts,
    statuses 500, 502, 503, 504, and throttling. The wait is `random * min(initial_backoff * 2 ** (attempt - 1),
    max_backoff)`, unless the service says how long (`x-amz-retry-after`, else `Retry-After`) or a classifier does.

    All clients of the process in the same retry partition share a budget of 500 tokens. A retry costs 5, after a
    transient failure 10; a call that succeeds after retries gives the cost of the last one back, one that succeeds at
    once adds 1. Without tokens the failure goes to the caller.

    Raises:
        ConfigError: when a setting makes no sense.

    Source: anchor.md 1.10 and section 3, rows 4 and 5.
    """

    mode: RetryMode = "standard"
    """`adaptive` also limits the rate of all requests of the partition, first attempts included, once the service has
    throttled one. The rate follows what the service lets through."""

    max_attempts: int = 3
    """Attempts in all, the first one included; at least 1."""

    initial_backoff: float = 1.0
    """Seconds; doubled for each further attempt, then multiplied by a random number below 1."""

    max_backoff: float = 20.0
    """Seconds that no backoff exceeds, nor a wait that the service or a classifier asks for."""

    extra_codes: frozenset[str] = field(default=frozenset(), converter=_codes)
    """Error codes to retry as transient failures, beside the known ones: `{"ConcurrentModificationException"}`."""

    extra_statuses: frozenset[int] = field(default=frozenset(), converter=_statuses)
    """HTTP statuses to retry beside 500, 502, 503 and 504; 429 as throttling, any other as a transient failure."""

    excluded_codes: frozenset[str] = field(default=frozenset(), converter=_codes)
    """Error codes never to retry, whatever the status: `{"LimitExceededException"}` is a quota of CodePipeline that
    waiting does not lift, yet stands among the throttling codes of AWS."""

    def __attrs_post_init__(self) -> None:
        """Refuse what makes no sense."""
        if self.mode not in _MODES:
            raise ConfigError(f"retry mode must be one of {', '.join(_MODES)}, not {self.mode!r}")
        if type(self.max_attempts) is not int or self.max_attempts < 1:
            raise ConfigError(f"retry max_attempts must be an integer of at least 1, not {self.max_attempts!r}")
        for name in ("initial_backoff", "max_backoff"):
            seconds: object = getattr(self, name)
            if not isinstance(seconds, int | float) or not 0 <= seconds < math.inf:
                raise ConfigError(f"retry {name} must be a number of seconds of at least 0, not {seconds!r}")
        if both := self.extra_codes & self.excluded_codes:
            raise ConfigError(f"retry extra_codes and excluded_codes both name {', '.join(sorted(both))}")

    @classmethod
    def disabled(cls) -> Self:
        """Return the config with one attempt."""
        return cls(max_attempts=1)
