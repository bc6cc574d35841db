"""Nothing blocks the loop's thread during a call: no file, no name lookup, no process, no import, no trust store.

Recorded by an audit hook, in fresh processes so that the first call really is the first.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.loopback import Loopback, answer_all

SCRIPT = """
import importlib, json, socket, ssl, sys, threading

import anyio

if sys.argv[2] == 'trio':
    importlib.import_module('trio')

from codepipeline_sdk import Client, Config
from codepipeline_sdk.config import RetryConfig
from codepipeline_sdk.credentials import Credentials
from codepipeline_sdk.error import SdkError
from datetime import UTC, datetime, timedelta

url, backend, calls = sys.argv[1], sys.argv[2], int(sys.argv[3])
events, watching = [], False

def record(event, arguments):
    if watching and threading.current_thread() is threading.main_thread():
        if event in {"open", "import", "subprocess.Popen", "os.system", "time.sleep"}:
            events.append(f"{event} {arguments[0]!r}")

sys.addaudithook(record)
load = ssl.SSLContext.load_default_certs

def load_default_certs(self, *arguments):
    record("open", ("the trust store",))
    return load(self, *arguments)

ssl.SSLContext.load_default_certs = load_default_certs
look_up = socket.getaddrinfo

def getaddrinfo(host, port, family=0, type=0, proto=0, flags=0):
    # trio asks first whether the host is a number, which asks nobody else.
    if watching and not flags & socket.AI_NUMERICHOST and threading.current_thread() is threading.main_thread():
        events.append(f"getaddrinfo {host!r}")
    return look_up(host, port, family, type, proto, flags)

socket.getaddrinfo = getaddrinfo

class Expiring:
    calls = 0

    async def provide_credentials(self):
        self.calls += 1
        soon = datetime.now(UTC) + timedelta(seconds=1)
        return Credentials(access_key_id="a", secret_access_key="b", expires_at=soon)

provider = Expiring()
client = Client(Config(
    region="eu-west-1",
    endpoint_url=url,
    credentials=provider,
    retry=RetryConfig.disabled(),
))

async def main():
    global watching
    for _ in range(calls):
        builder = client.list_pipelines()
        watching = True
        try:
            await builder
        except SdkError:
            if not url.startswith("https"):
                raise
        finally:
            watching = False
    await client.aclose()

anyio.run(main, backend=backend)
assert provider.calls == calls, "each call was to refresh the credentials"
print(json.dumps(events))
"""


def events(url: str, backend: str, calls: int) -> list[str]:
    ended = subprocess.run(
        [sys.executable, "-c", SCRIPT, url, backend, str(calls)],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=Path(__file__).parent.parent.parent,
    )
    found: list[str] = json.loads(ended.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize("calls", [1, 3])
def test_a_call_blocks_on_nothing(anyio_backend: str, calls: int) -> None:
    with Loopback(answer_all) as server:
        url = server.url.replace("127.0.0.1", "localhost")
        assert events(url, anyio_backend, calls) == []


def test_a_first_call_over_tls_loads_the_trust_store_off_the_loop(anyio_backend: str) -> None:
    with Loopback(answer_all) as server:
        assert events(server.url.replace("http:", "https:"), anyio_backend, 1) == []
