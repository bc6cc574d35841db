"""Paginators: pages, items, limits, when they stop. anchor.md 1.14 and trap 20."""

from __future__ import annotations

import json

import anyio
import pytest

from codepipeline_sdk import Client
from codepipeline_sdk.config import HttpRequest, HttpResponse
from codepipeline_sdk.error import ServiceError
from codepipeline_sdk.operation.list_pipelines import ListPipelinesFluentBuilder
from tests.fakes import ScriptedHttp, config, refusal, reply


class Listing:
    """A service with this many pipelines, which gives at most three in a page; tokens are offsets."""

    def __init__(self, total: int = 8, key: str = "pipelines") -> None:
        self.requests: list[dict[str, object]] = []
        self._total = total
        self._key = key

    async def send(self, request: HttpRequest) -> HttpResponse:
        body = json.loads(request.body)
        self.requests.append(body)
        start = int(body.get("nextToken", 0))
        end = min(start + min(body.get("maxResults", 3), 3), self._total)
        page: dict[str, object] = {self._key: [{"name": f"p{number}"} for number in range(start, end)]}
        return reply({**page, "nextToken": str(end)} if end < self._total else page)


def listing(service: Listing) -> ListPipelinesFluentBuilder:
    return Client(config(service)).list_pipelines()


async def names(builder: ListPipelinesFluentBuilder) -> list[str]:
    return [item.name or "" async for item in builder.into_paginator().items()]


@pytest.mark.row("1.14-pages")
@pytest.mark.row("1.14-stop")
async def test_pages_follow_each_other_to_the_last() -> None:
    service = Listing()
    pages = [page async for page in listing(service).into_paginator()]
    assert [[item.name for item in page.pipelines or []] for page in pages] == [
        ["p0", "p1", "p2"],
        ["p3", "p4", "p5"],
        ["p6", "p7"],
    ]
    assert service.requests == [{}, {"nextToken": "3"}, {"nextToken": "6"}]


@pytest.mark.row("1.14-pages")
async def test_each_page_is_a_call_with_retries_of_its_own() -> None:
    busy = reply(b"", 503)
    page = reply({"pipelines": [{"name": "a"}], "nextToken": "t"})
    http = ScriptedHttp(busy, busy, page, busy, busy, reply({"pipelines": [{"name": "b"}]}))
    assert await names(Client(config(http)).list_pipelines()) == ["a", "b"]
    assert http.bodies == [{}] * 3 + [{"nextToken": "t"}] * 3


@pytest.mark.row("1.14-items")
async def test_items_are_those_of_all_pages() -> None:
    assert await names(listing(Listing())) == [f"p{number}" for number in range(8)]


@pytest.mark.row("1.14-collect")
async def test_collect_gives_pages_or_items() -> None:
    paginator = listing(Listing()).into_paginator()
    assert len(await paginator.collect()) == 3
    assert len(await paginator.items().collect()) == 8


@pytest.mark.row("1.14-pages")
@pytest.mark.trap(20)
async def test_nothing_is_sent_before_the_first_item_is_asked_for() -> None:
    service = Listing()
    iterator = aiter(listing(service).into_paginator().items())
    assert service.requests == []
    assert (await anext(iterator)).name == "p0"
    assert len(service.requests) == 1


async def test_a_paginator_is_a_value_that_can_be_walked_again() -> None:
    service = Listing()
    paginator = listing(service).into_paginator()
    small = paginator.page_size(1)
    assert len(await paginator.collect()) == 3
    assert len(await paginator.collect()) == 3
    assert len(await small.collect()) == 8


@pytest.mark.row("1.14-page-size")
async def test_the_page_size_goes_into_each_request() -> None:
    service = Listing(4)
    await listing(service).into_paginator().page_size(2).collect()
    assert service.requests == [{"maxResults": 2}, {"nextToken": "2", "maxResults": 2}]


@pytest.mark.trap(4)
async def test_a_page_size_of_zero_is_sent_as_it_is() -> None:
    http = ScriptedHttp(reply({"pipelines": []}))
    await Client(config(http)).list_pipelines().into_paginator().page_size(0).collect()
    assert http.bodies == [{"maxResults": 0}]


@pytest.mark.row("1.14-limits")
@pytest.mark.parametrize("limit", range(10))
async def test_max_items_gives_the_first_items_and_no_more(limit: int) -> None:
    items = await listing(Listing()).into_paginator().max_items(limit).items().collect()
    assert [item.name for item in items] == [f"p{number}" for number in range(min(limit, 8))]


async def test_max_items_asks_for_no_more_than_are_wanted() -> None:
    service = Listing()
    await listing(service).into_paginator().max_items(4).collect()
    assert service.requests == [{"maxResults": 4}, {"maxResults": 1, "nextToken": "3"}]


