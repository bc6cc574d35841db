"""Ten thousand calls against a server that fails in every way, and what its ledger says afterwards.

anchor.md 1.5, 1.10, 1.21.
"""

from __future__ import annotations

import gc
import itertools
import json
import random
from array import array
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest

from codepipeline_sdk import Client, Config, SdkError
from codepipeline_sdk.config import HttpConfig, RetryConfig, TimeoutConfig
from tests.fakes import CREDENTIALS
from tests.loopback import Loopback, Peer, ok, response

CALLS = 10_000
CONCURRENCY = 100
WARM = 2_000
NEVER = -1
ALLOWED_GROWTH = 5 * 1024 * 1024

FAULTS = (
    ["none"] * 60
    + ["500 before", "500 after", "503 before", "throttled", "reset before", "reset after", "closed before"]
    + ["short body", "slow body", "HTML after", "skewed early", "skewed late"]
)  # fmt: skip


RUNS = {"none", "500 after", "reset after", "short body", "slow body", "HTML after", "skewed early", "skewed late"}
ENDS = {"reset before", "reset after", "closed before", "short body"}
ANSWERS: dict[str, Callable[[bytes], bytes]] = {
    "500 before": lambda _: response(500, b'{"__type":"InternalFailure"}'),
    "500 after": lambda _: response(500, b""),
    "503 before": lambda _: response(503, b"<html>busy</html>"),
    "throttled": lambda _: response(400, b'{"__type":"ThrottlingException"}', b"x-amz-retry-after: 5"),
    "short body": lambda ran: ok(ran)[:-3],
    "HTML after": lambda _: response(200, b"<html>proxy</html>"),
    "skewed early": lambda ran: response(200, ran, b"Date: Mon, 01 Jan 2001 00:00:00 GMT"),
    "skewed late": lambda ran: response(200, ran, b"Date: Fri, 01 Jan 2049 00:00:00 GMT"),
}


class Service:
    """Runs each token once, remembers it, and fails by a fixed sequence of faults."""

    def __init__(self, seed: int) -> None:
        # Arrays, so that what the test remembers is not taken for what the client keeps.
        self.ran = array("i", [NEVER] * CALLS)
        self.runs = bytearray(CALLS)
        self.injected: Counter[str] = Counter()
        self.executions = 0
        self._random = random.Random(seed)

    def run(self, token: int) -> bytes:
        if self.ran[token] == NEVER:
            self.executions += 1
            self.ran[token] = self.executions
            self.runs[token] += 1
        return b'{"pipelineExecutionId":"%d"}' % self.ran[token]

    async def serve(self, peer: Peer) -> None:
        while True:
            request = await peer.request()
            peer.server.requests.clear()
            fault = self._random.choice(FAULTS)
            self.injected[fault] += 1
            token = int(json.loads(request.body)["clientRequestToken"])
            if await self._answer(peer, fault, token):
                return

    async def _answer(self, peer: Peer, fault: str, token: int) -> bool:
        """Answer one request; return whether the connection is over."""
        ran = self.run(token) if fault in RUNS else b""
        if fault.startswith("reset"):
            peer.reset()
        elif fault == "slow body":
            await peer.send(ok(ran)[:-5])
            await peer.drip(ok(ran)[-5:], 0.0005)
        elif fault != "closed before":
            await peer.send(ANSWERS.get(fault, ok)(ran))
        return fault in ENDS


def resident() -> int:
    """Return the bytes of memory that the process has in use."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * 4096


async def immediately(seconds: float) -> None:
    await anyio.lowlevel.checkpoint()


@pytest.mark.row("1.21-tasks")
@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
async def test_errors_and_successes_agree_with_the_ledger(anyio_backend_name: str) -> None:
    service = Service(seed=7)
    succeeded = array("i", [NEVER] * CALLS)
    failed: dict[int, bool] = {}
    numbers = itertools.count()
    memory: list[int] = []

    async def work(client: Client) -> None:
        for number in numbers:
            if number >= CALLS:
                return
            if number == WARM:
                gc.collect()
                memory.append(resident())
            try:
                output = await client.start_pipeline_execution(name="release", client_request_token=str(number))
            except SdkError as error:
                failed[number] = error.request_may_have_run
            else:
                succeeded[number] = int(output.pipeline_execution_id or NEVER)

    with Loopback(service.serve) as server:
        config = Config(
            region="eu-west-1",
            credentials=CREDENTIALS,
            endpoint_url=server.url,
            http=HttpConfig(max_connections=50),
            timeout=TimeoutConfig(read=5, operation=60),
            retry=RetryConfig(max_attempts=2),
            sleep=immediately,
            retry_partition=f"ledger-{anyio_backend_name}",
        )
        async with Client(config) as client, anyio.create_task_group() as tasks:
            for _ in range(CONCURRENCY):
                tasks.start_soon(work, client)
        gc.collect()
        memory.append(resident())
        await server.until(lambda: server.open == 0)
        assert server.most_open <= 50
    assert set(service.injected) == set(FAULTS)
    well = [number for number in range(CALLS) if succeeded[number] != NEVER]
    assert sorted([*well, *failed]) == list(range(CALLS))
    assert [number for number in well if succeeded[number] != service.ran[number]] == []
    assert [number for number, may in failed.items() if service.ran[number] != NEVER and not may] == []
    assert max(service.runs) == 1
    assert min(len(well), len(failed)) > 100
    assert memory[1] - memory[0] <= ALLOWED_GROWTH
