"""Interceptors: order, what they may change, what their failures do. anchor.md 1.15, traps 43 to 45."""

from __future__ import annotations

from collections.abc import Callable

import anyio
import pytest
from attrs import evolve

from codepipeline_sdk import Client, SdkError
from codepipeline_sdk._runtime.interceptors import CONTEXTS
from codepipeline_sdk.config import (
    HttpResponse,
    InputContext,
    Interceptor,
    ModifyInputContext,
    ModifyOutcomeContext,
    ModifyRequestContext,
    ModifyResponseContext,
    OutcomeContext,
    RequestContext,
    ResponseContext,
)
from codepipeline_sdk.config.interceptor import Hooked
from codepipeline_sdk.error import (
    ConstructionFailure,
    DispatchFailure,
    InterceptorError,
    ResponseError,
    ThrottlingException,
)
from codepipeline_sdk.operation.get_pipeline import GetPipelineInput, GetPipelineOutput
from codepipeline_sdk.operation.list_pipelines import ListPipelinesOutput
from tests.fakes import ScriptedHttp, config, refusal, reply

HOOKS = list(CONTEXTS)
EXECUTION = HOOKS[:5]
ATTEMPT = HOOKS[5:17]
COMPLETION = HOOKS[17:]


class Recorder(Interceptor):
    """Notes every hook, and does something in one of them."""

    def __init__(self, log: list[str], label: str = "", act: Callable[[], object] | None = None, at: str = "") -> None:
        self.log = log
        self.label = label
        self._act = act
        self._at = at

    def note(self, hook: str) -> None:
        self.log.append(self.label + hook)
        if self._act and hook == self._at:
            self._act()


def _noting(hook: str) -> Callable[[Recorder, InputContext], Hooked]:
    return lambda self, context: self.note(hook)


for _hook in HOOKS:
    setattr(Recorder, _hook, _noting(_hook))


def fail() -> None:
    raise LookupError("planted")


@pytest.mark.row("1.15-order")
@pytest.mark.row("1.15-class")
async def test_the_hooks_run_in_the_order_of_the_table() -> None:
    log: list[str] = []
    await Client(config(ScriptedHttp(reply()), interceptors=(Recorder(log),))).list_pipelines()
    assert log == HOOKS


@pytest.mark.row("1.15-order")
async def test_a_retried_attempt_runs_its_hooks_again() -> None:
    log: list[str] = []
    http = ScriptedHttp(reply(b"", 500), reply())
    await Client(config(http, interceptors=(Recorder(log),))).list_pipelines()
    assert log == [*EXECUTION, *ATTEMPT, *ATTEMPT, *COMPLETION]


@pytest.mark.row("1.8-interceptors")
@pytest.mark.row("1.9-interceptor")
@pytest.mark.row("1.15-registration")
@pytest.mark.trap(43)
async def test_the_clients_interceptors_run_before_the_calls_in_every_phase() -> None:
    log: list[str] = []
    client = Client(config(ScriptedHttp(reply()), interceptors=(Recorder(log, "a:"), Recorder(log, "b:"))))
    await client.list_pipelines().customize().interceptor(Recorder(log, "c:")).interceptor(Recorder(log, "d:"))
    assert log == [f"{label}:{hook}" for hook in HOOKS for label in "abcd"]


@pytest.mark.row("1.15-signing")
@pytest.mark.row("1.15-class")
async def test_hooks_may_be_async() -> None:
    class Adding(Interceptor):
        async def modify_before_signing(self, context: ModifyRequestContext) -> None:
            await anyio.lowlevel.checkpoint()
            context.request.headers["X-Team"] = "web"

    http = ScriptedHttp(reply())
    await Client(config(http, interceptors=(Adding(),))).list_pipelines()
    (request,) = http.requests
    assert request.headers["x-team"] == "web"
    assert "x-team" in request.headers["authorization"]


@pytest.mark.row("1.15-transmit")
@pytest.mark.trap(45)
async def test_what_is_added_before_transmit_is_not_signed() -> None:
    class Adding(Interceptor):
        def modify_before_transmit(self, context: ModifyRequestContext) -> None:
            context.request.headers["x-late"] = "1"

    http = ScriptedHttp(reply())
    await Client(config(http, interceptors=(Adding(),))).list_pipelines()
    assert http.requests[0].headers["x-late"] == "1"
    assert "x-late" not in http.requests[0].headers["authorization"]


