"""Requests through proxies: which ones, and by what. Source: anchor.md 1.18, design.md 4.12."""

from __future__ import annotations

from http import HTTPStatus
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, Final, Protocol

import anyio
import anyio.to_thread
from attrs import frozen

from codepipeline_sdk.config.http import ConnectorError

if TYPE_CHECKING:
    import ssl

    import httpx

    from codepipeline_sdk._runtime.transport.httpx_adapter import HttpxAdapter
    from codepipeline_sdk._runtime.transport.message import Target
    from codepipeline_sdk._runtime.transport.tls import ClientTls
    from codepipeline_sdk.config.http import HttpConfig, HttpRequest, HttpResponse, Proxy, ProxyConfig

_Address = IPv4Address | IPv6Address

_CLOSE_SECONDS: Final = 5


class ProxyRoutes:
    """Tells which proxy a request goes through."""

    def __init__(self, config: ProxyConfig) -> None:
        self._config = config
        self._rules = [_parse_rule(rule) for rule in config.no_proxy]

    def find(self, target: Target) -> Proxy | None:
        """Return the proxy on the way to a target; None to go directly."""
        proxy = self._config.for_https if target.is_tls else self._config.for_http
        if proxy is None or not self._rules:
            return proxy
        host = target.origin.host.decode("ascii").lower().rstrip(".")
        address = _address(host)
        direct = any(rule.matches(host, address, target.origin.port) for rule in self._rules)
        return None if direct else proxy


@frozen
class _Rule:
    """A rule of NO_PROXY: the hosts of a domain or a network, on one port or all."""

    domain: str | None
    network: IPv4Network | IPv6Network | None
    port: int | None

    def matches(self, host: str, address: _Address | None, port: int) -> bool:
        if self.port not in {None, port}:
            return False
        if self.network is not None:
            return address is not None and address in self.network
        return self.domain in {"*", host} or (address is None and host.endswith(f".{self.domain}"))


def _parse_rule(text: str) -> _Rule:
    text = text.lower()
    # A network may be all there is, colons of IPv6 and all; what follows the last colon is a port otherwise.
    network = _network(text)
    host, _, port = text.rpartition(":")
    if network is not None or not host or not port.isdecimal():
        host, port = text, ""
    return _Rule(
        domain=host if host == "*" else host.removeprefix("*").strip("."),
        network=network or _network(host.strip("[]")),
        port=int(port) if port else None,
    )


def _network(text: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def _address(host: str) -> _Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


class Slots(Protocol):
    """The part of an event loop's connections that a request through a proxy shares with the others."""

    is_closed: bool

    async def acquire(self, origin: str, /) -> object:
        """Wait for a slot."""
        ...

    def discard(self, connection: None, /) -> None:
        """Give a slot back."""
        ...


class ProxiedConnections:
    """The connections of one event loop to proxies: one httpx transport for each proxy."""

    def __init__(self, config: HttpConfig, tls: ClientTls, routes: ProxyRoutes, slots: Slots) -> None:
        self.routes = routes
        self._config = config
        self._tls = tls
        self._slots = slots
        self._transports: dict[Proxy, httpx.AsyncHTTPTransport] = {}
        self._under_way = 0

    @property
    def is_open(self) -> bool:
        """Whether a request has been sent and not been cleaned up after."""
        return bool(self._transports)

    async def send(self, proxy: Proxy, target: Target, request: HttpRequest) -> HttpResponse:
        """Send a request through a proxy and return the whole response.

        Raises:
            ConnectorError: see `HttpxAdapter.send`; also of kind `user` when the proxy refuses its credentials or the
                host.
        """
        # No connection is kept idle under this name: what comes is a slot alone.
        await self._slots.acquire(f"through {proxy.url}")
        self._under_way += 1
        try:
            transport = self._transports.get(proxy) or await self._open(proxy)
            response = await _adapt(transport, proxy).send(request)
        finally:
            self._under_way -= 1
            self._slots.discard(None)
            if self._slots.is_closed:
                await self.aclose()
        # What comes out of a tunnel is the service's.
        if response.status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED and not target.is_tls:
            text = f"{target.name}: the proxy {proxy.url} wants other credentials"
            raise ConnectorError(text, kind="user", request_written=False)
        return response

    async def aclose(self) -> None:
        """Close the connections, unless requests are under way: the last of them does."""
        while self._transports and not self._under_way:
            _, transport = self._transports.popitem()
            with anyio.move_on_after(_CLOSE_SECONDS, shield=True):
                await transport.aclose()

    async def _open(self, proxy: Proxy) -> httpx.AsyncHTTPTransport:
        context = await self._tls.context()
        # httpx imports a library of certificates for every transport, though it needs none.
        made = await anyio.to_thread.run_sync(_make_transport, proxy, self._config, context, abandon_on_cancel=True)
        return self._transports.setdefault(proxy, made)


def load_httpx() -> None:
    """Import httpx, which takes so long that no event loop should wait for it."""
    import httpx  # pyright: ignore[reportUnusedImport]

    import codepipeline_sdk._runtime.transport.httpx_adapter  # pyright: ignore[reportUnusedImport]


def _adapt(transport: httpx.AsyncHTTPTransport, proxy: Proxy) -> HttpxAdapter:
    from codepipeline_sdk._runtime.transport.httpx_adapter import HttpxAdapter

    return HttpxAdapter(transport, way=f" through {proxy.url}")


def _make_transport(proxy: Proxy, config: HttpConfig, context: ssl.SSLContext) -> httpx.AsyncHTTPTransport:
    load_httpx()
    import httpx

    headers = {} if proxy.authorization is None else {"Proxy-Authorization": proxy.authorization.reveal()}
    return httpx.AsyncHTTPTransport(
        verify=context,
        trust_env=False,
        limits=httpx.Limits(
            max_connections=config.max_connections,
            max_keepalive_connections=config.max_connections,
            keepalive_expiry=config.keepalive_expiry,
        ),
        proxy=httpx.Proxy(proxy.url, headers=headers, ssl_context=context if proxy.url.startswith("https:") else None),
    )
