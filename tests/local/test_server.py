"""The local service over TCP, called by boto3."""

# The oracle ships no types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from codepipeline_sdk.config.http import HttpRequest
from codepipeline_sdk.testing.local import LocalCodePipeline, server as server_module
from codepipeline_sdk.testing.local.__main__ import main
from codepipeline_sdk.testing.local.clock import MANUAL_START
from tests.local.declarations import build, pipeline, source, stage

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

PATIENCE = 30
MODULE = [sys.executable, "-m", "codepipeline_sdk.testing.local"]


@contextmanager
def running(*options: str) -> Generator[tuple[subprocess.Popen[str], str]]:
    """Run the server and yield it with its address."""
    with subprocess.Popen([*MODULE, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            with selectors.DefaultSelector() as selector:
                selector.register(process.stdout, selectors.EVENT_READ)
                assert selector.select(PATIENCE), "the server never said that it is ready"
            ready, url = process.stdout.readline().split()
            assert ready == "READY"
            yield process, url
        finally:
            process.terminate()
            process.wait(PATIENCE)


@contextmanager
def client(url: str, *, region: str = "eu-west-1", secret: str = "test", key: str = "test") -> Generator[Any]:
    """Yield a boto3 client that tries once and never waits long."""
    config = Config(retries={"total_max_attempts": 1}, connect_timeout=PATIENCE, read_timeout=PATIENCE)
    made = boto3.client(
        "codepipeline",
        region_name=region,
        endpoint_url=url,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        config=config,
    )
    try:
        yield made
    finally:
        made.close()


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running("--region", "eu-west-1", "--account", "210987654321") as (_, url):
        yield url


@pytest.fixture
def codepipeline(server: str) -> Iterator[Any]:
    """A client of an empty service."""
    urllib.request.urlopen(urllib.request.Request(f"{server}/_local/reset", method="POST"), timeout=PATIENCE).close()
    with client(server) as made:
        yield made


def code_of(caught: pytest.ExceptionInfo[ClientError]) -> str:
    return str(caught.value.response["Error"]["Code"])


def test_boto3_creates_reads_updates_lists_and_deletes_a_pipeline(codepipeline: Any) -> None:
    created = codepipeline.create_pipeline(pipeline=pipeline(), tags=[{"key": "team", "value": "shop"}])
    assert (created["pipeline"]["version"], created["tags"]) == (1, [{"key": "team", "value": "shop"}])
    read = codepipeline.get_pipeline(name="release")
    assert read["metadata"]["pipelineArn"] == "arn:aws:codepipeline:eu-west-1:210987654321:release"
    read["pipeline"]["stages"][1]["name"] = "Compile"
    assert codepipeline.update_pipeline(pipeline=read["pipeline"])["pipeline"]["version"] == 2
    first = codepipeline.get_pipeline(name="release", version=1)
    assert first["pipeline"]["stages"][1]["name"] == "Build"
    assert [(row["name"], row["version"]) for row in codepipeline.list_pipelines()["pipelines"]] == [("release", 2)]
    codepipeline.delete_pipeline(name="release")
    with pytest.raises(codepipeline.exceptions.PipelineNotFoundException):
        codepipeline.get_pipeline(name="release")


def test_boto3_tags_a_pipeline(codepipeline: Any) -> None:
    codepipeline.create_pipeline(pipeline=pipeline())
    arn = codepipeline.get_pipeline(name="release")["metadata"]["pipelineArn"]
    codepipeline.tag_resource(resourceArn=arn, tags=[{"key": "b", "value": "2"}, {"key": "a", "value": "ü"}])
    codepipeline.untag_resource(resourceArn=arn, tagKeys=["b"])
    pages = codepipeline.get_paginator("list_tags_for_resource").paginate(resourceArn=arn)
    assert pages.build_full_result()["tags"] == [{"key": "a", "value": "ü"}]


def test_boto3_walks_over_many_pages(codepipeline: Any) -> None:
    names = [f"p{number:02d}" for number in range(25)]
    for name in reversed(names):
        codepipeline.create_pipeline(pipeline=pipeline(name=name))
    pages = list(codepipeline.get_paginator("list_pipelines").paginate(PaginationConfig={"PageSize": 4}))
    assert len(pages) == 7
    assert [row["name"] for page in pages for row in page["pipelines"]] == names


def test_boto3_sees_the_typed_errors(codepipeline: Any) -> None:
    codepipeline.create_pipeline(pipeline=pipeline())
    with pytest.raises(codepipeline.exceptions.PipelineNameInUseException):
        codepipeline.create_pipeline(pipeline=pipeline())
    with pytest.raises(codepipeline.exceptions.InvalidStructureException, match="minimum of 2 stages"):
        codepipeline.create_pipeline(pipeline=pipeline(stage("Source", source()), name="short"))
    with pytest.raises(codepipeline.exceptions.ValidationException, match="1 validation error detected"):
        codepipeline.create_pipeline(
            pipeline=pipeline(stage("Source", source()), stage("Build", build(runOrder=1000)), name="late")
        )
    with pytest.raises(codepipeline.exceptions.InvalidNextTokenException):
        codepipeline.list_pipelines(nextToken="nonsense")
    with pytest.raises(ClientError) as caught:
        codepipeline.start_pipeline_execution(name="release")
    assert code_of(caught) == "NotImplementedInLocalService"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"secret": "wrong"}, "InvalidSignatureException"),
        ({"region": "us-east-1"}, "InvalidSignatureException"),
        ({"key": "nobody"}, "UnrecognizedClientException"),
    ],
    ids=["secret", "region", "key"],
)
def test_boto3_is_refused_with_wrong_credentials(server: str, wrong: dict[str, str], code: str) -> None:
    with client(server, **wrong) as stranger, pytest.raises(ClientError) as caught:
        stranger.list_pipelines()
    assert code_of(caught) == code


