"""The identity cache: it keeps what a provider answers and renews it in time, without background tasks.

| now | what a caller gets |
| --- | --- |
| before `refresh_at` | the held identity |
| from `refresh_at` | the held identity; one caller renews it |
| from `stale_at` | what a load brings; the held identity if the load fails |
| from `expires_at` | what a load brings, or its failure |

`IdentityCache` is the setting, `CachedCredentials` what a client makes of it: one provider, one held identity.
Source: anchor.md 1.17, traps 28, 35, 36; design.md 4.11.
"""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol, TypedDict, Unpack, runtime_checkable

from attrs import frozen

from codepipeline_sdk.credentials.identity import Credentials
from codepipeline_sdk.error import ConfigError, ProviderError, ProviderTimedOut

if TYPE_CHECKING:
    from types import TracebackType

    from codepipeline_sdk.credentials.identity import CredentialsProvider

_logger: Final = logging.getLogger(__name__)


class LazySettings(TypedDict, total=False):
    """The settings of a lazy cache, as keywords of `IdentityCache.lazy`."""

    load_timeout: float
    buffer_time: float
    default_expiration: float
    advisory_window: float
    advisory_backoff: float


@frozen(kw_only=True)
class IdentityCache:
    """How a client keeps the identity that its provider answers. All times in seconds.

    A value: clients that are given the same one share nothing but the settings. Source: anchor.md 1.17.
    """

    enabled: bool = True
    """Whether an identity is kept; if not, the provider is asked on every attempt."""

    load_timeout: float = 5.0
    """How long one load may take; `math.inf` for no limit."""

    buffer_time: float = 10.0
    """How long before its expiry an identity is no longer used; a random part of up to a half is taken off."""

    default_expiration: float = math.inf
    """How long an identity without an expiry is used; for ever by default."""

    advisory_window: float = 900.0
    """How long before its expiry one caller renews an identity while the others go on; 0 for never.

    At most a quarter of the time that the identity has left when it is loaded.
    """

    advisory_backoff: float = 60.0
    """How long a renewal is not tried again after one that failed or was cancelled while the identity is still good."""

    def __attrs_post_init__(self) -> None:
        """Refuse times that make no sense."""
        for name in ("load_timeout", "default_expiration"):
            if not (value := getattr(self, name)) > 0:
                raise ConfigError(f"identity_cache {name} must be a positive number of seconds, not {value!r}")
        for name in ("buffer_time", "advisory_window", "advisory_backoff"):
            if not 0 <= (value := getattr(self, name)) < math.inf:
                raise ConfigError(f"identity_cache {name} must be a number of seconds from 0, not {value!r}")

    @classmethod
    def lazy(cls, **settings: Unpack[LazySettings]) -> IdentityCache:
        """Return a cache that loads an identity when it is first needed: the default."""
        return cls(**settings)

    @classmethod
    def no_cache(cls, *, load_timeout: float = 5.0) -> IdentityCache:
        """Return a cache that keeps nothing: the provider is asked on every attempt."""
        return cls(enabled=False, load_timeout=load_timeout)

    def bind(
        self, provider: CredentialsProvider, *, time_source: Callable[[], float], random: Callable[[], float]
    ) -> CachedCredentials:
        """Return the cache of one provider; it lives as long as it is referenced. Nothing is loaded yet.

        `time_source` returns epoch seconds, `random` a number from 0 up to but not including 1.
        """
        return CachedCredentials(self, provider, time_source=time_source, random=random)


@runtime_checkable
class FallbackProvider(Protocol):
    """A provider that has an answer when its load was cut off by the load timeout."""

    def fallback_on_interrupt(self) -> Credentials | None:
        """Return credentials at once, without I/O; None when there are none to fall back on."""
        ...


class _Held(NamedTuple):
    """An identity with its times as epoch seconds."""

    credentials: Credentials
    refresh_at: float
    stale_at: float
    expires_at: float
    load: int


