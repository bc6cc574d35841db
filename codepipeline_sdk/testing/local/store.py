"""What the service remembers: rules D-6 to D-8.

Everything is kept apart by scope. A pipeline that is deleted takes all that belongs to it along, so that one created
later under the same name starts afresh (D-7).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import define

if TYPE_CHECKING:
    from codepipeline_sdk.testing.local.catalogue import ActionType, ActionTypeKey
    from codepipeline_sdk.testing.local.scope import Scope
    from codepipeline_sdk.testing.local.shapes import PipelineDeclaration


@define(kw_only=True)
class Pipeline:
    """A pipeline with the versions that are kept."""

    name: str
    created: float
    updated: float
    versions: dict[int, PipelineDeclaration]
    """Normalised declarations with their secrets in clear, oldest first."""

    tags: dict[str, str]

    @property
    def declaration(self) -> PipelineDeclaration:
        """The current version."""
        return self.versions[max(self.versions)]


@define
class Resources:
    """What one account has in one region."""

    pipelines: dict[str, Pipeline]
    custom_action_types: dict[ActionTypeKey, ActionType]


class Store:
    """The resources of every scope; plain data, which a request changes as a whole or not at all (D-8)."""

    def __init__(self) -> None:
        self._scopes: dict[Scope, Resources] = {}

    def resources(self, scope: Scope) -> Resources:
        """Return what a scope has, which may be nothing yet."""
        return self._scopes.setdefault(scope, Resources({}, {}))
