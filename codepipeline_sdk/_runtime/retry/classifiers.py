"""The built-in retry classifiers, and the round of questions to all. Source: anchor.md 1.10, traps 12 to 14."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from codepipeline_sdk.config.http import ConnectorError
from codepipeline_sdk.config.retry_classifier import RetryAction, RetryClassifier, RetryContext, RetryKind
from codepipeline_sdk.error import ConfigError, DispatchFailure, InterceptorError, OperationTimeout, ResponseError

TRANSIENT_STATUSES: Final = frozenset({500, 502, 503, 504})
TOO_MANY_REQUESTS: Final = 429

THROTTLING_CODES: Final = frozenset({
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionInProgressException",
})  # fmt: skip
TRANSIENT_CODES: Final = frozenset({"RequestTimeout", "RequestTimeoutException"})

_TRANSIENT: Final = RetryAction.retry("transient")
_THROTTLING: Final = RetryAction.retry("throttling")


class HttpStatusClassifier:
    """Statuses of a server that fails for the moment, and those that the config adds."""

    name: str = "HTTP status"
    priority: int = 0

    def classify(self, context: RetryContext) -> RetryAction:
        """Judge by the status of the response."""
        if context.status in TRANSIENT_STATUSES:
            return _TRANSIENT
        if context.status in context.config.extra_statuses:
            return _THROTTLING if context.status == TOO_MANY_REQUESTS else _TRANSIENT
        return RetryAction.NO_ACTION


class ErrorCodeClassifier:
    """The codes that AWS services have in common, those that the config adds, and those that it excludes."""

    name: str = "error code"
    priority: int = 9

    def classify(self, context: RetryContext) -> RetryAction:
        """Judge by the code of the service error."""
        code, config = context.code, context.config
        if code in config.excluded_codes:
            return RetryAction.FORBIDDEN
        if code in THROTTLING_CODES:
            return _THROTTLING
        if code in TRANSIENT_CODES or code in config.extra_codes:
            return _TRANSIENT
        return RetryAction.NO_ACTION


class ModeledRetryClassifier:
    """Errors that the service model marks as retryable: the class attribute `RETRYABLE` names the kind."""

    name: str = "model"
    priority: int = 10

    def classify(self, context: RetryContext) -> RetryAction:
        """Judge by the class of the error."""
        kind: RetryKind | None = getattr(context.error, "RETRYABLE", None)
        return RetryAction.NO_ACTION if kind is None else RetryAction.retry(kind)


class TransientErrorClassifier:
    """Connections that failed, replies that cannot be read, attempts that took too long."""

    name: str = "transient error"
    priority: int = 20

    def classify(self, context: RetryContext) -> RetryAction:
        """Judge by what kept a response from being one."""
        error = context.error
        match error.__cause__:
            case ConnectorError(retryable=retryable):
                transient = retryable and isinstance(error, DispatchFailure | ResponseError)
            case InterceptorError():
                transient = False
            case _:
                transient = isinstance(error, ResponseError) or (
                    isinstance(error, OperationTimeout) and error.timeout == "attempt"
                )
        return _TRANSIENT if transient else RetryAction.NO_ACTION


BUILT_IN: Final[tuple[RetryClassifier, ...]] = (
    HttpStatusClassifier(),
    ErrorCodeClassifier(),
    ModeledRetryClassifier(),
    TransientErrorClassifier(),
)


class Verdict(NamedTuple):
    """What the classifiers of a call think of a failed attempt."""

    kind: RetryKind | None = None
    """Why another attempt may fare better, even if it is forbidden; None when nobody thinks so."""

    delay: float | None = None
    """Seconds to wait that a classifier asks for."""

    forbidden_by: str | None = None
    """The name of the classifier that ended the round."""

    failure: Exception | None = None
    """What that classifier raised."""


class _Entry(NamedTuple):
    priority: int
    name: str
    classify: Callable[[RetryContext], object]

    @classmethod
    def of(cls, classifier: object) -> _Entry:
        """Read a classifier's attributes, once for all calls."""
        name: object = getattr(classifier, "name", None)
        priority: object = getattr(classifier, "priority", None)
        classify: object = getattr(classifier, "classify", None)
        is_instance = not isinstance(classifier, type)
        if is_instance and isinstance(name, str) and isinstance(priority, int) and callable(classify):
            return cls(priority, name, classify)
        raise ConfigError(f"a retry classifier has name, priority and classify(), which {classifier!r} has not")


class ClassifierChain:
    """The classifiers of a client in the order they are asked.

    Args:
        added: those of the user; each is put behind the built-in ones of its priority.

    Raises:
        ConfigError: when one of them is no classifier.
    """

    __slots__ = ("_entries",)

    def __init__(self, added: Iterable[RetryClassifier] = ()) -> None:
        entries = [_Entry.of(classifier) for classifier in (*BUILT_IN, *added)]
        self._entries = sorted(entries, key=lambda entry: entry.priority)

    def judge(self, context: RetryContext) -> Verdict:
        """Ask all in turn; the last opinion counts, and a classifier that fails forbids the retry."""
        verdict = Verdict()
        for _, name, classify in self._entries:
            try:
                action = _checked(classify(context))
            except Exception as error:
                return verdict._replace(forbidden_by=name, failure=error)
            if action.is_forbidden:
                return verdict._replace(forbidden_by=name)
            if action.kind is not None:
                verdict = Verdict(action.kind, action.delay)
        return verdict


def _checked(action: object) -> RetryAction:
    if not isinstance(action, RetryAction):
        raise TypeError(f"a RetryAction is expected, not {type(action).__name__}")
    return action
