"""The identity cache: one load for many, in time, whatever providers, clocks and cancellation do. anchor.md 1.17."""

from __future__ import annotations

import asyncio
import gc
import logging
import math
import subprocess
import sys
import threading
import traceback
import weakref
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Self

import anyio
import anyio.to_thread
import pytest

from codepipeline_sdk.credentials.cache import CachedCredentials, IdentityCache
from codepipeline_sdk.credentials.identity import Credentials
from codepipeline_sdk.error import ConfigError, CredentialsNotLoaded, ProviderError, ProviderTimedOut

HOUR = 3600.0
SECRET = "wJalr-not-a-real-secret"
TOKEN = "FwoG-not-a-real-token"
# A limit that has passed by the time the provider first waits.
AT_ONCE = 1e-9


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


class Provider:
    """Answers with what it is given, in order; the last answer again and again. Waits for its gate, if it has one."""

    def __init__(self, *answers: Credentials | Exception) -> None:
        self.calls = 0
        self.loading_task = 0
        self.gate: anyio.Event | None = None
        self._answers = list(answers)

    async def provide_credentials(self) -> Credentials:
        self.calls += 1
        self.loading_task = anyio.get_current_task().id
        if self.gate is not None:
            await self.gate.wait()
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


class FallbackProvider(Provider):
    """Has an answer, or none, for a load that was cut off."""

    fallback: Credentials | None = None

    def fallback_on_interrupt(self) -> Credentials | None:
        return self.fallback


@pytest.fixture
def clock() -> Clock:
    return Clock()


def identity(name: str, expires_at: float | None = None) -> Credentials:
    return Credentials(
        access_key_id=name,
        secret_access_key=SECRET,
        session_token=TOKEN,
        expires_at=None if expires_at is None else datetime.fromtimestamp(expires_at, UTC),
    )


def bind(
    provider: Provider, clock: Clock, *, random: Callable[[], float] = lambda: 0.0, **settings: Any
) -> CachedCredentials:
    """Return a cache whose load timeout is off unless the test is about it."""
    settings.setdefault("load_timeout", math.inf)
    cache = IdentityCache(**settings)
    return cache.bind(provider, time_source=clock, random=random)


class Callers:
    """Calls that run at the same time; each ends with an access key, with an error, or cancelled."""

    def __init__(self, cached: CachedCredentials, count: int) -> None:
        self.results: list[str | Exception] = []
        self.scopes: dict[int, anyio.CancelScope] = {}
        self._cached = cached
        self._count = count
        self._group = anyio.create_task_group()

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        for _ in range(self._count):
            self._group.start_soon(self._call)
        await anyio.wait_all_tasks_blocked()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self._group.cancel_scope.cancel()
        await self._group.__aexit__(None, None, None)

    async def cancel(self, task: int) -> None:
        """Cancel the call of a task and let the others come to rest."""
        self.scopes.pop(task).cancel()
        await anyio.wait_all_tasks_blocked()

    async def _call(self) -> None:
        with anyio.CancelScope() as scope:
            self.scopes[anyio.get_current_task().id] = scope
            try:
                self.results.append((await self._cached.provide_credentials()).access_key_id)
            except Exception as error:
                self.results.append(error)


# The held identity


@pytest.mark.row("1.17-lazy-cache")
async def test_a_held_identity_is_returned_without_asking_the_provider(clock: Clock) -> None:
    provider = Provider(identity("first", clock.now + HOUR))
    cached = bind(provider, clock)
    first = await cached.provide_credentials()
    assert await cached.provide_credentials() is first
    assert provider.calls == 1


async def test_a_held_identity_is_returned_without_giving_way(clock: Clock) -> None:
    cached = bind(Provider(identity("first", clock.now + HOUR)), clock)
    first = await cached.provide_credentials()
    with pytest.raises(StopIteration) as stopped:
        cached.provide_credentials().send(None)  # the first step of the coroutine is its last
    assert stopped.value.value is first


