"""Retry classifiers: what decides whether another attempt of a call may fare better.

All classifiers of a call are asked after every failed attempt, in the order of their priorities. The last one with an
opinion counts, except that `RetryAction.FORBIDDEN` ends the round. The built-in ones:

| priority | classifier | retries |
| --- | --- | --- |
| 0 | HTTP status | 500, 502, 503, 504, `RetryConfig.extra_statuses` |
| 9 | error code | the throttling and timeout codes of AWS, `extra_codes`; forbids `excluded_codes` |
| 10 | model | errors that the service model marks as retryable |
| 20 | transient error | connections that failed, replies that cannot be read, attempt timeouts |

A classifier of yours runs after the built-in ones of equal priority, so 20 and above have the last word:

    class RetryStoppedStage:
        name = "stopped stage"
        priority = 30

        def classify(self, context: RetryContext) -> RetryAction:
            if isinstance(context.error, StageNotRetryableException):
                return RetryAction.retry("client", delay=2.0)
            return RetryAction.NO_ACTION

Source: anchor.md 1.10.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, ClassVar, Final, Literal, Protocol, TypeAlias, get_args

from attrs import frozen

from codepipeline_sdk.error import ServiceError

if TYPE_CHECKING:
    from codepipeline_sdk.config.http import HttpResponse
    from codepipeline_sdk.config.retry import RetryConfig
    from codepipeline_sdk.error import SdkError

RetryKind: TypeAlias = Literal["transient", "throttling", "server", "client"]
"""Why another attempt may fare better.

`transient`: the connection, a timeout or a server that fails for the moment; such a retry costs 10 tokens, others 5.
`throttling`: too many requests; slows the adaptive mode down. `server`, `client`: another error of either side that the
service calls retryable.
"""

_KINDS: Final[tuple[str, ...]] = get_args(RetryKind)


@frozen
class RetryAction:
    """What a classifier makes of a failed attempt: `NO_ACTION`, `FORBIDDEN`, or `RetryAction.retry(kind)`."""

    kind: RetryKind | None = None
    """Why to retry; None when the action is not to."""

    delay: float | None = None
    """Seconds to wait, up to `max_backoff`, whatever the service asks for; None leaves it to service and backoff."""

    is_forbidden: bool = False
    """Whether the call ends here, whatever other classifiers think."""

    NO_ACTION: ClassVar[RetryAction]
    """No opinion; another classifier's counts."""

    FORBIDDEN: ClassVar[RetryAction]
    """No retry; no further classifier is asked."""

    def __attrs_post_init__(self) -> None:
        """Refuse what cannot be done."""
        if self.kind is not None and self.kind not in _KINDS:
            raise ValueError(f"the kind of a retry must be one of {', '.join(_KINDS)}, not {self.kind!r}")
        if self.delay is not None and not 0 <= self.delay < math.inf:
            raise ValueError(f"the delay of a retry must be a number of seconds of at least 0, not {self.delay!r}")

    @classmethod
    def retry(cls, kind: RetryKind, *, delay: float | None = None) -> RetryAction:
        """Return the action to retry, after `delay` seconds if given."""
        return cls(kind, delay)


RetryAction.NO_ACTION = RetryAction()
RetryAction.FORBIDDEN = RetryAction(is_forbidden=True)


@frozen(kw_only=True)
class RetryContext:
    """A failed attempt."""

    operation: str
    """The API name of the operation, such as `GetPipeline`."""

    attempt: int
    """The number of the attempt, counted from 1."""

    error: SdkError
    """What the attempt came to. Its `attempts`, `operation` and the like are filled in when the call ends."""

    config: RetryConfig
    """The retry settings of the call."""

    response: HttpResponse | None = None
    """The response; None when none arrived whole."""

    @property
    def code(self) -> str | None:
        """The service's error code; None when the failure is no ServiceError or has none."""
        return self.error.code if isinstance(self.error, ServiceError) else None

    @property
    def status(self) -> int | None:
        """The HTTP status; None when no response arrived."""
        if isinstance(self.error, ServiceError) and self.error.status is not None:
            return self.error.status
        return None if self.response is None else self.response.status


class RetryClassifier(Protocol):
    """Decides on retries. Shared by all calls of a client, so it must keep no state of a call."""

    @property
    def name(self) -> str:
        """What logs and errors call it."""
        ...

    @property
    def priority(self) -> int:
        """Its place among the others: lower ones are asked, and overridden, first."""
        ...

    def classify(self, context: RetryContext) -> RetryAction:
        """Return what to do about a failed attempt. Must not block.

        A classifier that raises, or returns something else, ends the call as `FORBIDDEN` does; the call's own error
        goes to the caller, with a note that names the classifier.
        """
        ...