def test_boto3_is_refused_when_its_clock_differs() -> None:
    """W-19: the manual clock stands in the past."""
    with running("--clock", "manual") as (_, url), client(url) as late, pytest.raises(ClientError) as caught:
        late.list_pipelines()
    assert code_of(caught) == "InvalidSignatureException"
    assert "Signature not yet current" in str(caught.value)


def test_a_manual_clock_starts_where_told_and_shows_in_the_responses() -> None:
    """C-12a, W-19: the service's time is in the date header."""
    start = round(time.time())
    options = ("--clock", "manual", "--clock-start", str(start))
    with running(*options) as (_, url), client(url, region="ap-south-1") as made:
        created = made.create_pipeline(pipeline=pipeline())
        read = made.get_pipeline(name=created["pipeline"]["name"])
        assert read["metadata"]["created"].timestamp() == start
        assert ":ap-south-1:" in read["metadata"]["pipelineArn"]


def test_authentication_can_be_switched_off() -> None:
    with running("--auth", "off", "--clock", "manual") as (_, url), client(url, key="any", secret="any") as made:
        made.create_pipeline(pipeline=pipeline())
        assert made.get_pipeline(name="release")["metadata"]["created"].timestamp() == MANUAL_START


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_server_ends_cleanly_on_a_signal_and_says_nothing_but_ready(number: signal.Signals) -> None:
    with running() as (process, url), client(url) as made:
        made.list_pipelines()  # the connection stays open
        process.send_signal(number)
        out, err = process.communicate(timeout=PATIENCE)
        assert (process.returncode, out, err) == (0, "", "")


def test_the_server_asks_for_its_control_token() -> None:
    """C-14."""
    with running("--control-token", "T") as (_, url):
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(f"{url}/_local/health", timeout=PATIENCE)
        caught.value.close()
        assert caught.value.code == 403
        request = urllib.request.Request(f"{url}/_local/health", headers={"X-Local-Token": "T"})
        with urllib.request.urlopen(request, timeout=PATIENCE) as response:
            assert json.load(response)["status"] == "ok"


@pytest.mark.parametrize(
    ("options", "status"),
    [
        (["--host", "127.0.0.1"], 200),
        (["--host", "::1"], 200),
        (["--host", "localhost"], 200),
        (["--host", "0.0.0.0"], 404),
        (["--host", "build.example.test"], 404),
        (["--host", "0.0.0.0", "--control-token", "T"], 200),
    ],
)
def test_the_control_api_is_closed_where_others_could_reach_it(
    monkeypatch: pytest.MonkeyPatch, options: list[str], status: int
) -> None:
    """C-14."""
    served: list[LocalCodePipeline] = []

    def serve(local: LocalCodePipeline, **_: object) -> None:
        served.append(local)

    monkeypatch.setattr(server_module, "serve", serve)
    main(options)
    url = "http://local.codepipeline/_local/health"
    response = served[0].handle(HttpRequest(method="GET", url=url, headers={"x-local-token": "T"}))
    assert response.status == status


def test_the_server_names_the_extra_that_is_missing(tmp_path: Any) -> None:
    (tmp_path / "uvicorn.py").write_text("raise ModuleNotFoundError('no uvicorn', name='uvicorn')")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(MODULE, capture_output=True, text=True, timeout=PATIENCE, env=environment, check=False)
    assert done.returncode == 1
    assert done.stderr.strip() == "The server needs uvicorn: install codepipeline-sdk[local]"
