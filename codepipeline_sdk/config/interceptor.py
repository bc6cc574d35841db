"""Interceptors: code of yours that looks at calls on their way, or changes them.

| hook | sees | may change |
| --- | --- | --- |
| `read_before_execution` | input | |
| `modify_before_serialization` | input | input |
| `read_before_serialization` | input | |
| `read_after_serialization` | input, request | |
| `modify_before_retry_loop` | input, request | request, for all attempts |
| `read_before_attempt` | input, request | |
| `modify_before_signing` | input, request | request of this attempt, signed |
| `read_before_signing` | input, request | |
| `read_after_signing` | input, request | |
| `modify_before_transmit` | input, request | request of this attempt, unsigned |
| `read_before_transmit` | input, request | |
| `read_after_transmit` | input, request, response | |
| `modify_before_deserialization` | input, request, response | response |
| `read_before_deserialization` | input, request, response | |
| `read_after_deserialization` | and output or error | |
| `modify_before_attempt_completion` | and output or error | output or error |
| `read_after_attempt` | and output or error | |
| `modify_before_completion` | and output or error | output or error |
| `read_after_execution` | and output or error | |

Within a hook, the client's interceptors run before the call's, in the order they were given, in every phase. All run
even if one fails; the last failure counts. A failure before the first attempt ends the call; one during an attempt ends
the attempt and is asked about as any other failure is. The last four hooks always run, unless the call is cancelled or
its operation timeout passes.

Source: anchor.md 1.15, traps 43 to 45.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TypeAlias, TypeVar

from attrs import define, evolve, field

from codepipeline_sdk.config.http import HttpRequest, HttpResponse
from codepipeline_sdk.error import SdkError

PresentT = TypeVar("PresentT")

Hooked: TypeAlias = Awaitable[None] | None
"""What a hook returns: nothing, or something to await."""


@define(kw_only=True, eq=False)
class Exchange:
    """What a call has come to so far. Interceptors see it through contexts."""

    operation: str
    input: object
    output_class: type
    request: HttpRequest | None = None
    response: HttpResponse | None = None
    output: object = None
    error: SdkError | None = None
    state: dict[str, object] = field(factory=dict[str, object])


class InputContext:
    """A call before its request exists."""

    __slots__ = ("_exchange",)

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    @property
    def operation(self) -> str:
        """The API name of the operation, such as `GetPipeline`."""
        return self._exchange.operation

    @property
    def state(self) -> dict[str, object]:
        """A place of this call for what interceptors tell each other or keep between hooks."""
        return self._exchange.state

    @property
    def input(self) -> object:
        """The input, immutable."""
        return self._exchange.input


class ModifyInputContext(InputContext):
    """A call whose input can be replaced."""

    __slots__ = ()

    def replace_input(self, value: object) -> None:
        """Put another input of the same class in its place."""
        if type(value) is not type(self._exchange.input):
            raise TypeError(f"an input of {self.operation} is expected, not {type(value).__name__}")
        self._exchange.input = value


class RequestContext(InputContext):
    """A call with its request."""

    __slots__ = ()

    @property
    def request(self) -> HttpRequest:
        """The request, as a copy."""
        return copy_request(present(self._exchange.request, "request"))


class ModifyRequestContext(RequestContext):
    """A call whose request can be changed in place."""

    __slots__ = ()

    @property
    def request(self) -> HttpRequest:
        """The request itself; header names are in lower case."""
        return present(self._exchange.request, "request")

    def replace_request(self, request: HttpRequest) -> None:
        """Put another request in its place."""
        self._exchange.request = request


class ResponseContext(RequestContext):
    """A call with its response."""

    __slots__ = ()

    @property
    def response(self) -> HttpResponse:
        """The response, immutable."""
        return present(self._exchange.response, "response")


class ModifyResponseContext(ResponseContext):
    """A call whose response can be replaced before it is decoded."""

    __slots__ = ()

    def replace_response(self, response: HttpResponse) -> None:
        """Put another response in its place."""
        self._exchange.response = response


class OutcomeContext(InputContext):
    """An attempt or a call that is over, well or not."""

    __slots__ = ()

    @property
    def request(self) -> HttpRequest | None:
        """The request, as a copy; None when it could not be built."""
        request = self._exchange.request
        return None if request is None else copy_request(request)

    @property
    def response(self) -> HttpResponse | None:
        """The response; None when none arrived."""
        return self._exchange.response

    @property
    def output(self) -> object:
        """The output; None when there is an error."""
        return self._exchange.output

    @property
    def error(self) -> SdkError | None:
        """The error; None when there is an output."""
        return self._exchange.error


class ModifyOutcomeContext(OutcomeContext):
    """An attempt or a call whose outcome can be replaced."""

    __slots__ = ()

    def replace_output(self, output: object) -> None:
        """Let it end with this output, of the operation's class."""
        if type(output) is not self._exchange.output_class:
            raise TypeError(f"an output of {self.operation} is expected, not {type(output).__name__}")
        self._exchange.output, self._exchange.error = output, None

    def replace_error(self, error: SdkError) -> None:
        """Let it end with this error."""
        self._exchange.output, self._exchange.error = None, error


