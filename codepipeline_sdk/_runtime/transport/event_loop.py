"""Which event loop runs here: asyncio's or trio's. State that belongs to a loop is kept under its token."""

from __future__ import annotations

import asyncio

# asyncio's first work in a thread would import it inside a call.
import concurrent.futures.thread  # pyright: ignore[reportUnusedImport]
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

if "trio" in sys.modules:
    import encodings.idna  # pyright: ignore[reportUnusedImport]  # as above, by trio's first look at a host's name


def in_trio() -> bool:
    """Return whether the caller is a trio task."""
    # trio is looked up, not imported: whoever runs under it has imported it.
    trio = sys.modules.get("trio")
    return trio is not None and bool(trio.lowlevel.in_trio_task())


def loop_token() -> object:
    """Return an object that stands for the running event loop: no two loops alive have the same."""
    if in_trio():
        token: object = sys.modules["trio"].lowlevel.current_trio_token()
        return token
    return asyncio.get_running_loop()


def is_closed(token: object) -> bool:
    """Return whether the event loop has ended without finishing its async generators; trio's always finish."""
    return isinstance(token, asyncio.AbstractEventLoop) and token.is_closed()


def is_running(token: object) -> bool:
    """Return whether the event loop that a token kept until its loop's end stands for is at work."""
    return not isinstance(token, asyncio.AbstractEventLoop) or token.is_running()


# Any: what a coroutine yields and takes is a matter between it and its loop.
def start_soon(token: object, function: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Let an event loop run an async function in a task of its own, unless it has ended. Works from any thread."""
    with suppress(RuntimeError):  # it has ended meanwhile
        if isinstance(token, asyncio.AbstractEventLoop):
            token.call_soon_threadsafe(_start, function)
        else:
            # Only trio's tokens are no loops, and they lack a type here, where trio need not be installed.
            token.run_sync_soon(sys.modules["trio"].lowlevel.spawn_system_task, function)  # type: ignore[attr-defined]


# asyncio alone would forget a task that waits.
_tasks: Final[set[asyncio.Task[None]]] = set()


def _start(function: Callable[[], Coroutine[Any, Any, None]]) -> None:
    task = asyncio.get_running_loop().create_task(function())
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)
