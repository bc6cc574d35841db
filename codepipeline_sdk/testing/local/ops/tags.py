"""TagResource, UntagResource and ListTagsForResource: O-42 to O-44, with the rules G-1 to G-5."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from codepipeline_sdk.testing.local.wire import WireError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from codepipeline_sdk.testing.local.ops.call import Call
    from codepipeline_sdk.testing.local.shapes import (
        ListTagsForResourceInput,
        Tag,
        TagResourceInput,
        UntagResourceInput,
    )

_MAX_TAGS: Final = 50
_NAME: Final = r"[A-Za-z0-9.@\-_]+"
_PIPELINE: Final = re.compile(_NAME)
_OTHER_TAGGABLE: Final = re.compile(rf"webhook:{_NAME}|actiontype:[^/:]+/[^/:]+/[^/:]+/[^/:]+", re.IGNORECASE)


def tag_resource(call: Call, members: TagResourceInput) -> Mapping[str, object]:
    """O-42: add tags, or replace the values of those that are there."""
    arn = members["resourceArn"]
    tags = _tags(call, arn)
    tags.update(merged_tags(tags, members["tags"], arn=arn))
    return {}


def untag_resource(call: Call, members: UntagResourceInput) -> Mapping[str, object]:
    """O-43: remove tags; keys that are not there do not matter (G-3)."""
    tags = _tags(call, members["resourceArn"])
    _refuse_system_tags(members["tagKeys"])
    for key in members["tagKeys"]:
        tags.pop(key, None)
    return {}


def list_tags_for_resource(call: Call, members: ListTagsForResourceInput) -> Mapping[str, object]:
    """O-44: all tags in one page by key, whatever page is asked for (G-4)."""
    tags = _tags(call, members["resourceArn"])
    return {"tags": tag_list(dict(sorted(tags.items())))}


def tag_list(tags: Mapping[str, str]) -> list[Tag]:
    """Return tags in the form of the wire."""
    return [{"key": key, "value": value} for key, value in tags.items()]


def merged_tags(present: Mapping[str, str], added: Iterable[Tag], *, arn: str) -> dict[str, str]:
    """Return the tags of a resource after adding some; raise WireError when they cannot be added (G-2)."""
    keys = [tag["key"] for tag in added]
    _refuse_system_tags(keys)
    if len(keys) != len(set(keys)):
        raise WireError("InvalidTagsException", "A tag key can be given only once")
    tags = {**present, **{tag["key"]: tag["value"] for tag in added}}
    if len(tags) > _MAX_TAGS:  # S-53
        raise WireError("TooManyTagsException", f"Tag limit exceeded for resource [{arn}].")
    return tags


def find_tags(call: Call, arn: str) -> dict[str, str] | None:
    """Return the tags of the resource with an ARN, or None when there is no such resource in the caller's scope."""
    prefix, pipelines = call.caller.scope.arn(""), call.resources.pipelines
    name = arn.removeprefix(prefix)
    return pipelines[name].tags if arn.startswith(prefix) and name in pipelines else None


def _tags(call: Call, arn: str) -> dict[str, str]:
    # G-1: a form that no taggable resource has, or another scope, is no ARN here at all. Custom action types and
    # webhooks have well-formed ARNs, of which none exists as long as their operations are missing.
    prefix = call.caller.scope.arn("")
    resource = arn.removeprefix(prefix)
    if not arn.startswith(prefix) or not (_PIPELINE.fullmatch(resource) or _OTHER_TAGGABLE.fullmatch(resource)):
        raise WireError("InvalidArnException", f"{arn} is no taggable resource of this account and region")
    tags = find_tags(call, arn)
    if tags is None:
        raise WireError("ResourceNotFoundException", f"There is no resource {arn}")
    return tags


def _refuse_system_tags(keys: Iterable[str]) -> None:
    for key in keys:
        if key.lower().startswith("aws:"):  # S-52
            text = f"Not allowed to modify system tags. System tags start with 'aws:'. The key was '{key}'."
            raise WireError("InvalidTagsException", text)
