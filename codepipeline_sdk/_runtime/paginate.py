"""Paginators: all pages of a listing operation, or all its items.

They are iterators with `__anext__`, not generators, so nothing runs on when an iteration is given up. Nothing is sent
before the first item is asked for; each page is a call of its own, with its own retries. Source: anchor.md 1.14.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, Generic, Self, TypeVar

from attrs import evolve, frozen

from codepipeline_sdk._runtime.customize import Customizable, Customization
from codepipeline_sdk._runtime.operation import InputT, Invoker, Operation, OutputT
from codepipeline_sdk.error import SdkError

ItemT = TypeVar("ItemT")

_FEATURES: Final = Customization(features=("C",))
"""The feature id of paginators in the user agent."""


@frozen(kw_only=True)
class Paging(Generic[InputT, OutputT, ItemT]):
    """Where an operation keeps what paging needs."""

    token: Callable[[OutputT], str | None]
    """The token of the page after this one."""

    items: Callable[[OutputT], Sequence[ItemT] | None]
    """The items of a page."""

    truncate: Callable[[OutputT, int], OutputT]
    """The page with its first items only."""

    advance: Callable[[InputT, str], InputT]
    """The input for the page with this token."""

    starting_token: Callable[[InputT], str | None]
    """The token that the input holds."""

    page_size: Callable[[InputT], int | None]
    """The page size that the input holds; None where the operation has none."""

    resize: Callable[[InputT, int], InputT]
    """The input with this page size; unchanged where the operation has none."""

    largest_page: int
    """The largest page size that the service accepts; 0 where the operation has none."""


@frozen(kw_only=True)
class _Limits:
    items: int | None = None
    stop_on_duplicate_token: bool = True


class Paginator(Customizable, Generic[InputT, OutputT, ItemT]):
    """Pages of a listing operation: `async for page in paginator`, or `async for item in paginator.items()`.

    An immutable value, as builders are: every setting returns a new paginator, and it can be iterated many times.
    """

    __slots__ = ("_input", "_limits", "_operation", "_paging")

    def __init__(
        self,
        invoker: Invoker,
        operation: Operation[InputT, OutputT],
        input: InputT,
        paging: Paging[InputT, OutputT, ItemT],
        limits: _Limits | None = None,
    ) -> None:
        self._invoker = invoker
        self._operation = operation
        self._input = input
        self._paging = paging
        self._limits = limits or _Limits()

    def max_items(self, value: int | None) -> Self:
        """Stop after this many items; None for all.

        Where the operation has a page size, no more than are still wanted are asked for. A last page that holds more
        is cut, and its token then still names the page after it.
        """
        if value is not None and value < 0:
            raise ValueError(f"max_items must not be negative, not {value}")
        return self._with(self._input, evolve(self._limits, items=value))

    def starting_token(self, value: str) -> Self:
        """Begin with the page that this token of an earlier page names."""
        return self._with(self._paging.advance(self._input, value), self._limits)

    def stop_on_duplicate_token(self, value: bool) -> Self:
        """Whether to end when a page names itself as the next one (the default), or to ask again and again."""
        return self._with(self._input, evolve(self._limits, stop_on_duplicate_token=value))

    def customize(self) -> Self:
        """Return the paginator: what `customize()` of a builder offers, a paginator offers itself."""
        return self

    def items(self) -> Items[InputT, OutputT, ItemT]:
        """Return the items of all pages."""
        return Items(self, self._paging)

    async def collect(self) -> list[OutputT]:
        """Return all pages."""
        return [page async for page in self]

    def __aiter__(self) -> PageIterator[InputT, OutputT, ItemT]:
        return PageIterator(self._invoker, self._operation, self._input, self._paging, self._limits)

    def _with(self, input: InputT, limits: _Limits) -> Self:
        return type(self)(self._invoker, self._operation, input, self._paging, limits)


class SizedPaginator(Paginator[InputT, OutputT, ItemT]):
    """Pages of a listing operation whose page size can be chosen."""

    __slots__ = ()

    def page_size(self, value: int) -> Self:
        """Ask for this many items a page."""
        return self._with(self._paging.resize(self._input, value), self._limits)


class PageIterator(Generic[InputT, OutputT, ItemT]):
    """One walk over the pages. It ends after an error, which is raised once."""

    __slots__ = ("_input", "_invoker", "_left", "_operation", "_paging", "_stop_on_duplicate", "_token")

    def __init__(
        self,
        invoker: Invoker,
        operation: Operation[InputT, OutputT],
        input: InputT,
        paging: Paging[InputT, OutputT, ItemT],
        limits: _Limits,
    ) -> None:
        self._invoker = invoker
        self._operation = operation
        self._input: InputT | None = None if limits.items == 0 else input
        self._paging = paging
        self._left = limits.items
        self._stop_on_duplicate = limits.stop_on_duplicate_token
        self._token = paging.starting_token(input)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> OutputT:
        if self._input is None:
            raise StopAsyncIteration
        request = self._sized(self._input)
        try:
            page = await self._invoker.invoke(self._operation, request, _FEATURES)
        except SdkError:
            self._input = None
            raise
        self._input = self._after(page, request)
        return self._cut(page)

    def _sized(self, request: InputT) -> InputT:
        """Ask for no more items than are still wanted."""
        largest = self._paging.page_size(request) or self._paging.largest_page
        if self._left is None or self._left >= largest:
            return request
        return self._paging.resize(request, self._left)

    def _after(self, page: OutputT, request: InputT) -> InputT | None:
        token = self._paging.token(page)
        if not token or (token == self._token and self._stop_on_duplicate):
            return None
        self._token = token
        return self._paging.advance(request, token)

    def _cut(self, page: OutputT) -> OutputT:
        if self._left is None:
            return page
        count = len(self._paging.items(page) or ())
        if count > self._left:
            page = self._paging.truncate(page, self._left)
        self._left = max(0, self._left - count)
        if not self._left:
            self._input = None
        return page


class Items(Generic[InputT, OutputT, ItemT]):
    """The items of all pages: `async for item in items`, as often as you like."""

    __slots__ = ("_pages", "_paging")

    def __init__(self, pages: Paginator[InputT, OutputT, ItemT], paging: Paging[InputT, OutputT, ItemT]) -> None:
        self._pages = pages
        self._paging = paging

    def __aiter__(self) -> ItemIterator[InputT, OutputT, ItemT]:
        return ItemIterator(aiter(self._pages), self._paging)

    async def collect(self) -> list[ItemT]:
        """Return all items."""
        return [item async for item in self]


class ItemIterator(Generic[InputT, OutputT, ItemT]):
    """One walk over the items."""

    __slots__ = ("_items", "_pages", "_paging")

    def __init__(self, pages: PageIterator[InputT, OutputT, ItemT], paging: Paging[InputT, OutputT, ItemT]) -> None:
        self._pages = pages
        self._paging = paging
        self._items: Iterator[ItemT] = iter(())

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> ItemT:
        while True:
            for item in self._items:
                return item
            self._items = iter(self._paging.items(await anext(self._pages)) or ())