class CachedCredentials:
    """The identity of one provider, kept for many callers; itself a provider.

    May be used from any number of tasks, event loops and threads. Callers of one event loop share a load; each event
    loop loads for itself.
    """

    __slots__ = ("__weakref__", "_cache", "_held", "_loads", "_loads_begun", "_lock", "_now", "_provider", "_random")

    def __init__(
        self,
        cache: IdentityCache,
        provider: CredentialsProvider,
        *,
        time_source: Callable[[], float],
        random: Callable[[], float],
    ) -> None:
        self._cache = cache
        self._provider = provider
        self._now = time_source
        self._random = random
        self._held: _Held | None = None
        self._loads: dict[object, _Load] = {}
        self._loads_begun = 0
        # Guards changes of what is held; never across an await.
        self._lock = threading.Lock()

    async def provide_credentials(self) -> Credentials:
        """Return the held identity, or load one; a held one is returned without giving way to other tasks.

        A load that fails or takes too long is no matter as long as the held identity has not expired. Otherwise the
        caller and those that wait with it get the failure, and the next call loads again. An identity that has expired
        when it arrives is returned, because the local clock may be wrong, but not kept.

        Raises:
            ProviderTimedOut: the load timeout passed and the provider has no fallback.
            ProviderError: the provider returned something else than Credentials.
            Exception: whatever the provider raised.
        """
        held = self._held
        if held is not None and self._now() < held.refresh_at:
            return held.credentials
        if not self._cache.enabled:
            return await self._load()
        return await self._renew()

    async def _renew(self) -> Credentials:
        """Load, or wait for the load under way in this event loop, whichever the held identity makes necessary."""
        from anyio.lowlevel import current_token

        loop = current_token()
        while (usable := self._usable(loop)) is None:
            load = self._loads.get(loop)
            if load is None:
                return await self._lead(loop)
            await load.ended.wait()
            if load.error is not None:
                # As it was raised: one object for all, whose traceback would grow with each of them.
                raise load.error.with_traceback(load.traceback)
            if load.credentials is not None:
                return load.credentials
            # The caller that loaded was cancelled, which says nothing of the provider: start over.
        return usable

    def _usable(self, loop: object) -> Credentials | None:
        """Return the held identity; None when it is stale, and to the one caller that is to renew it ahead."""
        now = self._now()
        with self._lock:
            held = self._held
            if held is None or now >= held.stale_at:
                return None
            if now < held.refresh_at or loop in self._loads:
                return held.credentials
            # The others go on; so does everyone for a while if this renewal fails.
            self._held = held._replace(refresh_at=min(now + self._cache.advisory_backoff, held.stale_at))
            return None

    async def _lead(self, loop: object) -> Credentials:
        """Load for every caller of the event loop."""
        load = self._loads[loop] = _Load()
        try:
            credentials = load.credentials = await self._load()
        except Exception as error:
            load.error, load.traceback = error, error.__traceback__
            raise
        else:
            return credentials
        finally:
            del self._loads[loop]
            load.ended.set()

    async def _load(self) -> Credentials:
        """Return what the provider answers and keep it, or the next best when it does not."""
        with self._lock:
            self._loads_begun += 1
            number = self._loads_begun
        try:
            credentials = await self._ask()
        except Exception as error:
            unexpired = self._unexpired()
            if unexpired is None:
                raise
            # Not its text: nobody knows what a provider of the user's puts there.
            _logger.debug("%s failed with %s; its last identity stays", self._name, type(error).__name__)
            return unexpired
        if credentials is None:
            unexpired = self._unexpired()
            if unexpired is not None:
                _logger.debug("%s took too long; its last identity stays", self._name)
                return unexpired
            credentials = self._fallback()
        return self._keep(credentials, number) if self._cache.enabled else credentials

    async def _ask(self) -> Credentials | None:
        """Return the provider's answer; None when it took longer than the load timeout."""
        from anyio import move_on_after

        # The scope swallows its own cancellation alone; the caller's goes through.
        with move_on_after(self._cache.load_timeout):
            return self._checked(await self._provider.provide_credentials())
        return None

    def _fallback(self) -> Credentials:
        """Return what the provider has for a load that was cut off; raise ProviderTimedOut when it has nothing."""
        if isinstance(self._provider, FallbackProvider):
            credentials = self._provider.fallback_on_interrupt()
            if credentials is not None:
                _logger.debug("%s took too long and fell back on an identity it had", self._name)
                return self._checked(credentials)
        raise ProviderTimedOut(f"{self._name} took longer than {self._cache.load_timeout:g} s")

    def _unexpired(self) -> Credentials | None:
        held = self._held
        return held.credentials if held is not None and self._now() < held.expires_at else None

    def _keep(self, credentials: Credentials, number: int) -> Credentials:
        """Hold an identity, unless the held one is good and the better one; return the one to use."""
        now = self._now()
        new = self._timed(credentials, number, now)
        if new.stale_at <= now:
            _logger.debug("%s answered with an identity that has expired or is about to", self._name)
        with self._lock:
            held = self._held
            if held is not None and now < held.stale_at and (number < held.load or new.stale_at <= now):
                return held.credentials
            self._held = new
        return credentials

    def _timed(self, credentials: Credentials, number: int, now: float) -> _Held:
        cache = self._cache
        expiry = credentials.expires_at
        expires_at = now + cache.default_expiration if expiry is None else expiry.timestamp()
        stale_at = expires_at - cache.buffer_time * (1 - self._random() / 2)
        # An identity that lives shortly, or that comes again unchanged, is not asked for on each call.
        window = min(cache.advisory_window, (expires_at - now) / 4)
        return _Held(credentials, min(expires_at - window, stale_at), stale_at, expires_at, number)

    def _checked(self, answer: object) -> Credentials:
        if not isinstance(answer, Credentials):
            raise ProviderError(f"{self._name} returned {type(answer).__name__} instead of Credentials")
        return answer

    @property
    def _name(self) -> str:
        return type(self._provider).__name__


class _Load:
    """A load under way in one event loop; it ends with credentials, with an error, or with neither if cancelled."""

    __slots__ = ("credentials", "ended", "error", "traceback")

    def __init__(self) -> None:
        from anyio import Event

        self.ended = Event()
        self.credentials: Credentials | None = None
        self.error: Exception | None = None
        self.traceback: TracebackType | None = None
