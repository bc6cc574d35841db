"""Section 1.5 of the local service's rules: pages and their tokens."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from codepipeline_sdk.testing.local import Assumptions, LocalCodePipeline
from tests.local.declarations import pipeline
from tests.local.wire import WireClient

NAMES = [f"p{number}" for number in range(7)]


async def _filled(local: LocalCodePipeline, **scope: str) -> WireClient:
    wire = WireClient(local, **scope)
    for name in NAMES:
        await wire.call("CreatePipeline", pipeline=pipeline(name=name))
    return wire


def _names(page: dict[str, Any]) -> list[str]:
    return [row["name"] for row in page["pipelines"]]


@pytest.mark.parametrize("size", [1, 2, 3, 6, 7, 8])
async def test_any_page_size_leads_to_the_same_rows(size: int) -> None:
    """W-26: the last page has no token."""
    async with LocalCodePipeline() as local:
        wire = await _filled(local)
        pages = [await wire.call("ListPipelines", maxResults=size)]
        while "nextToken" in pages[-1]:
            pages.append(await wire.call("ListPipelines", maxResults=size, nextToken=pages[-1]["nextToken"]))
        assert [name for page in pages for name in _names(page)] == NAMES
        assert [len(_names(page)) for page in pages[:-1]] == [size] * (len(pages) - 1)
        assert len(pages) == -(-len(NAMES) // size)


async def test_the_page_limit_may_change_between_pages() -> None:
    """W-23."""
    async with LocalCodePipeline() as local:
        wire = await _filled(local)
        token = (await wire.call("ListPipelines", maxResults=2))["nextToken"]
        assert _names(await wire.call("ListPipelines", nextToken=token)) == NAMES[2:]


async def test_rows_that_come_and_go_neither_repeat_nor_hide_others() -> None:
    """W-24."""
    async with LocalCodePipeline() as local:
        wire = await _filled(local)
        first = await wire.call("ListPipelines", maxResults=3)
        await wire.call("CreatePipeline", pipeline=pipeline(name="p1b"))
        await wire.call("DeletePipeline", name="p2")
        rest = await wire.call("ListPipelines", nextToken=first["nextToken"])
        assert _names(first) + _names(rest) == NAMES


async def test_a_knob_caps_every_page() -> None:
    """W-25."""
    async with LocalCodePipeline(assumptions=Assumptions(max_page_size=3)) as local:
        wire = await _filled(local)
        assert len(_names(await wire.call("ListPipelines"))) == 3
        assert len(_names(await wire.call("ListPipelines", maxResults=5))) == 3
        assert len(_names(await wire.call("ListPipelines", maxResults=2))) == 2


def _forged(token: str, **changes: object) -> str:
    record = json.loads(base64.urlsafe_b64decode(token))
    return base64.urlsafe_b64encode(json.dumps({**record, **changes}).encode()).decode()


Spoil = Callable[[str], str]

SPOILT: list[tuple[str, Spoil]] = [
    ("no token", lambda _: "anything"),
    ("not ASCII", lambda _: "ключ"),
    ("nested", lambda _: base64.b64encode(b"[" * 1500).decode()),
    ("no record", lambda _: base64.b64encode(b"[]").decode()),
    ("cut off", lambda token: token[:-4]),
    ("padded", lambda token: token + "="),
    ("blank", lambda token: "\n" + token),
    ("other cursor", lambda token: _forged(token, c="p5")),
    ("cursor of another type", lambda token: _forged(token, c=5)),
    ("another member", lambda token: _forged(token, x=1)),
]


@pytest.mark.parametrize("spoil", [pytest.param(spoil, id=label) for label, spoil in SPOILT])
async def test_a_spoilt_token_is_refused(spoil: Spoil) -> None:
    """W-22."""
    async with LocalCodePipeline() as local:
        wire = await _filled(local)
        token = (await wire.call("ListPipelines", maxResults=2))["nextToken"]
        assert (await wire.refusal("ListPipelines", nextToken=spoil(token))).code == "InvalidNextTokenException"


async def test_a_token_belongs_to_its_account_and_region() -> None:
    """W-22."""
    async with LocalCodePipeline() as local:
        token = (await (await _filled(local)).call("ListPipelines", maxResults=2))["nextToken"]
        for scope in ({"region": "eu-west-1"}, {"access_key": "210987654321"}):
            wire = await _filled(local, **scope)
            assert (await wire.refusal("ListPipelines", nextToken=token)).code == "InvalidNextTokenException"
