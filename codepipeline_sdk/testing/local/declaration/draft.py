"""A declaration on its way into the store, with all that the rules look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from attrs import frozen

from codepipeline_sdk.testing.local.catalogue import ActionTypeKey
from codepipeline_sdk.testing.local.wire import WireError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from codepipeline_sdk.testing.local.assumptions import Assumptions
    from codepipeline_sdk.testing.local.catalogue import ActionType, ActionTypes
    from codepipeline_sdk.testing.local.shapes import ActionDeclaration, PipelineDeclaration, StageDeclaration
    from codepipeline_sdk.testing.local.store import Resources


class Placed(NamedTuple):
    """An action in its place."""

    stage: StageDeclaration
    action: ActionDeclaration
    order: tuple[int, int]
    """Number of the stage and run order: a smaller one is guaranteed to run earlier (P-14)."""


def placed_actions(pipeline: PipelineDeclaration) -> Iterator[Placed]:
    """Yield every action of a declaration in its order."""
    for number, stage in enumerate(pipeline["stages"]):
        for action in stage["actions"]:
            yield Placed(stage, action, (number, action["runOrder"]))


@frozen(kw_only=True)
class Draft:
    """A normalised declaration that waits for its rules to be checked."""

    pipeline: PipelineDeclaration
    previous: PipelineDeclaration | None
    """The current version when this is an update."""

    region: str
    resources: Resources
    action_types: ActionTypes
    can_assume_role: Callable[[str], bool]
    assumptions: Assumptions

    def actions(self) -> Iterator[Placed]:
        """Yield every action in the order of the declaration."""
        return placed_actions(self.pipeline)

    def action_type(self, action: ActionDeclaration) -> ActionType:
        """Return the type of an action; raise WireError when its region has none such (P-7, S-16)."""
        key = ActionTypeKey.of(action["actionTypeId"])
        found = self.action_types.find(key, self.resources, action["region"])
        if found is None:
            raise WireError(
                "InvalidActionDeclarationException",
                f"ActionType (Category: '{key.category}', Provider: '{key.provider}', Owner: '{key.owner}', "
                f"Version: '{key.version}') in action '{action['name']}' is not available in region "
                f"'{action['region'].upper().replace('-', '_')}'",
            )
        return found
