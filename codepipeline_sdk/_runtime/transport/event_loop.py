"""Which event loop runs here: asyncio's or trio's. State that belongs to a loop is kept under its token."""

from __future__ import annotations

import asyncio

# asyncio's first work in a thread would import it inside a call.
import concurrent.futures.thread  # noqa: F401  # pyright: ignore[reportUnusedImport]
import sys

if "trio" in sys.modules:
    import encodings.idna  # noqa: F401  # pyright: ignore[reportUnusedImport]  # as above, by trio's first look at a host's name


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