async def test_binding_a_cache_asks_no_provider(clock: Clock) -> None:
    provider = Provider(identity("first"))
    bind(provider, clock)
    assert provider.calls == 0


async def test_an_identity_without_an_expiry_never_expires(clock: Clock) -> None:
    provider = Provider(identity("static"))
    cached = bind(provider, clock)
    await cached.provide_credentials()
    clock.now += 100 * 365 * 24 * HOUR
    await cached.provide_credentials()
    assert provider.calls == 1


async def test_a_default_expiration_ends_an_identity_without_an_expiry(clock: Clock) -> None:
    provider = Provider(identity("first"), identity("second"))
    cached = bind(provider, clock, default_expiration=900.0, advisory_window=0.0)
    await cached.provide_credentials()
    clock.now += 889
    assert (await cached.provide_credentials()).access_key_id == "first"
    clock.now += 1
    assert (await cached.provide_credentials()).access_key_id == "second"


@pytest.mark.row("1.17-lazy-cache")
@pytest.mark.trap(36)
@pytest.mark.parametrize(("random", "buffer"), [(0.0, 10.0), (0.5, 7.5), (1.0 - 2**-20, 5.0)])
async def test_an_identity_is_used_until_the_buffer_before_its_expiry(
    clock: Clock, random: float, buffer: float
) -> None:
    expiry = clock.now + HOUR
    provider = Provider(identity("first", expiry), identity("second", expiry + HOUR))
    cached = bind(provider, clock, random=lambda: random, advisory_window=0.0)
    await cached.provide_credentials()
    clock.now = expiry - buffer - 0.125
    assert (await cached.provide_credentials()).access_key_id == "first"
    clock.now = expiry - buffer
    assert (await cached.provide_credentials()).access_key_id == "second"


async def test_the_jitter_is_drawn_once_for_each_identity(clock: Clock) -> None:
    drawn: list[float] = []

    def random() -> float:
        drawn.append(0.5)
        return drawn[-1]

    cached = bind(Provider(identity("first", clock.now + HOUR)), clock, random=random)
    for _ in range(10):
        await cached.provide_credentials()
    assert drawn == [0.5]


async def test_a_clock_moved_backwards_keeps_the_identity(clock: Clock) -> None:
    provider = Provider(identity("first", clock.now + HOUR))
    cached = bind(provider, clock)
    await cached.provide_credentials()
    clock.now -= 24 * HOUR
    await cached.provide_credentials()
    assert provider.calls == 1


async def test_a_clock_moved_forwards_past_the_expiry_loads_again(clock: Clock) -> None:
    provider = Provider(identity("first", clock.now + HOUR), identity("second", clock.now + 48 * HOUR))
    cached = bind(provider, clock)
    await cached.provide_credentials()
    clock.now += 24 * HOUR
    assert (await cached.provide_credentials()).access_key_id == "second"


async def test_an_expired_answer_is_handed_out_but_not_kept(clock: Clock) -> None:
    expired = [identity("expired", clock.now - 1), identity("expired too", clock.now)]
    cached = bind(Provider(*expired, identity("good", clock.now + HOUR)), clock)
    answers = [(await cached.provide_credentials()).access_key_id for _ in range(4)]
    assert answers == ["expired", "expired too", "good", "good"]


async def test_an_expired_answer_reaches_every_waiting_caller(clock: Clock) -> None:
    provider = Provider(identity("expired", clock.now - 1))
    provider.gate = anyio.Event()
    async with Callers(bind(provider, clock), 20) as callers:
        provider.gate.set()
    assert callers.results == ["expired"] * 20
    assert provider.calls == 1


# One load for many


