"""What a proxy does with its connections: hands on requests, opens tunnels, asks for a password."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from urllib.parse import urlsplit

from tests.loopback import HOST, Loopback, Peer, Script


def basic(user: str, password: str) -> str:
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


def proxy_to(upstream: Loopback, *, authorization: str | None = None) -> Script:
    """Return the script of a proxy behind which there is one server, whatever its name."""

    async def script(peer: Peer) -> None:
        while True:
            request = await peer.request()
            if authorization is not None and request.headers.get("proxy-authorization") != authorization:
                await peer.send(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
                return
            method, target, _ = request.head.split(b" ", 2)
            reader, writer = await asyncio.open_connection(HOST, upstream.port)
            try:
                if method == b"CONNECT":
                    await peer.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
                    await asyncio.gather(_pump(peer.reader, writer), _pump(reader, peer.writer))
                    return
                path = urlsplit(target).path
                writer.write(request.head.replace(target, path, 1) + b"\r\n\r\n" + request.body)
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
                await peer.send(head + await reader.readexactly(length))
            finally:
                writer.close()

    return script


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(64 * 1024):
        writer.write(data)
        await writer.drain()
    writer.close()
