"""Each action by itself: rules P-7, P-11 to P-13, P-21 and P-22."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Final

from codepipeline_sdk.testing.local.assumptions import MAX_QUERYABLE_VALUE, assumed_error
from codepipeline_sdk.testing.local.wire import WireError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codepipeline_sdk.testing.local.catalogue import ActionType
    from codepipeline_sdk.testing.local.declaration.draft import Draft
    from codepipeline_sdk.testing.local.shapes import ActionDeclaration

_logger = logging.getLogger(__name__)

_QUERYABLE: Final = re.compile(rf"[a-zA-Z0-9_-]{{1,{MAX_QUERYABLE_VALUE}}}")
_ARN_PARTS: Final = 6


def _invalid_action(message: str) -> WireError:
    return WireError("InvalidActionDeclarationException", message)


def check_types(draft: Draft) -> None:
    """P-7: every action's type exists where the action runs."""
    for _, action, _ in draft.actions():
        draft.action_type(action)


def check_configuration(draft: Draft) -> None:
    """P-11 and, for custom types, P-12: required keys are there, and no unknown ones where all keys are known."""
    for _, action, _ in draft.actions():
        name, configuration, action_type = action["name"], action["configuration"], draft.action_type(action)
        required = (*action_type.required, *_conditionally_required(action))
        for key in required:
            if key not in configuration:  # S-17
                raise _invalid_action(
                    f"Action configuration for action '{name}' is missing required configuration '{key}'"
                )
        for key in action_type.documented:
            if key not in configuration:
                _logger.warning("the guide calls '%s' required in the configuration of action '%s'", key, name)
        if action_type.optional is not None:
            known = {*required, *action_type.documented, *action_type.optional}
            for key in configuration:
                if key not in known:  # S-18
                    raise _invalid_action(
                        f"Action configuration for action '{name}' contains unknown configuration '{key}'"
                    )
        _check_queryable(action, action_type)


def _conditionally_required(action: ActionDeclaration) -> Iterator[str]:
    type_id = action["actionTypeId"]
    if type_id["owner"] == "AWS":
        if type_id["provider"] == "CodeBuild" and len(action["inputArtifacts"]) > 1:
            yield "PrimarySource"
        if (type_id["category"], type_id["provider"]) == ("Deploy", "S3"):
            extract = action["configuration"].get("Extract", "")
            if extract.lower() == "false":
                yield "ObjectKey"


def _check_queryable(action: ActionDeclaration, action_type: ActionType) -> None:
    if action_type.queryable is not None:  # P-12, L-19
        value = action["configuration"].get(action_type.queryable, "")
        if not _QUERYABLE.fullmatch(value):
            raise assumed_error(
                "P-12",
                f"The value of the queryable property '{action_type.queryable}' of action '{action['name']}' must be "
                f"1 to {MAX_QUERYABLE_VALUE} letters, digits, hyphens and underscores",
            )


def check_artifact_counts(draft: Draft) -> None:
    """P-13: as many input and output artifacts as the type allows (S-19)."""
    for _, action, _ in draft.actions():
        action_type = draft.action_type(action)
        for direction, artifacts, (least, most) in (
            ("input", action["inputArtifacts"], action_type.inputs),
            ("output", action["outputArtifacts"], action_type.outputs),
        ):
            declares = f"Action {action['name']} declares {len(artifacts)} {direction} artifacts which is"
            if len(artifacts) < least:
                raise _invalid_action(f"{declares} less than the minimum count ({least})")
            if len(artifacts) > most:
                raise _invalid_action(f"{declares} more than the maximum count ({most})")


def check_members(draft: Draft) -> None:
    """P-21: members that belong to some types only."""
    for _, action, _ in draft.actions():
        name, action_type = action["name"], draft.action_type(action)
        if action_type.runs_commands and not action.get("commands"):  # S-25
            raise _invalid_action(f"Action {name} must have a non-empty commands field")
        files = any("files" in artifact for artifact in action["outputArtifacts"])
        for member, present, belongs in (
            ("timeoutInMinutes", "timeoutInMinutes" in action, action_type.category == "Approval"),
            ("commands", "commands" in action, action_type.runs_commands),
            ("outputVariables", "outputVariables" in action, action_type.runs_commands),
            ("outputArtifacts.files", files, action_type.runs_commands),
            ("environmentVariables", "environmentVariables" in action, action_type.takes_environment),
        ):
            if present and not belongs:
                raise assumed_error(
                    "P-21", f"Action {name} must not have {member}, which provider {action_type.provider} does not take"
                )


def check_approvals(draft: Draft) -> None:
    """P-22: a notification goes to an SNS topic of the pipeline's region (S-51)."""
    for _, action, _ in draft.actions():
        arn = action["configuration"].get("NotificationArn", "#{}")
        if draft.action_type(action).category != "Approval" or "#{" in arn:
            continue
        parts = arn.split(":", _ARN_PARTS - 1)
        subject = f"The NotificationArn '{arn}' of action '{action['name']}'"
        if len(parts) < _ARN_PARTS or parts[0] != "arn" or not all(parts):
            raise _invalid_action(f"{subject} is not an ARN")
        if parts[2] != "sns":
            raise _invalid_action(f"{subject} is not the ARN of an SNS topic")
        if parts[3] != draft.region:
            raise _invalid_action(f"{subject} is in region '{parts[3]}' instead of '{draft.region}'")
