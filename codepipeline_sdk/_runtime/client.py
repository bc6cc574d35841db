"""The base of the generated client: settings, transport, life."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Generic, Self, TypeVar, Unpack

from codepipeline_sdk._runtime.orchestrator import Orchestrator
from codepipeline_sdk._runtime.transport import as_http_client
from codepipeline_sdk.config.http import ConnectorError
from codepipeline_sdk.config.load import load_config
from codepipeline_sdk.config.settings import Config
from codepipeline_sdk.error import DispatchFailure

if TYPE_CHECKING:
    from codepipeline_sdk._runtime.operation import Invoker
    from codepipeline_sdk.config.settings import ConfigChanges

ClientT = TypeVar("ClientT", bound="ServiceClient")


class ServiceClient:
    """A client of one service. Making one does no I/O.

    `async with` loads the TLS trust store ahead and closes the connections at the end; a client that lives as long as
    its process needs neither.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        self._http = as_http_client(config.http_client, config.http)
        self._owns_http = True
        self._orchestrator = Orchestrator(config, self._http)
        self._invoker: Invoker = self._orchestrator

    @classmethod
    def from_env(cls, *, profile: str | None = None, **settings: Unpack[ConfigChanges]) -> ClientFactory[Self]:
        """Return a client with the settings of `load_config`: await it, or enter it with `async with`."""
        return ClientFactory(cls, profile, settings)

    @property
    def config(self) -> Config:
        """The settings."""
        return self._config

    def with_config(self, **changes: Unpack[ConfigChanges]) -> Self:
        """Return a client with some settings changed that shares this one's connections; closing it closes nothing.

        Limits of time that are not given are inherited. With `http` or `http_client` it has connections of its own.
        """
        child = type(self).__new__(type(self))
        config = self._config.replace(**changes)
        child._config = config
        child._owns_http = bool(changes.keys() & {"http", "http_client"})
        child._http = as_http_client(config.http_client, config.http) if child._owns_http else self._http
        child._invoker = child._orchestrator = self._orchestrator.child(changes, child._http)
        return child

    async def warm_up(self) -> None:
        """Load ahead what the first call needs: the TLS trust store and credentials.

        Raises:
            DispatchFailure: there are no credentials, or the trust store cannot be read.
        """
        if not (self._config.endpoint_url or "").startswith("http:"):
            try:
                await self._http.warm_up()
            except ConnectorError as error:
                raise DispatchFailure(str(error)) from error
        await self._orchestrator.warm_up()

    async def aclose(self) -> None:
        """Close the connections; a second time does nothing. A transport of your own stays open."""
        if self._owns_http:
            await self._http.aclose()

    async def __aenter__(self) -> Self:
        # What fails here fails at the first call as well, which tells more of it.
        with suppress(DispatchFailure):
            await self.warm_up()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()


class ClientFactory(Generic[ClientT]):
    """A client on its way: `await` it, or enter it with `async with`."""

    __slots__ = ("_client", "_kind", "_profile", "_settings")

    def __init__(self, kind: type[ClientT], profile: str | None, settings: ConfigChanges) -> None:
        self._kind = kind
        self._profile = profile
        self._settings = settings

    def __await__(self) -> Generator[object, None, ClientT]:
        return self._make().__await__()

    async def __aenter__(self) -> ClientT:
        self._client = await self._make()
        return await self._client.__aenter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._client.__aexit__(kind, error, traceback)

    async def _make(self) -> ClientT:
        return self._kind(await load_config(profile=self._profile, **self._settings))
