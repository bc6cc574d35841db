"""get -> change -> update loses nothing that a newer service added, and invents nothing. design.md 4.7."""

from __future__ import annotations

import copy
import json
import pickle

import pytest

from codepipeline_sdk import Client
from codepipeline_sdk.config import HttpRequest, HttpResponse
from codepipeline_sdk.types import PipelineDeclaration
from tests.fakes import config, reply

NEWER: dict[str, object] = {
    "name": "release",
    "roleArn": "arn:aws:iam::123456789012:role/r",
    "futureFlag": False,
    "executionMode": "TELEPATHIC",
    "stages": [
        {
            "name": "Source",
            "futureList": [{"deep": {"er": None}}, 1.5],
            "actions": [
                {
                    "name": "Fetch",
                    "actionTypeId": {
                        "category": "Divination",
                        "owner": "AWS",
                        "provider": "S3",
                        "version": "1",
                        "futureEdition": "2",
                    },
                    "futureMember": {"a": [True]},
                    "inputArtifacts": [],
                    "outputArtifacts": [{"name": "Source", "futureSize": 7}],
                }
            ],
            "onFailure": {"result": "PANIC", "futureCause": "?"},
        }
    ],
    "version": 7,
}


class NewerService:
    """Knows members and enum values that the package does not; keeps what it is sent."""

    def __init__(self, declaration: dict[str, object]) -> None:
        self.declaration = declaration
        self.updated: dict[str, object] = {}

    async def send(self, request: HttpRequest) -> HttpResponse:
        if request.headers["x-amz-target"].endswith(".UpdatePipeline"):
            self.updated = json.loads(request.body)["pipeline"]
        return reply({"pipeline": self.declaration})


async def fetch(service: NewerService) -> tuple[Client, PipelineDeclaration]:
    client = Client(config(service))
    output = await client.get_pipeline(name="release")
    assert output.pipeline is not None
    return client, output.pipeline


@pytest.mark.trap(7)
async def test_an_update_sends_back_all_that_was_received() -> None:
    service = NewerService(NEWER)
    client, pipeline = await fetch(service)
    await client.update_pipeline(pipeline=pipeline)
    assert service.updated == NEWER


async def test_a_change_leaves_everything_else_as_it_was() -> None:
    service = NewerService(NEWER)
    client, pipeline = await fetch(service)
    pipeline.stages[0].actions[0].run_order = 2
    await client.update_pipeline().pipeline(pipeline)
    expected = json.loads(json.dumps(NEWER))
    expected["stages"][0]["actions"][0]["runOrder"] = 2
    assert service.updated == expected


async def test_copies_keep_what_the_original_kept() -> None:
    service = NewerService(NEWER)
    client, pipeline = await fetch(service)
    for duplicate in (copy.copy(pipeline), copy.deepcopy(pipeline), pickle.loads(pickle.dumps(pipeline))):
        await client.update_pipeline(pipeline=duplicate)
        assert service.updated == NEWER


@pytest.mark.row("1.4-enums")
async def test_an_unknown_enum_value_says_so_and_keeps_its_text() -> None:
    _, pipeline = await fetch(NewerService(NEWER))
    category = pipeline.stages[0].actions[0].action_type_id.category
    assert (str(category), category.is_known) == ("Divination", False)
    assert pipeline.execution_mode == "TELEPATHIC"


async def test_nulls_and_type_names_of_the_wire_are_not_sent_back() -> None:
    quirky = json.loads(json.dumps(NEWER))
    quirky["__type"] = "PipelineDeclaration"
    quirky["futureNull"] = None
    quirky["stages"][0]["__type"] = "StageDeclaration"
    quirky["stages"][0]["blockers"] = None
    service = NewerService(quirky)
    client, pipeline = await fetch(service)
    await client.update_pipeline(pipeline=pipeline)
    assert service.updated == NEWER


@pytest.mark.row("1.3-error-correction")
@pytest.mark.trap(6)
async def test_members_that_were_filled_in_are_not_sent_back() -> None:
    service = NewerService({"name": "release", "stages": [{"name": "Source", "actions": [{"name": "Fetch"}]}]})
    client, pipeline = await fetch(service)
    assert pipeline.role_arn == ""
    assert str(pipeline.stages[0].actions[0].action_type_id.category) == "no value was set"
    await client.update_pipeline(pipeline=pipeline)
    assert service.updated == {"name": "release", "stages": [{"name": "Source", "actions": [{"name": "Fetch"}]}]}


async def test_a_filled_member_that_is_set_later_is_sent() -> None:
    service = NewerService({"name": "release", "stages": []})
    client, pipeline = await fetch(service)
    pipeline.role_arn = "arn:aws:iam::123456789012:role/r"
    await client.update_pipeline(pipeline=pipeline)
    assert service.updated["roleArn"] == "arn:aws:iam::123456789012:role/r"
