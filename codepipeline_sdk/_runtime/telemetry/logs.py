"""Log lines of calls, and the switch that shows them on stderr."""

from __future__ import annotations

import logging
import threading
from contextlib import suppress
from functools import lru_cache
from typing import Final

from attrs import frozen

from codepipeline_sdk._runtime.telemetry.outcome import Outcome

PACKAGE: Final = logging.getLogger("codepipeline_sdk")
CALLS: Final = PACKAGE.getChild("call")
RETRIES: Final = PACKAGE.getChild("retry")
PACKAGE.addHandler(logging.NullHandler())

BODY_LIMIT: Final = 65_536
"""Bytes of a body that are logged when bodies are."""

_LEVELS: Final = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING}


@frozen
class CallLog:
    """Writes the lines of one call."""

    name: str
    bodies: bool

    def call_started(self) -> None:
        """Write nothing yet."""

    def attempt_started(self, number: int) -> None:
        """Write nothing yet."""

    def attempt_ended(self, outcome: Outcome) -> None:
        """Write the bodies, if the switch is thrown, and the line of a retry."""
        if self.bodies:
            for kind, message in (("request", outcome.request), ("response", outcome.response)):
                if message is not None:
                    CALLS.debug("%s: attempt %d, %s body %s", self.name, outcome.attempts, kind, shown(message.body))
        if outcome.delay is not None:
            facts = outcome.facts
            RETRIES.debug("%s: attempt %d: %s; next in %.3f s", self.name, outcome.attempts, facts, outcome.delay)

    def call_ended(self, outcome: Outcome) -> None:
        """Write the line of the call."""
        milliseconds = outcome.seconds * 1000
        CALLS.debug("%s: %s, attempts %d, %.1f ms", self.name, outcome.facts, outcome.attempts, milliseconds)


class StderrSwitch:
    """Adds a handler that writes to stderr, at most once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._on = False

    def switch_on(self, variable: str, value: str) -> None:
        """Show what the variable asks for: nothing when it is empty, warnings alone when it makes no sense."""
        name = value.strip().lower()
        with self._lock:
            if not name or self._on:
                return
            self._on = True
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        PACKAGE.addHandler(handler)
        PACKAGE.setLevel(_LEVELS.get(name, logging.WARNING))
        if name not in _LEVELS:
            warn("%s is none of debug, info and warning, but %.40r: only warnings are shown", variable, value)


STDERR: Final = StderrSwitch()


def shown(body: bytes) -> str:
    """Return a body as a quoted text on one line, cut off when it is long."""
    text = repr(body[:BODY_LIMIT].decode("utf-8", "backslashreplace"))
    return text if len(body) <= BODY_LIMIT else f"{text} and {len(body) - BODY_LIMIT} bytes more"


def report(error: Exception) -> None:
    """Warn that telemetry failed, once for each class of error; its text may hold what was observed."""
    _report_class(type(error).__name__)


@lru_cache(maxsize=64)
def _report_class(name: str) -> None:
    warn("telemetry failed with %s; calls go on", name)


def warn(text: str, *arguments: object) -> None:
    """Log a warning, if the handlers can."""
    with suppress(Exception):
        PACKAGE.warning(text, *arguments)
