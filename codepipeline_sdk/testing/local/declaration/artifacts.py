"""How artifacts flow from action to action: rules P-14 and P-15."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from codepipeline_sdk.testing.local.assumptions import assumed_error
from codepipeline_sdk.testing.local.wire import WireError

if TYPE_CHECKING:
    from codepipeline_sdk.testing.local.declaration.draft import Draft


def check_flow(draft: Draft) -> None:
    """P-14: an artifact is made once, by an action that runs before those that use it."""
    made_at: dict[str, tuple[int, int]] = {}
    for _, action, order in draft.actions():
        for artifact in action["outputArtifacts"]:
            name = artifact["name"]
            if name in made_at:  # S-24
                raise WireError(
                    "InvalidStructureException",
                    "Output Artifact Bundle name must be unique within the pipeline. "
                    f"{name} has been used more than once.",
                )
            made_at[name] = order
    for stage, action, order in draft.actions():
        for artifact in action["inputArtifacts"]:
            if artifact["name"] not in made_at or not made_at[artifact["name"]] < order:
                raise assumed_error(
                    "P-14",
                    f"Input artifact {artifact['name']} of action {action['name']} in stage {stage['name']} is not the "
                    "output of an action that runs earlier",
                )


def check_repeated_inputs(draft: Draft) -> None:
    """P-15: an action lists an input artifact once."""
    for _, action, _ in draft.actions():
        for name, count in Counter(artifact["name"] for artifact in action["inputArtifacts"]).items():
            if count > 1:
                raise assumed_error("P-15", f"Action {action['name']} lists input artifact {name} more than once")
