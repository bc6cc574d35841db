"""The operations that the local service carries out; all others of the API answer that they are missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from attrs import frozen

from codepipeline_sdk.testing.local.ops import pipelines, tags
from codepipeline_sdk.testing.local.ops.call import Call
from codepipeline_sdk.testing.local.scope import Scope


@frozen
class Operation:
    """An operation's effect, and the resource whose ARN an access policy judges (W-21, D-5)."""

    # Any: each function takes the input of its own operation, which the model layer has checked.
    run: Callable[[Call, Any], Mapping[str, object] | None]
    resource_arn: Callable[[Scope, Any], str]


def _named(scope: Scope, members: Mapping[str, str]) -> str:
    return scope.arn(members["name"])


def _declared(scope: Scope, members: Mapping[str, Mapping[str, str]]) -> str:
    return scope.arn(members["pipeline"]["name"])


def _tagged(_scope: Scope, members: Mapping[str, str]) -> str:
    return members["resourceArn"]


def _any(_scope: Scope, _members: Mapping[str, str]) -> str:
    return "*"


IMPLEMENTED: Final[Mapping[str, Operation]] = {
    "CreatePipeline": Operation(pipelines.create_pipeline, _declared),
    "DeletePipeline": Operation(pipelines.delete_pipeline, _named),
    "GetPipeline": Operation(pipelines.get_pipeline, _named),
    "ListPipelines": Operation(pipelines.list_pipelines, _any),
    "ListTagsForResource": Operation(tags.list_tags_for_resource, _tagged),
    "TagResource": Operation(tags.tag_resource, _tagged),
    "UntagResource": Operation(tags.untag_resource, _tagged),
    "UpdatePipeline": Operation(pipelines.update_pipeline, _declared),
}
"""By the name of the operation."""