@pytest.mark.row("1.17-lazy-cache")
@pytest.mark.trap(35)
async def test_two_hundred_first_calls_make_one_load(clock: Clock) -> None:
    provider = Provider(identity("first", clock.now + HOUR))
    provider.gate = anyio.Event()
    async with Callers(bind(provider, clock), 200) as callers:
        assert callers.results == []
        provider.gate.set()
    assert callers.results == ["first"] * 200
    assert provider.calls == 1


@pytest.mark.row("1.17-lazy-cache")
@pytest.mark.trap(35)
async def test_a_failed_load_fails_every_waiting_caller_and_is_not_kept(clock: Clock) -> None:
    failure = CredentialsNotLoaded("nothing here")
    provider = Provider(failure, identity("second", clock.now + HOUR))
    provider.gate = anyio.Event()
    cached = bind(provider, clock)
    async with Callers(cached, 50) as callers:
        provider.gate.set()
    assert callers.results == [failure] * 50
    assert provider.calls == 1
    assert (await cached.provide_credentials()).access_key_id == "second"
    assert provider.calls == 2


async def test_a_failure_that_many_callers_share_does_not_grow_its_traceback(clock: Clock) -> None:
    failure = CredentialsNotLoaded("nothing here")
    provider = Provider(failure)
    provider.gate = anyio.Event()
    async with Callers(bind(provider, clock), 50):
        provider.gate.set()
    assert len(traceback.extract_tb(failure.__traceback__)) < 10


@pytest.mark.trap(35)
async def test_another_waiting_caller_takes_over_from_a_cancelled_one(clock: Clock) -> None:
    provider = Provider(identity("first", clock.now + HOUR))
    provider.gate = anyio.Event()
    async with Callers(bind(provider, clock), 20) as callers:
        await callers.cancel(provider.loading_task)
        assert callers.results == []
        assert provider.calls == 2
        provider.gate.set()
    assert callers.results == ["first"] * 19
    assert provider.calls == 2


async def test_a_chain_of_cancelled_loaders_ends_with_one_that_loads(clock: Clock) -> None:
    provider = Provider(identity("first", clock.now + HOUR))
    provider.gate = anyio.Event()
    async with Callers(bind(provider, clock), 5) as callers:
        for _ in range(4):
            await callers.cancel(provider.loading_task)
        assert provider.calls == 5
        provider.gate.set()
    assert callers.results == ["first"]


@pytest.mark.parametrize("anyio_backend", ["asyncio"], indirect=True)
async def test_a_task_cancelled_by_asyncio_itself_hands_over_too(clock: Clock) -> None:
    provider = Provider(identity("first", clock.now + HOUR))
    provider.gate = anyio.Event()
    cached = bind(provider, clock)
    tasks = [asyncio.create_task(cached.provide_credentials()) for _ in range(3)]
    await anyio.wait_all_tasks_blocked()
    tasks[0].cancel()
    await anyio.wait_all_tasks_blocked()
    provider.gate.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(results[0], asyncio.CancelledError)
    assert [result.access_key_id for result in results[1:] if isinstance(result, Credentials)] == ["first"] * 2


async def test_a_cancelled_waiter_does_not_disturb_the_load(clock: Clock) -> None:
    provider = Provider(identity("first", clock.now + HOUR))
    provider.gate = anyio.Event()
    async with Callers(bind(provider, clock), 3) as callers:
        await callers.cancel(next(task for task in callers.scopes if task != provider.loading_task))
        assert callers.results == []
        provider.gate.set()
    assert callers.results == ["first"] * 2
    assert provider.calls == 1


async def test_when_all_callers_are_cancelled_nothing_is_left_and_the_next_call_loads(clock: Clock) -> None:
    provider = Provider(identity("first", clock.now + HOUR))
    provider.gate = anyio.Event()
    cached = bind(provider, clock)
    async with Callers(cached, 10) as callers:
        for scope in callers.scopes.values():
            scope.cancel()
    assert callers.results == []
    assert cached._loads == {}
    provider.gate = None
    assert (await cached.provide_credentials()).access_key_id == "first"


