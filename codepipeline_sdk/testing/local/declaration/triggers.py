"""Triggers, and which pipelines look for changes themselves: rules P-26, P-27 and L-2."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from codepipeline_sdk.testing.local.assumptions import assumed_error
from codepipeline_sdk.testing.local.wire import WireError

if TYPE_CHECKING:
    from codepipeline_sdk.testing.local.declaration.draft import Draft
    from codepipeline_sdk.testing.local.shapes import PipelineDeclaration

_POLLING_PROVIDERS: Final = frozenset({"CodeCommit", "GitHub", "S3"})


def check_triggers(draft: Draft) -> None:
    """P-26: a trigger belongs to one connection source action, and its filters do not contradict each other."""
    connections = {
        action["name"]
        for _, action, _ in draft.actions()
        if action["actionTypeId"]["provider"] == "CodeStarSourceConnection"
    }
    seen: set[str] = set()
    for trigger in draft.pipeline.get("triggers", []):
        git = trigger["gitConfiguration"]
        source = git["sourceActionName"]
        if source not in connections:  # S-13
            raise WireError(
                "InvalidStructureException",
                "Triggers for connections must reference a CodeStarSourceConnection action.",
            )
        if source in seen:
            raise assumed_error("P-26", f"Source action {source} has more than one trigger")
        seen.add(source)
        for push in git.get("push", []):
            if "tags" in push and ("branches" in push or "filePaths" in push):
                raise assumed_error("P-26", f"A push filter for {source} has tags together with branches or file paths")
            if "filePaths" in push and "branches" not in push:
                raise assumed_error("P-26", f"A push filter for {source} has file paths without branches")


def polls_for_changes(pipeline: PipelineDeclaration) -> bool:
    """Whether a pipeline counts for L-2: a source action looks for changes itself.

    P-27 needs nothing here: a trigger takes a connection, and connections never poll.
    """
    return any(
        action["actionTypeId"]["category"] == "Source"
        and action["actionTypeId"]["provider"] in _POLLING_PROVIDERS
        and action["configuration"].get("PollForSourceChanges", "").lower() != "false"
        for stage in pipeline["stages"]
        for action in stage["actions"]
    )
