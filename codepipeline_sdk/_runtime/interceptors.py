"""Runs the hooks of interceptors. With none configured there is no object of this module on the way of a call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from inspect import isawaitable
from typing import Final

from codepipeline_sdk.config.interceptor import (
    Exchange,
    Hooked,
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
from codepipeline_sdk.error import InterceptorError

CONTEXTS: Final[dict[str, type[InputContext]]] = {
    "read_before_execution": InputContext,
    "modify_before_serialization": ModifyInputContext,
    "read_before_serialization": InputContext,
    "read_after_serialization": RequestContext,
    "modify_before_retry_loop": ModifyRequestContext,
    "read_before_attempt": RequestContext,
    "modify_before_signing": ModifyRequestContext,
    "read_before_signing": RequestContext,
    "read_after_signing": RequestContext,
    "modify_before_transmit": ModifyRequestContext,
    "read_before_transmit": RequestContext,
    "read_after_transmit": ResponseContext,
    "modify_before_deserialization": ModifyResponseContext,
    "read_before_deserialization": ResponseContext,
    "read_after_deserialization": OutcomeContext,
    "modify_before_attempt_completion": ModifyOutcomeContext,
    "read_after_attempt": OutcomeContext,
    "modify_before_completion": ModifyOutcomeContext,
    "read_after_execution": OutcomeContext,
}
"""The context of each hook, in the order of a call."""


class Hooks:
    """The hooks of some interceptors, those that are not overridden left out."""

    def __init__(self, interceptors: Sequence[Interceptor]) -> None:
        self._hooks: dict[str, list[tuple[str, Callable[[InputContext], Hooked]]]] = {
            hook: [
                (interceptor.name, getattr(interceptor, hook))
                for interceptor in interceptors
                if getattr(type(interceptor), hook) is not getattr(Interceptor, hook)
            ]
            for hook in CONTEXTS
        }

    async def run(self, hook: str, exchange: Exchange) -> None:
        """Run one hook of all interceptors; raise the last failure when some failed."""
        failure: InterceptorError | None = None
        context = CONTEXTS[hook](exchange)
        for name, function in self._hooks[hook]:
            try:
                awaitable = function(context)
                if isawaitable(awaitable):
                    await awaitable
            except Exception as error:
                failure = InterceptorError(f"{name} {hook} interceptor encountered an error")
                failure.__cause__ = error
        if failure is not None:
            raise failure
