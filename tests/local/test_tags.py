"""O-42 to O-44 and G-1 to G-5 of the local service's rules: tags."""

from __future__ import annotations

from typing import Any

import pytest

from codepipeline_sdk.testing.local import LocalCodePipeline
from tests.local.declarations import pipeline
from tests.local.wire import Refusal, WireClient

PREFIX = "arn:aws:codepipeline:us-east-1:123456789012:"
ARN = PREFIX + "release"


def _tags(**tags: str) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in tags.items()]


async def _tagged(local: LocalCodePipeline, **tags: str) -> WireClient:
    wire = WireClient(local)
    await wire.call("CreatePipeline", pipeline=pipeline(), tags=_tags(**tags))
    return wire


async def test_tags_are_merged_removed_and_listed_by_key() -> None:
    """G-3, G-4."""
    async with LocalCodePipeline() as local:
        wire = await _tagged(local, stage="test", Team="shop")
        await wire.call("TagResource", resourceArn=ARN, tags=_tags(stage="prod", team="web"))
        listed = await wire.call("ListTagsForResource", resourceArn=ARN)
        assert listed == {"tags": _tags(Team="shop", stage="prod", team="web")}
        for _ in range(2):
            await wire.call("UntagResource", resourceArn=ARN, tagKeys=["stage", "Stage"])
        assert await wire.call("ListTagsForResource", resourceArn=ARN) == {"tags": _tags(Team="shop", team="web")}


async def test_the_list_of_tags_has_one_page_whatever_is_asked_for() -> None:
    """G-4."""
    async with LocalCodePipeline() as local:
        wire = await _tagged(local, a="1", b="2")
        listed = await wire.call("ListTagsForResource", resourceArn=ARN, maxResults=1, nextToken="anything")
        assert listed == {"tags": _tags(a="1", b="2")}


@pytest.mark.parametrize("operation", ["ListTagsForResource", "TagResource", "UntagResource"])
@pytest.mark.parametrize(
    ("arn", "code"),
    [
        ("arn:aws:s3:::bucket", "ValidationException"),
        (PREFIX + "re/lease", "InvalidArnException"),
        (PREFIX + "release/Build", "InvalidArnException"),
        (PREFIX + "release/Build/Compile", "InvalidArnException"),
        (PREFIX + "queue:release", "InvalidArnException"),
        (PREFIX + "actiontype:Custom/Build/Forge", "InvalidArnException"),
        ("arn:aws:codepipeline:eu-west-1:123456789012:release", "InvalidArnException"),
        ("arn:aws:codepipeline:us-east-1:210987654321:release", "InvalidArnException"),
        ("arn:aws-cn:codepipeline:us-east-1:123456789012:release", "InvalidArnException"),
        (PREFIX + "gone", "ResourceNotFoundException"),
        (PREFIX + "webhook:gone", "ResourceNotFoundException"),
        (PREFIX + "actiontype:Custom/Build/Forge/1", "ResourceNotFoundException"),
        (PREFIX + "actionType:custom/Build/Forge/1", "ResourceNotFoundException"),
    ],
)
async def test_an_arn_must_be_of_a_resource_here(operation: str, arn: str, code: str) -> None:
    """G-1, G-5."""
    members: dict[str, Any] = {"resourceArn": arn}
    if operation == "TagResource":
        members["tags"] = _tags(a="b")
    elif operation == "UntagResource":
        members["tagKeys"] = ["a"]
    async with LocalCodePipeline() as local:
        wire = await _tagged(local)
        assert (await wire.refusal(operation, **members)).code == code


@pytest.mark.parametrize("key", ["aws:owner", "AWS:owner", "Aws:"])
async def test_system_tags_cannot_be_changed(key: str) -> None:
    """G-2: S-52."""
    async with LocalCodePipeline() as local:
        wire = await _tagged(local)
        refusals = [
            await wire.refusal("TagResource", resourceArn=ARN, tags=[{"key": key, "value": "x"}]),
            await wire.refusal("UntagResource", resourceArn=ARN, tagKeys=[key]),
            await wire.refusal("CreatePipeline", pipeline=pipeline(name="two"), tags=[{"key": key, "value": "x"}]),
        ]
        for refusal in refusals:
            assert refusal.code == "InvalidTagsException"
            text = "Not allowed to modify system tags. System tags start with 'aws:'. "
            assert (refusal.message or "").startswith(text)


async def test_a_key_can_be_given_once() -> None:
    """G-2."""
    async with LocalCodePipeline() as local:
        wire = await _tagged(local)
        twice = [*_tags(a="1"), *_tags(a="2")]
        assert (await wire.refusal("TagResource", resourceArn=ARN, tags=twice)).code == "InvalidTagsException"
        refusal = await wire.refusal("CreatePipeline", pipeline=pipeline(name="two"), tags=twice)
        assert refusal.code == "InvalidTagsException"


async def test_a_resource_has_up_to_fifty_tags() -> None:
    """G-2: S-53, L-32."""
    async with LocalCodePipeline() as local:
        wire = await _tagged(local, **{f"k{n}": "" for n in range(49)})
        too_many = Refusal(400, "TooManyTagsException", f"Tag limit exceeded for resource [{ARN}].")
        assert await wire.refusal("TagResource", resourceArn=ARN, tags=_tags(x="", y="")) == too_many
        await wire.call("TagResource", resourceArn=ARN, tags=_tags(k0="again", x=""))
        assert await wire.refusal("TagResource", resourceArn=ARN, tags=_tags(z="")) == too_many
        assert len((await wire.call("ListTagsForResource", resourceArn=ARN))["tags"]) == 50
        fifty_one = _tags(**{f"k{n}": "" for n in range(51)})
        refusal = await wire.refusal("CreatePipeline", pipeline=pipeline(name="two"), tags=fifty_one)
        assert refusal == Refusal(400, "TooManyTagsException", f"Tag limit exceeded for resource [{PREFIX}two].")


async def test_bad_tags_are_told_before_a_bad_declaration() -> None:
    """O-1."""
    async with LocalCodePipeline() as local:
        refusal = await WireClient(local).refusal(
            "CreatePipeline", pipeline=pipeline(artifactStore=None), tags=[{"key": "aws:a", "value": ""}]
        )
        assert refusal.code == "InvalidTagsException"
