"""What is retried and why: the built-in classifiers, and those of the user. anchor.md 1.10, traps 11 to 14 and 58."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from codepipeline_sdk._runtime.retry import ClassifierChain, RetrySession, TokenBucket
from codepipeline_sdk._runtime.retry.classifiers import BUILT_IN, THROTTLING_CODES
from codepipeline_sdk.config.http import ConnectorErrorKind, HttpResponse
from codepipeline_sdk.config.retry import RetryConfig
from codepipeline_sdk.config.retry_classifier import RetryAction, RetryClassifier, RetryContext, RetryKind
from codepipeline_sdk.error import (
    ConfigError,
    ConstructionFailure,
    DispatchFailure,
    InterceptorError,
    OperationTimeout,
    ResponseError,
    SdkError,
    ServiceError,
)
from codepipeline_sdk.types.error import ConcurrentModificationException
from tests.runtime.failures import not_connected, refused, throttled


def kind_of(error: SdkError, config: RetryConfig | None = None) -> RetryKind | None:
    """Return the kind by which the built-in classifiers would retry; None when they would not."""
    call = RetrySession(config or RetryConfig(), TokenBucket(), lambda: 1.0)
    return None if call.delay_after(error, 1) is None or call.decision is None else call.decision.kind


@pytest.mark.trap(12)
@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_error_by_status_is_transient(status: int) -> None:
    assert kind_of(refused(status)) == "transient"


@pytest.mark.row("1.10-429")
@pytest.mark.trap(12)
@pytest.mark.parametrize("status", [400, 404, 408, 413, 429, 501, 505])
def test_any_other_status_alone_is_final(status: int) -> None:
    assert kind_of(refused(status)) is None


@pytest.mark.row("1.10-throttling-codes")
@pytest.mark.trap(12)
@pytest.mark.parametrize("code", sorted(THROTTLING_CODES))
def test_a_throttling_code_beats_the_status(code: str) -> None:
    assert kind_of(refused(400, code)) == "throttling"
    assert kind_of(refused(503, code)) == "throttling"


@pytest.mark.row("1.10-transient-codes")
@pytest.mark.parametrize("code", ["RequestTimeout", "RequestTimeoutException"])
def test_a_timeout_code_is_transient(code: str) -> None:
    assert kind_of(refused(400, code)) == "transient"


@pytest.mark.trap(13)
def test_the_quota_of_the_model_is_retried_as_throttling_unless_it_is_excluded() -> None:
    error = refused(400, "LimitExceededException")
    assert kind_of(error) == "throttling"
    assert kind_of(error, RetryConfig(excluded_codes={"LimitExceededException"})) is None


def test_an_excluded_code_is_final_whatever_the_status() -> None:
    assert kind_of(refused(503, "Maintenance"), RetryConfig(excluded_codes={"Maintenance"})) is None


@pytest.mark.trap(14)
@pytest.mark.parametrize(
    "code",
    ["ConcurrentModificationException", "ConflictException", "ConcurrentPipelineExecutionsLimitExceededException"],
)
def test_conflicts_are_final_unless_their_code_is_added(code: str) -> None:
    assert kind_of(refused(400, code)) is None
    assert kind_of(refused(400, code), RetryConfig(extra_codes={code})) == "transient"


def test_an_added_throttling_code_stays_throttling() -> None:
    assert kind_of(throttled(), RetryConfig(extra_codes={"ThrottlingException"})) == "throttling"


@pytest.mark.row("1.10-429")
@pytest.mark.parametrize(("status", "kind"), [(429, "throttling"), (408, "transient"), (501, "transient")])
def test_added_statuses_are_retried_429_as_throttling(status: int, kind: RetryKind) -> None:
    assert kind_of(refused(status), RetryConfig(extra_statuses={status})) == kind


@pytest.mark.parametrize(
    ("kind", "transient"),
    [
        ("connect_timeout", True),
        ("read_timeout", True),
        ("io", True),
        ("response", False),
        ("user", False),
        ("other", False),
    ],
)
def test_a_connection_that_failed_is_transient_but_a_bad_setting_is_not(
    kind: ConnectorErrorKind, transient: bool
) -> None:
    assert kind_of(not_connected(kind)) == ("transient" if transient else None)


def test_a_dispatch_failure_without_a_connection_is_final() -> None:
    assert kind_of(DispatchFailure("no credentials")) is None


@pytest.mark.trap(58)
def test_a_reply_that_cannot_be_read_is_transient() -> None:
    assert kind_of(ResponseError("no JSON", response=HttpResponse(status=200))) == "transient"


def test_an_interceptor_that_fails_on_a_reply_is_final_unless_the_status_is_transient() -> None:
    for status, kind in ((200, None), (503, "transient")):
        error = ResponseError("hook", response=HttpResponse(status=status))
        error.__cause__ = InterceptorError("hook")
        assert kind_of(error) == kind


def test_an_attempt_timeout_is_transient_and_an_operation_timeout_final() -> None:
    assert kind_of(OperationTimeout(timeout="attempt")) == "transient"
    assert kind_of(OperationTimeout(timeout="operation")) is None


def test_a_request_that_cannot_be_built_is_final() -> None:
    assert kind_of(ConstructionFailure("missing")) is None


def test_an_error_that_the_model_marks_is_retried_as_it_says() -> None:
    class Interrupted(ServiceError):
        RETRYABLE: ClassVar[RetryKind] = "server"

    assert kind_of(Interrupted(status=400)) == "server"
    assert kind_of(Interrupted(status=503)) == "server"


class Classifier:
    """Says the same always, and keeps what it was asked."""

    def __init__(self, action: RetryAction, priority: int = 30, name: str = "mine") -> None:
        self.name = name
        self.priority = priority
        self.asked: list[RetryContext] = []
        self._action = action

    def classify(self, context: RetryContext) -> RetryAction:
        self.asked.append(context)
        return self._action


def session(*classifiers: RetryClassifier, bucket: TokenBucket | None = None) -> RetrySession:
    chain = ClassifierChain(classifiers)
    return RetrySession(RetryConfig(), bucket or TokenBucket(), lambda: 1.0, classifiers=chain, operation="GetPipeline")


def kind_with(error: SdkError, *classifiers: RetryClassifier) -> RetryKind | None:
    call = session(*classifiers)
    return None if call.delay_after(error, 1) is None or call.decision is None else call.decision.kind


def test_the_built_in_classifiers_have_the_priorities_of_the_anchor() -> None:
    assert [classifier.priority for classifier in BUILT_IN] == [0, 9, 10, 20]


@pytest.mark.row("1.10-classifiers")
@pytest.mark.parametrize(
    ("priority", "kind"), [(-1, "transient"), (0, "server"), (8, "server"), (9, "server"), (30, "server")]
)
def test_a_later_classifier_overrides_an_earlier_one(priority: int, kind: RetryKind) -> None:
    assert kind_with(refused(503), Classifier(RetryAction.retry("server"), priority)) == kind


@pytest.mark.row("1.8-retry-classifiers")
@pytest.mark.parametrize(("priority", "kind"), [(8, "throttling"), (9, "server")])
def test_a_classifier_runs_after_the_built_in_one_of_its_priority(priority: int, kind: RetryKind) -> None:
    assert kind_with(throttled(), Classifier(RetryAction.retry("server"), priority)) == kind


def test_classifiers_of_equal_priority_are_asked_in_the_order_they_are_given() -> None:
    one, two = Classifier(RetryAction.retry("server")), Classifier(RetryAction.retry("client"))
    assert kind_with(refused(400), one, two) == "client"
    assert kind_with(refused(400), two, one) == "server"


def test_no_action_leaves_the_opinion_of_others() -> None:
    assert kind_with(refused(503), Classifier(RetryAction.NO_ACTION)) == "transient"
    assert kind_with(refused(400), Classifier(RetryAction.NO_ACTION)) is None


@pytest.mark.row("1.10-classifiers")
@pytest.mark.parametrize("priority", [-1, 30])
def test_forbidden_ends_the_round_at_any_priority(priority: int) -> None:
    later = Classifier(RetryAction.retry("server"), 40)
    assert kind_with(refused(503), Classifier(RetryAction.FORBIDDEN, priority), later) is None
    assert later.asked == []


def test_a_forbidden_retry_spends_nothing_but_is_still_throttling() -> None:
    bucket = TokenBucket()
    call = session(Classifier(RetryAction.FORBIDDEN), bucket=bucket)
    call.delay_after(throttled(), 1)
    assert call.decision == ("throttling", None, "forbidden", None)
    assert bucket.tokens == 500


@pytest.mark.row("1.10-kinds")
@pytest.mark.parametrize(("kind", "cost"), [("transient", 10), ("throttling", 5), ("server", 5), ("client", 5)])
def test_a_classifiers_kind_decides_the_cost(kind: RetryKind, cost: int) -> None:
    bucket = TokenBucket()
    session(Classifier(RetryAction.retry(kind)), bucket=bucket).delay_after(refused(400), 1)
    assert bucket.tokens == 500 - cost


@pytest.mark.parametrize(("asked_for", "seconds"), [(0.0, 0.0), (7.5, 7.5), (3600.0, 20.0)])
def test_a_classifiers_delay_beats_the_services_and_is_capped(asked_for: float, seconds: float) -> None:
    classifier = Classifier(RetryAction.retry("client", delay=asked_for))
    assert session(classifier).delay_after(refused(503, headers={"retry-after": "2"}), 1) == seconds


def test_a_later_opinion_replaces_an_earlier_ones_delay() -> None:
    early = Classifier(RetryAction.retry("client", delay=9.0), priority=-1)
    assert session(early).delay_after(refused(503), 1) == 1.0


@pytest.mark.row("1.10-classifiers")
def test_a_classifier_sees_the_attempt() -> None:
    classifier = Classifier(RetryAction.NO_ACTION)
    error = refused(503, "Maintenance")
    session(classifier).delay_after(error, 2)
    (context,) = classifier.asked
    assert (context.operation, context.attempt, context.code, context.status) == ("GetPipeline", 2, "Maintenance", 503)
    assert context.error is error
    assert context.response is error.response
    assert context.config == RetryConfig()


def test_a_context_without_response_has_neither_code_nor_status() -> None:
    context = RetryContext(operation="GetPipeline", attempt=1, error=not_connected(), config=RetryConfig())
    assert (context.response, context.code, context.status) == (None, None, None)


def test_an_error_that_was_built_by_hand_counts_by_its_status() -> None:
    assert kind_of(ConcurrentModificationException(status=503)) == "transient"


class Failing:
    name = "broken"
    priority = 5

    def classify(self, context: RetryContext) -> RetryAction:
        raise LookupError(context.operation)


def test_a_classifier_that_raises_forbids_the_retry_and_is_named_on_the_error() -> None:
    call, error = session(Failing()), refused(503)
    assert call.delay_after(error, 1) is None
    assert error.__notes__ == ["not retried, because the retry classifier 'broken' raised LookupError"]
    assert call.decision is not None
    assert call.decision.stopped_by == "forbidden"
    assert isinstance(call.decision.failure, LookupError)


@pytest.mark.parametrize("answer", [None, True, "transient"])
def test_a_classifier_that_returns_anything_else_forbids_the_retry(answer: object) -> None:
    class Careless(Failing):
        def classify(self, context: RetryContext) -> RetryAction:
            return answer  # type: ignore[return-value]  # what an unchecked classifier does

    call = session(Careless())
    assert call.delay_after(refused(503), 1) is None
    assert call.decision is not None
    assert isinstance(call.decision.failure, TypeError)


def test_a_classifier_does_not_stop_a_keyboard_interrupt() -> None:
    class Interrupted(Failing):
        def classify(self, context: RetryContext) -> RetryAction:
            raise KeyboardInterrupt

    call = session(Interrupted())
    with pytest.raises(KeyboardInterrupt):
        call.delay_after(refused(503), 1)


class Unsortable:
    name = "unsortable"
    priority = "high"

    def classify(self, context: RetryContext) -> RetryAction:
        return RetryAction.NO_ACTION


@pytest.mark.parametrize("wrong", [object(), Failing, Failing().classify, Unsortable()])
def test_what_is_no_classifier_is_refused(wrong: Any) -> None:
    with pytest.raises(ConfigError, match="a retry classifier has name, priority and classify"):
        ClassifierChain([wrong])


@pytest.mark.parametrize(
    ("kind", "delay"),
    [("sometimes", None), ("client", -1.0), ("client", float("nan")), ("client", float("inf"))],
)
def test_an_action_that_cannot_be_done_is_refused(kind: RetryKind, delay: float | None) -> None:
    with pytest.raises(ValueError, match="of a retry must be"):
        RetryAction.retry(kind, delay=delay)