async def test_an_answer_that_is_no_credentials_is_a_provider_error(clock: Clock) -> None:
    class Careless:
        async def provide_credentials(self) -> Credentials:
            return None  # type: ignore[return-value]  # what an unchecked provider does

    cached = IdentityCache().bind(Careless(), time_source=clock, random=lambda: 0.0)
    with pytest.raises(ProviderError, match="Careless returned NoneType instead of Credentials"):
        await cached.provide_credentials()


async def test_a_fallback_that_is_no_credentials_is_a_provider_error(clock: Clock) -> None:
    provider = FallbackProvider(identity("never"))
    provider.gate = anyio.Event()
    provider.fallback = "secret"  # type: ignore[assignment]  # what an unchecked provider does
    with pytest.raises(ProviderError, match="FallbackProvider returned str instead of Credentials"):
        await bind(provider, clock, load_timeout=AT_ONCE).provide_credentials()


# Renewal ahead of time


async def test_one_caller_renews_ahead_while_the_others_go_on(clock: Clock) -> None:
    expiry = clock.now + HOUR
    provider = Provider(identity("first", expiry), identity("second", expiry + HOUR))
    cached = bind(provider, clock)
    await cached.provide_credentials()
    clock.now = expiry - 900
    provider.gate = anyio.Event()
    async with Callers(cached, 100) as callers:
        assert callers.results == ["first"] * 99
        assert provider.calls == 2
        provider.gate.set()
    assert callers.results[99:] == ["second"]
    assert (await cached.provide_credentials()).access_key_id == "second"
    assert provider.calls == 2


async def test_nobody_renews_before_the_window(clock: Clock) -> None:
    expiry = clock.now + HOUR
    provider = Provider(identity("first", expiry))
    cached = bind(provider, clock)
    await cached.provide_credentials()
    clock.now = expiry - 900.125
    await cached.provide_credentials()
    assert provider.calls == 1


async def test_a_renewal_under_way_longer_than_the_backoff_is_not_doubled(clock: Clock) -> None:
    expiry = clock.now + HOUR
    provider = Provider(identity("first", expiry), identity("second", expiry + HOUR))
    cached = bind(provider, clock)
    await cached.provide_credentials()
    clock.now = expiry - 900
    provider.gate = anyio.Event()
    async with Callers(cached, 1):
        clock.now += 120
        assert (await cached.provide_credentials()).access_key_id == "first"
        assert provider.calls == 2
        provider.gate.set()


async def test_callers_wait_for_the_renewal_under_way_once_the_identity_is_stale(clock: Clock) -> None:
    expiry = clock.now + HOUR
    provider = Provider(identity("first", expiry), identity("second", expiry + HOUR))
    cached = bind(provider, clock)
    await cached.provide_credentials()
    clock.now = expiry - 900
    provider.gate = anyio.Event()
    async with Callers(cached, 1):
        clock.now = expiry
        async with Callers(cached, 10) as late:
            assert late.results == []
            provider.gate.set()
    assert late.results == ["second"] * 10
    assert provider.calls == 2


async def test_a_failed_renewal_keeps_the_identity_and_waits_before_the_next(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    expiry = clock.now + HOUR
    provider = Provider(identity("first", expiry), ProviderError("down"), identity("second", expiry + HOUR))
    cached = bind(provider, clock)
    await cached.provide_credentials()
    clock.now = expiry - 900
    with caplog.at_level(logging.DEBUG, "codepipeline_sdk"):
        assert (await cached.provide_credentials()).access_key_id == "first"
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("DEBUG", "Provider failed with ProviderError; its last identity stays")
    ]
    clock.now += 59.875
    assert (await cached.provide_credentials()).access_key_id == "first"
    assert provider.calls == 2
    clock.now += 0.125
    assert (await cached.provide_credentials()).access_key_id == "second"


