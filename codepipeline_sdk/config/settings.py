"""The settings of a client."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from random import random
from typing import TYPE_CHECKING, Never, TypedDict, Unpack
from uuid import uuid4

from attrs import evolve, field, frozen

from codepipeline_sdk.config.http import HttpConfig
from codepipeline_sdk.config.retry import RetryConfig
from codepipeline_sdk.config.timeout import TimeoutConfig
from codepipeline_sdk.credentials.cache import IdentityCache

if TYPE_CHECKING:
    import httpx

    from codepipeline_sdk.config.endpoint import Endpoint, EndpointParameters
    from codepipeline_sdk.config.framework import FrameworkMetadata
    from codepipeline_sdk.config.http import HttpClient
    from codepipeline_sdk.config.interceptor import Interceptor
    from codepipeline_sdk.config.retry_classifier import RetryClassifier
    from codepipeline_sdk.credentials.identity import CredentialsProvider


async def _sleep(seconds: float) -> None:
    import anyio

    await anyio.sleep(seconds)


def _token() -> str:
    return str(uuid4())


@frozen(kw_only=True)
class Config:
    """Everything a client is set up with. It takes what it is given; `load_config()` also looks around.

    Source: design.md 5.
    """

    region: str | None = None
    """Such as `eu-west-1`. Required for a call."""

    credentials: CredentialsProvider | None = None
    """Who provides credentials; a `Credentials` object provides itself. Required for a call."""

    identity_cache: IdentityCache = field(factory=IdentityCache)
    """How credentials are kept between calls."""

    endpoint_url: str | None = None
    """An absolute URL to send to instead of the region's endpoint."""

    use_fips: bool = False
    """Whether to use the FIPS endpoint of the region."""

    use_dualstack: bool = False
    """Whether to use the endpoint that answers on IPv4 and IPv6."""

    retry: RetryConfig = field(factory=RetryConfig)
    """How often a call is tried."""

    timeout: TimeoutConfig = field(factory=TimeoutConfig)
    """Limits in seconds."""

    http: HttpConfig = field(factory=HttpConfig)
    """Settings of the default transport; without effect beside `http_client`."""

    http_client: HttpClient | httpx.AsyncClient | httpx.AsyncBaseTransport | None = None
    """A transport of your own; it is never closed by the client."""

    endpoint_resolver: Callable[[EndpointParameters], Endpoint] | None = None
    """Rules of your own in place of the service's endpoint rules."""

    retry_classifiers: tuple[RetryClassifier, ...] = ()
    """Asked, beside the built-in ones, whether a failed attempt is worth another."""

    interceptors: tuple[Interceptor, ...] = ()
    """See every call, in this order."""

    retry_partition: str | None = None
    """Calls of one partition share one retry budget in the process; `codepipeline-{region}` by default."""

    app_name: str | None = None
    """The name of the application, told to the service: ASCII letters, digits and ``! # $ % & ' * + - . ^ _ ` | ~``."""

    frameworks: tuple[FrameworkMetadata, ...] = ()
    """What the application calls through, told to the service; the first 10 count."""

    disable_clock_skew_correction: bool = False
    """Whether to sign with the local time even when responses show that it is wrong."""

    invocation_id_generator: Callable[[], str] = _token
    """Makes the id that all attempts of a call share."""

    idempotency_token_provider: Callable[[], str] = _token
    """Makes the token of each call whose input has one and leaves it out."""

    time_source: Callable[[], float] = time.time
    """Returns the time as epoch seconds."""

    sleep: Callable[[float], Awaitable[object]] = _sleep
    """Waits for a number of seconds."""

    random: Callable[[], float] = random
    """Returns a number from 0 up to but not including 1."""

    origins: Mapping[str, str] = field(factory=dict[str, str], repr=False, eq=False)
    """Where settings came from, or where `load_config` looked for those that are missing."""

    def replace(self, **changes: Unpack[ConfigChanges]) -> Config:
        """Return the config with some settings changed."""
        return evolve(self, **changes)

    def __reduce__(self) -> Never:
        """Refuse pickling: a config holds credentials."""
        raise TypeError("a config cannot be pickled, because it holds credentials")


class ConfigChanges(TypedDict, total=False):
    """The settings that can be changed, as keywords of `Config.replace`, `load_config` and `Client.from_env`."""

    region: str | None
    credentials: CredentialsProvider | None
    endpoint_url: str | None
    use_fips: bool
    use_dualstack: bool
    retry: RetryConfig
    timeout: TimeoutConfig
    http: HttpConfig
    http_client: HttpClient | httpx.AsyncClient | httpx.AsyncBaseTransport | None
    endpoint_resolver: Callable[[EndpointParameters], Endpoint] | None
    identity_cache: IdentityCache
    retry_classifiers: tuple[RetryClassifier, ...]
    interceptors: tuple[Interceptor, ...]
    retry_partition: str | None
    app_name: str | None
    frameworks: tuple[FrameworkMetadata, ...]
    disable_clock_skew_correction: bool
    invocation_id_generator: Callable[[], str]
    idempotency_token_provider: Callable[[], str]
    time_source: Callable[[], float]
    sleep: Callable[[float], Awaitable[object]]
    random: Callable[[], float]
    origins: Mapping[str, str]
