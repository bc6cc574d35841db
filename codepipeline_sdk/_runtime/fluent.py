"""The base of every fluent builder.

Source: anchor.md 1.2, design.md 4.4.
"""

from __future__ import annotations

from collections.abc import Generator
from copy import deepcopy
from typing import Generic, Self

from codepipeline_sdk._runtime.customize import CustomizableOperation
from codepipeline_sdk._runtime.operation import InputT, Invoker, Operation, OutputT


class FluentBuilder(Generic[InputT, OutputT]):
    """A request under construction: an immutable value; every setter returns a new builder.

    Await it, or `send()`, to send it. A builder can be sent any number of times, at the same time as well.
    """

    __slots__ = ("_input", "_invoker", "_operation")

    def __init__(self, invoker: Invoker, operation: Operation[InputT, OutputT], input: InputT) -> None:
        self._invoker = invoker
        self._operation = operation
        self._input = input

    def as_input(self) -> InputT:
        """Return the input as it is set so far, as a copy."""
        return deepcopy(self._input)

    async def send(self) -> OutputT:
        """Send the request and return the response.

        Raises:
            ConstructionFailure: a required member is missing, or a value cannot be sent; nothing was sent.
            ServiceError: the service refused or failed the request; its subclasses tell why.
            SdkError: any other failure: no response (DispatchFailure), a limit of time passed (OperationTimeout), a
                response that cannot be read (ResponseError).
        """
        return await self._invoker.invoke(self._operation, self._input)

    def __await__(self) -> Generator[object, None, OutputT]:
        """Send the request, as `send()` does."""
        return self.send().__await__()

    def customize(self) -> CustomizableOperation[InputT, OutputT]:
        """Return the request with ways to change how it is sent: interceptors, settings, the HTTP request."""
        return CustomizableOperation(self._invoker, self._operation, self._input)

    def _with(self, input: InputT) -> Self:
        return type(self)(self._invoker, self._operation, input)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other._input == self._input

    def __hash__(self) -> int:
        return hash(self._input)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._input!r})"
