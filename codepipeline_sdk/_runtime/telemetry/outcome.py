"""What listeners are told of an attempt or a call, without anything that could be secret but the bodies."""

from __future__ import annotations

import re
from typing import Final, Protocol

from attrs import field, frozen

from codepipeline_sdk.config.http import ConnectorError, HttpRequest, HttpResponse
from codepipeline_sdk.error import ServiceError

_WORD: Final = re.compile("[!-~]{1,128}")


@frozen
class Outcome:
    """What an attempt or a call came to."""

    attempts: int
    """The number of the attempt, or how many the call had."""

    seconds: float
    """How long it took."""

    request: HttpRequest | None
    """What was sent, or was to be sent."""

    response: HttpResponse | None
    """What came back."""

    error: BaseException | None = field(repr=False)
    """What it failed with; its text may quote an input."""

    delay: float | None = None
    """Seconds until the next attempt; None when there is none."""

    @property
    def status(self) -> int | None:
        """The HTTP status; None when no response arrived."""
        return None if self.response is None else self.response.status

    @property
    def request_id(self) -> str | None:
        """The service's id of the request."""
        return None if self.response is None else _word(self.response.request_id)

    @property
    def error_type(self) -> str | None:
        """The service's code, otherwise the error's class; None after a success."""
        if self.error is None:
            return None
        code = _word(self.error.code) if isinstance(self.error, ServiceError) else None
        return code or type(self.error).__name__

    @property
    def reason(self) -> str | None:
        """The type of the error with the kind of its cause; None after a success."""
        error = self.error
        if error is None or error.__cause__ is None or isinstance(error, ServiceError):
            return self.error_type
        cause = error.__cause__
        return f"{self.error_type} ({cause.kind if isinstance(cause, ConnectorError) else type(cause).__name__})"

    @property
    def facts(self) -> str:
        """Reason, status and request id as far as there are any, for one line."""
        facts = [self.reason or "ok"]
        if self.status is not None:
            facts.append(f"status {self.status}")
        if self.request_id is not None:
            facts.append(f"request id {self.request_id}")
        return ", ".join(facts)


class Listener(Protocol):
    """Is told of one call's events in their order. It may raise."""

    def call_started(self) -> None:
        """The call begins."""
        ...

    def attempt_started(self, number: int) -> None:
        """An attempt begins."""
        ...

    def attempt_ended(self, outcome: Outcome) -> None:
        """The attempt is over, well or not."""
        ...

    def call_ended(self, outcome: Outcome) -> None:
        """The call is over, well or not."""
        ...


def _word(text: str | None) -> str | None:
    """Return a text that a response named, if it is a word: a line break could forge a log line."""
    return text if text is not None and _WORD.fullmatch(text) else None
