"""Changes to single calls: interceptors, requests, settings. Source: anchor.md 1.9, design.md 5."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator
from copy import copy
from inspect import isawaitable
from typing import TYPE_CHECKING, Final, Generic, Self, Unpack

from attrs import frozen

from codepipeline_sdk._runtime.operation import InputT, Invoker, Operation, OutputT
from codepipeline_sdk.config.interceptor import Interceptor, ModifyRequestContext
from codepipeline_sdk.error import ConfigError

if TYPE_CHECKING:
    from codepipeline_sdk.config.http import HttpRequest
    from codepipeline_sdk.config.settings import ConfigChanges


@frozen(kw_only=True)
class Customization:
    """What a call does differently from its client."""

    interceptors: tuple[Interceptor, ...] = ()
    changes: ConfigChanges | None = None
    features: tuple[str, ...] = ()
    """Feature ids for the user agent."""

    def over(self, other: Customization) -> Customization:
        """Return the other customization with this one on top."""
        return Customization(
            interceptors=(*other.interceptors, *self.interceptors),
            changes={**(other.changes or {}), **(self.changes or {})} or None,
            features=(*other.features, *self.features),
        )


NOT_CUSTOMIZED: Final = Customization()


class Customizable:
    """Something that sends calls and lets them be customised. Every method returns a new object."""

    __slots__ = ("_invoker",)

    _invoker: Invoker

    def interceptor(self, interceptor: Interceptor) -> Self:
        """Let an interceptor see these calls, after the client's own."""
        return self._customized(Customization(interceptors=(interceptor,)))

    def mutate_request(self, change: Callable[[HttpRequest], None]) -> Self:
        """Change the request of each attempt in place, before it is signed."""
        return self.interceptor(_MutateRequest(change))

    def map_request(self, change: Callable[[HttpRequest], HttpRequest | Awaitable[HttpRequest]]) -> Self:
        """Replace the request of each attempt, before it is signed; a failure ends the attempt."""
        return self.interceptor(_MapRequest(change))

    def config_override(self, **changes: Unpack[ConfigChanges]) -> Self:
        """Change settings for these calls. The limits of time are changed one by one, all else as a whole.

        The retry partition stays the client's. Credentials that are given here are cached for the one call.
        """
        if "http" in changes:
            raise ConfigError(
                "http settings belong to a client, not to a call: give an http_client, or use with_config"
            )
        return self._customized(Customization(changes=changes))

    def _customized(self, customization: Customization) -> Self:
        customised = copy(self)
        customised._invoker = CustomizedInvoker(self._invoker, customization)  # of the same class
        return customised


class CustomizedInvoker:
    """Sends calls through another invoker, customised."""

    __slots__ = ("_customization", "_invoker")

    def __init__(self, invoker: Invoker, customization: Customization) -> None:
        self._invoker = invoker
        self._customization = customization

    async def invoke(
        self,
        operation: Operation[InputT, OutputT],
        input: InputT,
        customization: Customization | None = None,
    ) -> OutputT:
        """Send one call with the customization given here on top of the invoker's own."""
        whole = customization.over(self._customization) if customization else self._customization
        return await self._invoker.invoke(operation, input, whole)


class CustomizableOperation(Customizable, Generic[InputT, OutputT]):
    """A request whose call is customised; await it, or `send()`, to send it."""

    __slots__ = ("_input", "_operation")

    def __init__(self, invoker: Invoker, operation: Operation[InputT, OutputT], input: InputT) -> None:
        self._invoker = invoker
        self._operation = operation
        self._input = input

    async def send(self) -> OutputT:
        """Send the request and return the response; raises as the builder's `send()` does."""
        return await self._invoker.invoke(self._operation, self._input)

    def __await__(self) -> Generator[object, None, OutputT]:
        """Send the request, as `send()` does."""
        return self.send().__await__()


class _MutateRequest(Interceptor):
    def __init__(self, change: Callable[[HttpRequest], None]) -> None:
        self._change = change

    def modify_before_signing(self, context: ModifyRequestContext) -> None:
        self._change(context.request)


class _MapRequest(Interceptor):
    def __init__(self, change: Callable[[HttpRequest], HttpRequest | Awaitable[HttpRequest]]) -> None:
        self._change = change

    async def modify_before_signing(self, context: ModifyRequestContext) -> None:
        request = self._change(context.request)
        context.replace_request(await request if isawaitable(request) else request)