@pytest.mark.row("1.10-rewinding")
@pytest.mark.row("1.15-loop")
@pytest.mark.trap(19)
async def test_changes_before_the_retry_loop_stay_and_those_of_an_attempt_vanish() -> None:
    class Adding(Interceptor):
        def modify_before_retry_loop(self, context: ModifyRequestContext) -> None:
            context.request.headers["x-all"] = "1"

        def modify_before_signing(self, context: ModifyRequestContext) -> None:
            first = context.state.setdefault("first", context.request.headers.get("x-first", "yes"))
            if first == "yes":
                context.request.headers["x-first"] = "1"
                context.state["first"] = "no"

    http = ScriptedHttp(reply(b"", 500), reply())
    await Client(config(http, interceptors=(Adding(),))).list_pipelines()
    assert [("x-all" in r.headers, "x-first" in r.headers) for r in http.requests] == [(True, True), (True, False)]


@pytest.mark.row("1.15-input")
async def test_the_input_can_be_replaced_before_it_is_encoded() -> None:
    class Renaming(Interceptor):
        def modify_before_serialization(self, context: ModifyInputContext) -> None:
            assert isinstance(context.input, GetPipelineInput)
            context.replace_input(evolve(context.input, name="other"))

    http = ScriptedHttp(reply())
    await Client(config(http, interceptors=(Renaming(),))).get_pipeline(name="x")
    assert http.bodies == [{"name": "other"}]


@pytest.mark.row("1.15-contexts")
async def test_an_input_of_another_operation_is_refused() -> None:
    class Wrong(Interceptor):
        def modify_before_serialization(self, context: ModifyInputContext) -> None:
            context.replace_input(GetPipelineInput(name="x"))

    with pytest.raises(ConstructionFailure) as caught:
        await Client(config(ScriptedHttp(reply()), interceptors=(Wrong(),))).list_pipelines()
    assert isinstance(caught.value.__cause__, InterceptorError)


async def test_a_changed_body_is_sent_with_its_length() -> None:
    class Padding(Interceptor):
        def modify_before_signing(self, context: ModifyRequestContext) -> None:
            context.request.body += b"   "

    http = ScriptedHttp(reply())
    await Client(config(http, interceptors=(Padding(),))).list_pipelines()
    assert http.requests[0].headers["content-length"] == "5"


@pytest.mark.row("1.15-response")
async def test_the_response_can_be_replaced_before_it_is_decoded() -> None:
    class Mending(Interceptor):
        def modify_before_deserialization(self, context: ModifyResponseContext) -> None:
            context.replace_response(HttpResponse(status=200, body=context.response.body.strip(b"!")))

    client = Client(config(ScriptedHttp(reply(b'!!{"pipelines":[]}')), interceptors=(Mending(),)))
    assert (await client.list_pipelines()).pipelines == []


@pytest.mark.row("1.15-contexts")
async def test_reading_contexts_cannot_change_the_request() -> None:
    class Meddling(Interceptor):
        def read_before_signing(self, context: RequestContext) -> None:
            context.request.headers["x-meddled"] = "1"
            context.request.body = b"[]"

        def read_before_transmit(self, context: RequestContext) -> None:
            context.request.url = "http://elsewhere"

    http = ScriptedHttp(reply())
    await Client(config(http, interceptors=(Meddling(),))).list_pipelines()
    assert "x-meddled" not in http.requests[0].headers
    assert (http.requests[0].body, http.requests[0].url) == (b"{}", "https://codepipeline.eu-west-1.amazonaws.com/")


@pytest.mark.row("1.15-contexts")
async def test_contexts_show_what_is_there() -> None:
    seen: list[object] = []

    class Looking(Interceptor):
        def read_after_transmit(self, context: ResponseContext) -> None:
            seen.append((context.operation, context.response.status, context.request.method))

        def read_after_execution(self, context: OutcomeContext) -> None:
            seen.append(
                (type(context.output), context.error, context.response is not None, context.request is not None)
            )

    await Client(config(ScriptedHttp(reply()), interceptors=(Looking(),))).list_pipelines()
    assert seen == [("ListPipelines", 200, "POST"), (ListPipelinesOutput, None, True, True)]


@pytest.mark.row("1.15-outcome")
async def test_an_attempts_error_can_become_an_output() -> None:
    class Forgiving(Interceptor):
        def modify_before_attempt_completion(self, context: ModifyOutcomeContext) -> None:
            if context.error is not None:
                context.replace_output(ListPipelinesOutput(pipelines=[]))

    http = ScriptedHttp(reply(b"", 500))
    output = await Client(config(http, interceptors=(Forgiving(),))).list_pipelines()
    assert output.pipelines == []
    assert len(http.requests) == 1


