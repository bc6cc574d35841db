"""One request that may be carried out, with all it can reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Callable

    from codepipeline_sdk.primitives import JsonObject
    from codepipeline_sdk.testing.local.assumptions import Assumptions
    from codepipeline_sdk.testing.local.catalogue import ActionTypes
    from codepipeline_sdk.testing.local.scope import Caller
    from codepipeline_sdk.testing.local.store import Resources


@frozen(kw_only=True)
class Call:
    """What an operation works with: a function of the store and the time."""

    operation: str
    input: JsonObject
    """The members that passed the model layer."""

    caller: Caller
    now: float
    """Epoch seconds in the precision of the wire (W-10)."""

    resources: Resources
    """Of the caller's scope."""

    action_types: ActionTypes
    can_assume_role: Callable[[str], bool]
    assumptions: Assumptions
