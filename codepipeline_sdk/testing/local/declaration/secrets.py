"""Secret configuration values: rule P-29."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from codepipeline_sdk.testing.local.catalogue import ActionTypeKey
from codepipeline_sdk.testing.local.declaration.draft import placed_actions
from codepipeline_sdk.testing.local.wire import WireError

if TYPE_CHECKING:
    from codepipeline_sdk.testing.local.catalogue import ActionTypes
    from codepipeline_sdk.testing.local.declaration.draft import Draft, Placed
    from codepipeline_sdk.testing.local.shapes import ActionDeclaration, PipelineDeclaration
    from codepipeline_sdk.testing.local.store import Resources

MASK: Final = "****"
"""What stands in place of a secret value in every pipeline output."""


def restore(draft: Draft) -> None:
    """P-29: a masked value keeps the stored one of the same action; a new action has none to keep (S-26)."""
    kept = {
        _identity(placed): placed.action["configuration"]
        for placed in (placed_actions(draft.previous) if draft.previous else ())
    }
    for placed in draft.actions():
        action = placed.action
        stored = kept.get(_identity(placed), {})
        for key in draft.action_type(action).secret:
            if action["configuration"].get(key) != MASK:
                continue
            if key not in stored:
                raise WireError(
                    "InvalidActionDeclarationException",
                    f'Action configuration for the new action "{action["name"]}" contains an invalid configuration for '
                    f'the secret property "{key}". "{MASK}" may be used in secret properties only when updating an '
                    "existing action.",
                )
            action["configuration"][key] = stored[key]


def _identity(placed: Placed) -> tuple[str, str, ActionTypeKey]:
    return placed.stage["name"], placed.action["name"], ActionTypeKey.of(placed.action["actionTypeId"])


def masked(pipeline: PipelineDeclaration, action_types: ActionTypes, resources: Resources) -> PipelineDeclaration:
    """Return a declaration as outputs show it."""
    return {
        **pipeline,
        "stages": [
            {**stage, "actions": [_masked_action(action, action_types, resources) for action in stage["actions"]]}
            for stage in pipeline["stages"]
        ],
    }


def _masked_action(action: ActionDeclaration, action_types: ActionTypes, resources: Resources) -> ActionDeclaration:
    secret = action_types.secret_keys(ActionTypeKey.of(action["actionTypeId"]), resources)
    configuration = {key: MASK if key in secret else value for key, value in action["configuration"].items()}
    return {**action, "configuration": configuration}
