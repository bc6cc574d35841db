"""What an import and a first call load, counted in fresh processes."""

from __future__ import annotations

import json
import subprocess
import sys

HEAVY = {"anyio", "botocore", "cattrs", "httpcore", "httpx", "ssl"}


def loaded_after(code: str) -> set[str]:
    """Return the modules that a fresh interpreter has loaded after this code."""
    script = f"{code}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    output = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout
    return set(json.loads(output.splitlines()[-1]))


FIRST_CALL = """
import asyncio
from codepipeline_sdk import Client, Config
from codepipeline_sdk.config.http import HttpResponse
from codepipeline_sdk.credentials.identity import Credentials

class Http:
    async def send(self, request):
        return HttpResponse(status=200, body=b'{"pipeline": {"name": "x"}}')

credentials = Credentials(access_key_id="a", secret_access_key="b")
client = Client(Config(region="eu-west-1", credentials=credentials, http_client=Http()))
"""


def test_importing_the_package_loads_no_library() -> None:
    loaded = loaded_after("import codepipeline_sdk")
    assert loaded & (HEAVY | {"attr", "attrs"}) == set()
    assert {name for name in loaded if name.startswith("codepipeline_sdk")} == {
        "codepipeline_sdk",
        "codepipeline_sdk._lazy",
    }


def test_importing_errors_and_types_loads_nothing_heavy() -> None:
    loaded = loaded_after("from codepipeline_sdk.types import Tag; from codepipeline_sdk.types.error import ERRORS")
    assert loaded & HEAVY == set()


def test_a_type_loads_only_itself() -> None:
    loaded = loaded_after("from codepipeline_sdk.types import PipelineDeclaration")
    assert {name for name in loaded if name.startswith("codepipeline_sdk.types._")} == {
        "codepipeline_sdk.types._pipeline_declaration"
    }


def test_a_client_with_a_transport_of_its_own_loads_no_http_library() -> None:
    assert loaded_after(FIRST_CALL) & {"botocore", "cattrs", "httpcore", "httpx"} == set()


def test_the_default_transport_does_without_httpx() -> None:
    code = "from codepipeline_sdk import Client, Config\nClient(Config(region='eu-west-1'))"
    assert loaded_after(code) & {"botocore", "cattrs", "httpx"} == set()


def test_a_first_call_defines_only_the_classes_it_needs() -> None:
    loaded = loaded_after(FIRST_CALL + "asyncio.run(client.get_pipeline(name='x').send())")
    assert {name for name in loaded if name.startswith("codepipeline_sdk.operation.")} == {
        "codepipeline_sdk.operation._service",
        "codepipeline_sdk.operation.get_pipeline",
    }
    structures = {name.rpartition(".")[2] for name in loaded if name.startswith("codepipeline_sdk._wire.")}
    classes = {name.rpartition(".")[2] for name in loaded if name.startswith("codepipeline_sdk.types._")}
    assert len(structures) == 26
    assert structures <= classes
    assert len(classes) == 40


def test_a_call_imports_nothing_the_second_time() -> None:
    once = loaded_after(FIRST_CALL + "asyncio.run(client.get_pipeline(name='x').send())")
    twice = loaded_after(FIRST_CALL + "asyncio.run(client.get_pipeline(name='x').send())\n" * 2)
    assert once == twice
