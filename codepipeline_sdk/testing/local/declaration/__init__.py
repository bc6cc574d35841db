"""The rules for pipeline declarations, which CreatePipeline and UpdatePipeline apply: section 5.

The model layer has passed before; then the first rule that a declaration breaks decides, in the order of the rules'
numbers. Three rules need no code: P-2 is all in the model layer, P-31 follows from looking a pipeline up by its name,
and a pipeline without any action but sources (S-5) cannot get past P-4 and P-5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from codepipeline_sdk.testing.local.declaration import (
    actions,
    artifacts,
    conditions,
    regions,
    secrets,
    structure,
    triggers,
    variables,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from codepipeline_sdk.testing.local.declaration.draft import Draft

_RULES: Final[tuple[Callable[[Draft], None], ...]] = (
    structure.check_artifact_store,  # P-1
    structure.check_roles,  # P-3
    structure.check_stages,  # P-4
    structure.check_sources,  # P-5
    structure.check_action_names,  # P-6
    structure.check_action_counts,  # L-6 to L-8
    actions.check_types,  # P-7
    structure.check_pipeline_type,  # P-8
    actions.check_configuration,  # P-11, P-12
    actions.check_artifact_counts,  # P-13
    artifacts.check_flow,  # P-14
    artifacts.check_repeated_inputs,  # P-15
    variables.check_namespaces,  # P-16
    variables.check_references,  # P-17
    regions.check_regions,  # P-19
    actions.check_members,  # P-21
    actions.check_approvals,  # P-22
    conditions.check_results,  # P-23
    conditions.check_retries,  # P-24
    conditions.check_rules,  # P-25
    triggers.check_triggers,  # P-26
    structure.check_blockers,  # P-28
    secrets.restore,  # P-29
)


def check(draft: Draft) -> None:
    """Raise WireError for the first rule that a draft breaks; fill kept secrets in."""
    for rule in _RULES:
        rule(draft)
