"""How requests get out: the default connection pool, or a client that the user gives."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Protocol

from codepipeline_sdk.config.http import HttpClient, ProxyConfig
from codepipeline_sdk.error import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

    from codepipeline_sdk.config.http import HttpConfig, HttpRequest, HttpResponse


class Transport(HttpClient, Protocol):
    """An HttpClient as the package's own clients use it."""

    async def warm_up(self) -> None:
        """Prepare ahead what the first request would wait for."""
        ...

    async def aclose(self) -> None:
        """Close what this transport has opened itself."""
        ...


def as_http_client(
    given: HttpClient | httpx.AsyncClient | httpx.AsyncBaseTransport | None,
    config: HttpConfig,
    *,
    environment: Mapping[str, str] | None = None,
) -> Transport:
    """Return the transport of a client: the connection pool, or what the user gave, which is never closed.

    Does no I/O.

    Args:
        given: the user's HTTP client or httpx transport; None for the pool.
        config: settings of the pool.
        environment: instead of `os.environ`.

    Raises:
        ConfigError: when `given` is none of these, `config` makes no sense, or a variable of the environment names a
            proxy that is none.
    """
    if given is None:
        return _make_pool(config, os.environ if environment is None else environment)
    return _adapt(given)


def _make_pool(config: HttpConfig, environment: Mapping[str, str]) -> Transport:
    from codepipeline_sdk._runtime.transport.pool import ConnectionPool
    from codepipeline_sdk._runtime.transport.proxy import ProxyRoutes
    from codepipeline_sdk._runtime.transport.tls import ClientTls

    tls = ClientTls(config, environment)
    proxies = ProxyConfig.from_env(environment) if config.proxy is None else config.proxy
    if proxies.for_http is None and proxies.for_https is None:
        return ConnectionPool(config, tls)
    return ConnectionPool(config, tls, ProxyRoutes(proxies))


def _adapt(given: object) -> Transport:
    # An object of httpx can only come from someone who has imported it.
    if "httpx" in sys.modules:
        import httpx

        if isinstance(given, (httpx.AsyncClient, httpx.AsyncBaseTransport)):
            from codepipeline_sdk._runtime.transport.httpx_adapter import HttpxAdapter

            return HttpxAdapter(given)
        if isinstance(given, httpx.Client):
            raise ConfigError("http_client is an httpx.Client, which blocks; give an httpx.AsyncClient")
    if isinstance(given, HttpClient):
        return GivenClient(given)
    kind = f"{type(given).__module__}.{type(given).__qualname__}"
    raise ConfigError(f"http_client must be an httpx.AsyncClient, a transport of one, or an HttpClient, not {kind}")


class GivenClient:
    """A user's own HttpClient, whose life is the user's business."""

    def __init__(self, client: HttpClient) -> None:
        self._client = client

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Send the request through the user's client."""
        return await self._client.send(request)

    async def warm_up(self) -> None:
        """Do nothing."""

    async def aclose(self) -> None:
        """Do nothing."""