async def test_the_wait_after_a_failed_renewal_ends_when_the_identity_is_stale(clock: Clock) -> None:
    expiry = clock.now + HOUR
    provider = Provider(identity("first", expiry), ProviderError("down"), identity("second", expiry + HOUR))
    cached = bind(provider, clock)
    await cached.provide_credentials()
    clock.now = expiry - 30
    assert (await cached.provide_credentials()).access_key_id == "first"
    clock.now = expiry - 10
    assert (await cached.provide_credentials()).access_key_id == "second"


async def test_a_renewal_that_takes_too_long_keeps_the_identity(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    provider = FallbackProvider(identity("first", clock.now + HOUR))
    provider.fallback = identity("fallback", clock.now + HOUR)
    cached = bind(provider, clock, load_timeout=AT_ONCE)
    await cached.provide_credentials()
    clock.now += HOUR - 900
    provider.gate = anyio.Event()
    with caplog.at_level(logging.DEBUG, "codepipeline_sdk"):
        assert (await cached.provide_credentials()).access_key_id == "first"
    assert caplog.messages == ["FallbackProvider took too long; its last identity stays"]
    assert (await cached.provide_credentials()).access_key_id == "first"
    assert provider.calls == 2


async def test_a_cancelled_renewal_lets_later_callers_go_on(clock: Clock) -> None:
    expiry = clock.now + HOUR
    provider = Provider(identity("first", expiry), identity("second", expiry + HOUR))
    cached = bind(provider, clock)
    await cached.provide_credentials()
    clock.now = expiry - 900
    provider.gate = anyio.Event()
    async with Callers(cached, 1) as callers:
        await callers.cancel(provider.loading_task)
    assert (await cached.provide_credentials()).access_key_id == "first"
    assert provider.calls == 2
    provider.gate = None
    clock.now += 60
    assert (await cached.provide_credentials()).access_key_id == "second"


async def test_a_short_lived_identity_is_renewed_in_its_last_quarter(clock: Clock) -> None:
    expiry = clock.now + 800
    provider = Provider(identity("first", expiry), identity("second", expiry + HOUR))
    cached = bind(provider, clock)
    await cached.provide_credentials()
    clock.now = expiry - 200.125
    assert (await cached.provide_credentials()).access_key_id == "first"
    clock.now = expiry - 200
    assert (await cached.provide_credentials()).access_key_id == "second"


async def test_an_identity_that_comes_again_unchanged_is_not_asked_for_on_each_call(clock: Clock) -> None:
    expiry = clock.now + HOUR
    provider = Provider(identity("same", expiry))
    cached = bind(provider, clock)
    await cached.provide_credentials()
    asked: list[float] = []
    for seconds in range(900, 10, -1):
        clock.now = expiry - seconds
        calls = provider.calls
        await cached.provide_credentials()
        asked += [seconds] * (provider.calls - calls)
    assert asked == [900, 225, 56, 14]


async def test_a_window_of_zero_switches_renewal_off(clock: Clock) -> None:
    expiry = clock.now + HOUR
    provider = Provider(identity("first", expiry))
    cached = bind(provider, clock, advisory_window=0.0)
    await cached.provide_credentials()
    clock.now = expiry - 10.125
    await cached.provide_credentials()
    assert provider.calls == 1


async def test_an_expired_answer_does_not_replace_a_good_identity(clock: Clock) -> None:
    expiry = clock.now + HOUR
    provider = Provider(identity("first", expiry), identity("expired", clock.now))
    cached = bind(provider, clock)
    await cached.provide_credentials()
    clock.now = expiry - 900
    assert (await cached.provide_credentials()).access_key_id == "first"
    assert (await cached.provide_credentials()).access_key_id == "first"


async def test_a_failed_load_falls_back_on_the_identity_until_it_expires(clock: Clock) -> None:
    expiry = clock.now + HOUR
    provider = Provider(identity("first", expiry), ProviderError("down"))
    cached = bind(provider, clock)
    await cached.provide_credentials()
    clock.now = expiry - 0.125
    async with Callers(cached, 5) as callers:
        pass
    assert callers.results == ["first"] * 5
    clock.now = expiry
    with pytest.raises(ProviderError, match="down"):
        await cached.provide_credentials()


# Timeout and cancellation


@pytest.mark.row("1.17-lazy-cache")
@pytest.mark.trap(29)
async def test_a_load_that_takes_too_long_is_a_provider_timeout_for_every_caller(clock: Clock) -> None:
    provider = Provider(identity("never"))
    provider.gate = anyio.Event()
    async with Callers(bind(provider, clock, load_timeout=0.02), 10) as callers:
        pass
    assert [type(result) for result in callers.results] == [ProviderTimedOut] * 10
    assert {str(result) for result in callers.results} == {"Provider took longer than 0.02 s"}
    assert provider.calls == 1


@pytest.mark.row("1.17-provider")
@pytest.mark.row("1.17-lazy-cache")
async def test_a_provider_may_fall_back_when_its_load_takes_too_long(clock: Clock) -> None:
    provider = FallbackProvider(identity("never"))
    provider.gate = anyio.Event()
    provider.fallback = identity("fallback", clock.now + HOUR)
    cached = bind(provider, clock, load_timeout=AT_ONCE)
    assert (await cached.provide_credentials()).access_key_id == "fallback"
    assert (await cached.provide_credentials()).access_key_id == "fallback"
    assert provider.calls == 1


async def test_a_provider_without_a_fallback_at_hand_has_timed_out(clock: Clock) -> None:
    provider = FallbackProvider(identity("never"))
    provider.gate = anyio.Event()
    with pytest.raises(ProviderTimedOut):
        await bind(provider, clock, load_timeout=AT_ONCE).provide_credentials()


async def test_a_timeout_of_the_provider_itself_is_its_own_error(clock: Clock) -> None:
    failure = TimeoutError("socket")
    with pytest.raises(TimeoutError) as caught:
        await bind(Provider(failure), clock).provide_credentials()
    assert caught.value is failure


@pytest.mark.trap(28)
async def test_a_limit_of_the_caller_is_a_cancellation_and_no_provider_timeout(clock: Clock) -> None:
    provider = FallbackProvider(identity("first", clock.now + HOUR))
    provider.fallback = identity("fallback", clock.now + HOUR)
    provider.gate = anyio.Event()
    cached = bind(provider, clock, load_timeout=60.0)
    with anyio.move_on_after(AT_ONCE) as limit:
        await cached.provide_credentials()
    assert limit.cancelled_caught
    provider.gate = None
    assert (await cached.provide_credentials()).access_key_id == "first"


@pytest.mark.trap(28)
async def test_a_load_timeout_leaves_the_limit_of_the_caller_alone(clock: Clock) -> None:
    provider = Provider(identity("never"))
    provider.gate = anyio.Event()
    with anyio.move_on_after(60) as limit:
        with pytest.raises(ProviderTimedOut):
            await bind(provider, clock, load_timeout=AT_ONCE).provide_credentials()
        await anyio.lowlevel.checkpoint()
    assert not limit.cancel_called


# No cache


@pytest.mark.row("1.17-no-cache")
async def test_without_a_cache_every_call_asks_the_provider(clock: Clock) -> None:
    provider = Provider(identity("first", clock.now + HOUR), identity("second", clock.now + HOUR))
    cached = IdentityCache.no_cache().bind(provider, time_source=clock, random=lambda: 0.0)
    assert (await cached.provide_credentials()).access_key_id == "first"
    assert (await cached.provide_credentials()).access_key_id == "second"
    assert provider.calls == 2


async def test_without_a_cache_callers_share_no_load(clock: Clock) -> None:
    provider = Provider(identity("first", clock.now + HOUR))
    provider.gate = anyio.Event()
    async with Callers(bind(provider, clock, enabled=False), 5):
        provider.gate.set()
    assert provider.calls == 5


async def test_without_a_cache_a_load_has_its_limit_and_its_fallback_all_the_same(clock: Clock) -> None:
    provider = FallbackProvider(identity("never"))
    provider.gate = anyio.Event()
    cached = IdentityCache.no_cache(load_timeout=AT_ONCE).bind(provider, time_source=clock, random=lambda: 0.0)
    with pytest.raises(ProviderTimedOut):
        await cached.provide_credentials()
    provider.fallback = identity("fallback", clock.now + HOUR)
    assert (await cached.provide_credentials()).access_key_id == "fallback"
    assert (await cached.provide_credentials()).access_key_id == "fallback"
    assert provider.calls == 3


# Threads and event loops


def run_in(backend: str, main: Callable[[], Awaitable[None]]) -> None:
    anyio.run(main, backend=backend)


def test_each_of_four_threads_loads_once_and_all_agree_afterwards(anyio_backend: str, clock: Clock) -> None:
    everyone_loads = threading.Barrier(4, timeout=30)

    class Numbered(Provider):
        async def provide_credentials(self) -> Credentials:
            self.calls += 1
            await anyio.to_thread.run_sync(everyone_loads.wait)
            return identity(threading.current_thread().name, clock.now + HOUR)

    provider = Numbered()
    cached = bind(provider, clock)
    answers: list[list[str | Exception]] = []

    async def main() -> None:
        async with Callers(cached, 50) as callers:
            pass
        answers.append(callers.results)

    threads = [threading.Thread(target=run_in, args=(anyio_backend, main)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(results) for results in answers] == [50] * 4
    assert not [result for results in answers for result in results if isinstance(result, Exception)]
    assert provider.calls == 4
    assert cached._loads == {}


async def test_a_load_that_began_earlier_does_not_replace_a_later_one(anyio_backend: str, clock: Clock) -> None:
    class Overtaken(Provider):
        async def provide_credentials(self) -> Credentials:
            self.calls += 1
            if self.calls > 1:
                return identity("later", clock.now + HOUR)
            await anyio.to_thread.run_sync(run_in, anyio_backend, load_elsewhere)
            return identity("earlier", clock.now + 2 * HOUR)

    cached = bind(Overtaken(), clock)

    async def load_elsewhere() -> None:
        await cached.provide_credentials()

    assert (await cached.provide_credentials()).access_key_id == "later"
    assert (await cached.provide_credentials()).access_key_id == "later"


async def test_who_takes_over_uses_what_another_event_loop_has_loaded(anyio_backend: str, clock: Clock) -> None:
    provider = Provider(identity("first", clock.now + HOUR))
    provider.gate = anyio.Event()
    cached = bind(provider, clock)

    async def load_elsewhere() -> None:
        await cached.provide_credentials()

    async with Callers(cached, 2) as callers:
        loader, provider.gate = provider.loading_task, None
        await anyio.to_thread.run_sync(run_in, anyio_backend, load_elsewhere)
        await callers.cancel(loader)
    assert callers.results == ["first"]
    assert provider.calls == 2


async def test_one_caller_of_all_event_loops_renews_ahead(anyio_backend: str, clock: Clock) -> None:
    expiry = clock.now + HOUR
    provider = Provider(identity("first", expiry), identity("second", expiry + HOUR))
    cached = bind(provider, clock)
    await cached.provide_credentials()
    clock.now = expiry - 900
    provider.gate = anyio.Event()
    elsewhere: list[str] = []

    async def call_elsewhere() -> None:
        elsewhere.append((await cached.provide_credentials()).access_key_id)

    async with Callers(cached, 1):
        await anyio.to_thread.run_sync(run_in, anyio_backend, call_elsewhere)
        provider.gate.set()
    assert elsewhere == ["first"]
    assert provider.calls == 2


def test_an_identity_outlives_the_event_loop_that_loaded_it(anyio_backend: str, clock: Clock) -> None:
    provider = Provider(identity("first", clock.now + HOUR))
    cached = bind(provider, clock)

    async def main() -> None:
        assert (await cached.provide_credentials()).access_key_id == "first"

    for _ in range(3):
        run_in(anyio_backend, main)
    assert provider.calls == 1


def test_an_event_loop_that_ends_in_a_load_leaves_nothing_behind(anyio_backend: str, clock: Clock) -> None:
    provider = Provider(identity("first", clock.now + HOUR))
    cached = bind(provider, clock)

    async def cut_off() -> None:
        provider.gate = anyio.Event()
        with anyio.move_on_after(AT_ONCE):
            await cached.provide_credentials()

    async def main() -> None:
        provider.gate = None
        assert (await cached.provide_credentials()).access_key_id == "first"

    run_in(anyio_backend, cut_off)
    assert cached._loads == {}
    run_in(anyio_backend, main)


# Memory, secrets, settings


async def test_the_cache_of_one_operation_goes_with_its_last_reference(clock: Clock) -> None:
    cached = bind(Provider(identity("first", clock.now + HOUR)), clock)
    reference = weakref.ref(cached)
    gc.disable()
    try:
        async with Callers(cached, 5) as callers:
            pass
        del cached, callers
        assert reference() is None
    finally:
        gc.enable()


async def test_logs_errors_and_reprs_hold_no_secret(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    expiry = clock.now + HOUR
    provider = FallbackProvider(identity("AKIDEXAMPLE", expiry), ValueError(SECRET), identity("AKIDOTHER", expiry))
    cached = bind(provider, clock, load_timeout=AT_ONCE)
    with caplog.at_level(logging.DEBUG):
        await cached.provide_credentials()
        clock.now = expiry - 900
        await cached.provide_credentials()
        clock.now = expiry
        await cached.provide_credentials()
        provider.gate = anyio.Event()
        provider.fallback = identity("AKIDOTHER", expiry)
        await cached.provide_credentials()
        provider.fallback = None
        with pytest.raises(ProviderTimedOut) as caught:
            await cached.provide_credentials()
    assert len(caplog.records) >= 4
    shown = [caplog.text, str(caught.value), repr(caught.value), repr(cached), repr(cached._held)]
    for secret in (SECRET, TOKEN, "AKIDEXAMPLE", "AKIDOTHER"):
        assert not [text for text in shown if secret in text]


@pytest.mark.row("1.8-identity-cache")
def test_lazy_is_the_default() -> None:
    assert IdentityCache.lazy() == IdentityCache()
    assert IdentityCache().load_timeout == 5.0
    assert IdentityCache().buffer_time == 10.0
    assert IdentityCache.lazy(load_timeout=22.0) == IdentityCache(load_timeout=22.0)


@pytest.mark.parametrize("name", ["load_timeout", "default_expiration"])
@pytest.mark.parametrize("value", [0.0, -1.0, math.nan])
def test_a_limit_must_be_positive(name: str, value: float) -> None:
    with pytest.raises(ConfigError, match=name):
        IdentityCache(**{name: value})  # type: ignore[arg-type]  # a table of keywords


@pytest.mark.parametrize("name", ["buffer_time", "advisory_window", "advisory_backoff"])
@pytest.mark.parametrize("value", [-1.0, math.inf, math.nan])
def test_a_time_ahead_must_be_finite_and_not_negative(name: str, value: float) -> None:
    with pytest.raises(ConfigError, match=name):
        IdentityCache(**{name: value})  # type: ignore[arg-type]  # a table of keywords


def test_importing_the_cache_loads_no_event_loop() -> None:
    script = "import sys, codepipeline_sdk.credentials.cache\nprint({'anyio', 'asyncio'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "set()"
