"""The local service over TCP, on uvicorn."""

from __future__ import annotations

import signal
import socket
import sys
from typing import TYPE_CHECKING

import uvicorn

if TYPE_CHECKING:
    from types import FrameType

    from codepipeline_sdk.testing.local.service import LocalCodePipeline


class _Server(uvicorn.Server):
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        host, port, *_ = self.servers[0].sockets[0].getsockname()
        print(f"READY http://{f'[{host}]' if ':' in host else host}:{port}", flush=True)  # noqa: T201  # C-12


def serve(local: LocalCodePipeline, *, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT; print one line `READY http://HOST:PORT` once connections are accepted.

    Args:
        local: The service.
        host: The address to bind.
        port: The port to bind; 0 takes a free one.
    """
    # uvicorn ends gracefully on both signals and then raises them again for the handlers it found.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _exit)
    config = uvicorn.Config(
        local,
        host=host,
        port=port,
        loop="asyncio",
        http="h11",
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=False,  # the service's own time goes there
        timeout_keep_alive=60,
        timeout_graceful_shutdown=5,
    )
    _Server(config).run()


def _exit(_number: int, _frame: FrameType | None) -> None:
    sys.exit(0)