class Interceptor:
    """Override the hooks you need, as plain or async methods."""

    @property
    def name(self) -> str:
        """How errors call it."""
        return type(self).__name__

    def read_before_execution(self, context: InputContext) -> Hooked:
        """Before anything."""

    def modify_before_serialization(self, context: ModifyInputContext) -> Hooked:
        """Before the input is encoded; the last chance to change it."""

    def read_before_serialization(self, context: InputContext) -> Hooked:
        """Before the input is encoded."""

    def read_after_serialization(self, context: RequestContext) -> Hooked:
        """When the request exists; it has no URL yet."""

    def modify_before_retry_loop(self, context: ModifyRequestContext) -> Hooked:
        """Before the first attempt; every attempt begins with the request as it is left here."""

    def read_before_attempt(self, context: RequestContext) -> Hooked:
        """Before each attempt."""

    def modify_before_signing(self, context: ModifyRequestContext) -> Hooked:
        """When endpoint and credentials of an attempt are known; what is added is signed."""

    def read_before_signing(self, context: RequestContext) -> Hooked:
        """Before the request is signed."""

    def read_after_signing(self, context: RequestContext) -> Hooked:
        """When the request is signed."""

    def modify_before_transmit(self, context: ModifyRequestContext) -> Hooked:
        """Before the request is sent; what is added is not signed."""

    def read_before_transmit(self, context: RequestContext) -> Hooked:
        """Before the request is sent."""

    def read_after_transmit(self, context: ResponseContext) -> Hooked:
        """When the response has arrived."""

    def modify_before_deserialization(self, context: ModifyResponseContext) -> Hooked:
        """Before the response is decoded; the last chance to change it."""

    def read_before_deserialization(self, context: ResponseContext) -> Hooked:
        """Before the response is decoded."""

    def read_after_deserialization(self, context: OutcomeContext) -> Hooked:
        """When the response is decoded into an output or an error."""

    def modify_before_attempt_completion(self, context: ModifyOutcomeContext) -> Hooked:
        """At the end of each attempt, before it is decided whether there will be another."""

    def read_after_attempt(self, context: OutcomeContext) -> Hooked:
        """At the end of each attempt."""

    def modify_before_completion(self, context: ModifyOutcomeContext) -> Hooked:
        """At the end of the call; the last chance to change what the caller gets."""

    def read_after_execution(self, context: OutcomeContext) -> Hooked:
        """At the end of the call."""


def copy_request(request: HttpRequest) -> HttpRequest:
    """Return a request that shares nothing that can be changed."""
    return evolve(request, headers=dict(request.headers))


def present(value: PresentT | None, name: str) -> PresentT:
    """Return a value that must be there by now."""
    if value is None:
        raise LookupError(f"there is no {name} at this point of the call")
    return value