@pytest.mark.row("1.15-retried")
@pytest.mark.trap(43)
async def test_an_output_can_become_an_error_that_is_retried() -> None:
    class Impatient(Interceptor):
        def modify_before_attempt_completion(self, context: ModifyOutcomeContext) -> None:
            if not context.state.setdefault("thrown", False):
                context.state["thrown"] = True
                context.replace_error(ThrottlingException("planted"))

    http = ScriptedHttp(reply())
    output = await Client(config(http, interceptors=(Impatient(),))).list_pipelines()
    assert len(http.requests) == 2
    assert output.response_metadata is not None
    assert [attempt.code for attempt in output.response_metadata.attempts] == ["ThrottlingException", None]


@pytest.mark.row("1.15-outcome")
async def test_the_outcome_can_be_replaced_at_the_end() -> None:
    class Final(Interceptor):
        def modify_before_completion(self, context: ModifyOutcomeContext) -> None:
            context.replace_output(GetPipelineOutput())

    http = ScriptedHttp(refusal("PipelineNotFoundException"))
    assert (await Client(config(http, interceptors=(Final(),))).get_pipeline(name="x")).pipeline is None


@pytest.mark.row("1.15-contexts")
async def test_an_output_of_another_operation_is_refused() -> None:
    class Wrong(Interceptor):
        def modify_before_completion(self, context: ModifyOutcomeContext) -> None:
            context.replace_output(GetPipelineOutput())

    with pytest.raises(SdkError, match="modify_before_completion interceptor"):
        await Client(config(ScriptedHttp(reply()), interceptors=(Wrong(),))).list_pipelines()


@pytest.mark.row("1.15-all-run")
@pytest.mark.row("1.15-levels")
@pytest.mark.row("1.15-error")
@pytest.mark.trap(43)
@pytest.mark.parametrize("hook", HOOKS)
async def test_a_failing_hook_skips_to_the_completion_of_its_level_and_the_others_still_run(hook: str) -> None:
    log: list[str] = []
    http = ScriptedHttp(reply())
    interceptors = (Recorder([], act=fail, at=hook), Recorder(log))
    with pytest.raises(SdkError, match=f"Recorder {hook} interceptor encountered an error") as caught:
        await Client(config(http, interceptors=interceptors)).list_pipelines()
    done = HOOKS[: HOOKS.index(hook) + 1]
    if hook in EXECUTION:
        expected = [*done, *COMPLETION]
    elif hook in ATTEMPT[:-2]:
        expected = [*done, *ATTEMPT[-2:], *COMPLETION]
    else:
        expected = HOOKS
    assert log == expected
    cause = caught.value.__cause__
    assert isinstance(cause, InterceptorError)
    assert isinstance(cause.__cause__, LookupError)
    assert len(http.requests) == (1 if HOOKS.index(hook) > HOOKS.index("read_before_transmit") else 0)


@pytest.mark.row("1.5-phase")
@pytest.mark.parametrize(
    ("hooks", "kind"),
    [(HOOKS[:5], ConstructionFailure), (HOOKS[5:11], DispatchFailure), (HOOKS[11:], ResponseError)],
)
async def test_the_phase_of_a_failing_hook_decides_the_error(hooks: list[str], kind: type[SdkError]) -> None:
    for hook in hooks:
        client = Client(config(ScriptedHttp(reply()), interceptors=(Recorder([], act=fail, at=hook),)))
        with pytest.raises(kind) as caught:
            await client.start_pipeline_execution(name="x")
        assert caught.value.request_may_have_run is (kind is ResponseError)


@pytest.mark.row("1.15-all-run")
@pytest.mark.trap(43)
async def test_the_last_failure_of_a_hook_counts() -> None:
    def fail_again() -> None:
        raise ValueError("second")

    interceptors = (
        Recorder([], act=fail, at="read_before_attempt"),
        Recorder([], act=fail_again, at="read_before_attempt"),
    )
    with pytest.raises(DispatchFailure) as caught:
        await Client(config(ScriptedHttp(reply()), interceptors=interceptors)).list_pipelines()
    assert caught.value.__cause__ is not None
    assert isinstance(caught.value.__cause__.__cause__, ValueError)


@pytest.mark.row("1.15-config-bag")
async def test_state_is_of_one_call() -> None:
    seen: list[dict[str, object]] = []

    class Counting(Interceptor):
        def read_before_execution(self, context: InputContext) -> None:
            seen.append(context.state)
            context.state["n"] = len(seen)

    client = Client(config(ScriptedHttp(reply()), interceptors=(Counting(),)))
    await client.list_pipelines()
    await client.list_pipelines()
    assert seen == [{"n": 1}, {"n": 2}]
