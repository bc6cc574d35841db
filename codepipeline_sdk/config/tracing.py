"""The trace that calls belong to. Source: anchor.md 1.12, trap 53."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Final

trace_id: Final[ContextVar[str | None]] = ContextVar("trace_id", default=None)
"""The trace id of the calls made in this context, in place of the environment's; empty for none.

Set it where one process serves several invocations at a time. It counts inside and outside of Lambda.
"""