async def test_max_items_above_the_largest_page_asks_for_no_size() -> None:
    service = Listing(2)
    await listing(service).into_paginator().max_items(5000).collect()
    assert service.requests == [{}]


async def test_max_items_of_nothing_sends_nothing() -> None:
    service = Listing()
    assert await listing(service).into_paginator().max_items(0).collect() == []
    assert service.requests == []


async def test_an_operation_without_page_size_is_cut() -> None:
    http = ScriptedHttp(reply({"actionTypes": [{"settings": None}] * 3, "nextToken": "more"}))
    (page,) = await Client(config(http)).list_action_types().into_paginator().max_items(2).collect()
    assert len(page.action_types) == 2
    assert page.next_token == "more"


def test_a_negative_limit_is_refused() -> None:
    with pytest.raises(ValueError, match="max_items"):
        listing(Listing()).into_paginator().max_items(-1)


@pytest.mark.row("1.14-limits")
async def test_a_walk_resumes_at_a_token() -> None:
    service = Listing()
    paginator = listing(service).into_paginator()
    first = await anext(aiter(paginator))
    assert first.next_token == "3"
    rest = await paginator.starting_token(first.next_token).items().collect()
    assert [item.name for item in rest] == ["p3", "p4", "p5", "p6", "p7"]


@pytest.mark.row("1.14-stop")
@pytest.mark.trap(20)
async def test_an_empty_token_is_the_end() -> None:
    http = ScriptedHttp(reply({"pipelines": [{"name": "p"}], "nextToken": ""}))
    assert await names(Client(config(http)).list_pipelines()) == ["p"]
    assert len(http.requests) == 1


async def test_an_empty_page_in_the_middle_is_passed_over() -> None:
    last = reply({"pipelines": [{"name": "p"}]})
    http = ScriptedHttp(reply({"nextToken": "a"}), reply({"pipelines": [], "nextToken": "b"}), last)
    assert await names(Client(config(http)).list_pipelines()) == ["p"]


@pytest.mark.row("1.14-duplicate")
@pytest.mark.trap(20)
async def test_a_page_that_names_itself_is_delivered_and_ends_the_walk() -> None:
    http = ScriptedHttp(reply({"pipelines": [{"name": "p"}], "nextToken": "same"}))
    assert await names(Client(config(http)).list_pipelines()) == ["p", "p"]
    assert len(http.requests) == 2


async def test_a_starting_token_counts_as_the_token_just_sent() -> None:
    http = ScriptedHttp(reply({"pipelines": [{"name": "p"}], "nextToken": "same"}))
    await Client(config(http)).list_pipelines().into_paginator().starting_token("same").collect()
    assert len(http.requests) == 1


@pytest.mark.row("1.14-duplicate")
async def test_the_check_for_duplicate_tokens_can_be_switched_off() -> None:
    same = reply({"pipelines": [{"name": "p"}], "nextToken": "same"})
    http = ScriptedHttp(same, same, same, reply({"pipelines": [{"name": "last"}]}))
    paginator = Client(config(http)).list_pipelines().into_paginator().stop_on_duplicate_token(False)
    assert [item.name for item in await paginator.items().collect()] == ["p", "p", "p", "last"]


@pytest.mark.row("1.14-stop")
@pytest.mark.trap(20)
async def test_an_error_is_raised_once_and_then_the_walk_is_over() -> None:
    http = ScriptedHttp(reply({"pipelines": [{"name": "p"}], "nextToken": "a"}), refusal("InvalidNextTokenException"))
    iterator = aiter(Client(config(http)).list_pipelines().into_paginator())
    await anext(iterator)
    with pytest.raises(ServiceError):
        await anext(iterator)
    with pytest.raises(StopAsyncIteration):
        await anext(iterator)


async def test_a_cancelled_page_can_be_asked_for_again() -> None:
    class Slow(Listing):
        hang = True

        async def send(self, request: HttpRequest) -> HttpResponse:
            if self.hang:
                await anyio.sleep_forever()
            return await super().send(request)

    service = Slow()
    iterator = aiter(listing(service).into_paginator())
    with anyio.move_on_after(0.01):
        await anext(iterator)
    service.hang = False
    assert [len(page.pipelines or []) async for page in iterator] == [3, 3, 2]


@pytest.mark.row("0-capitals")
@pytest.mark.trap(49)
async def test_capitalised_paging_members_work_the_same() -> None:
    http = ScriptedHttp(reply({"webhooks": [], "NextToken": "t"}), reply({"webhooks": []}))
    await Client(config(http)).list_webhooks().into_paginator().page_size(5).collect()
    assert http.bodies == [{"MaxResults": 5}, {"NextToken": "t", "MaxResults": 5}]
