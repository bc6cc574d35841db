"""Filling in what a declaration may leave out: rules P-9, P-10, P-20 and P-30."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codepipeline_sdk.testing.local.declaration.structure import v2_members

if TYPE_CHECKING:
    from codepipeline_sdk.testing.local.shapes import PipelineDeclaration


def normalise(pipeline: PipelineDeclaration, *, version: int, region: str, implicit_v2: bool) -> None:
    """Complete a declaration that has passed the model layer, in place; a version that it names is ignored."""
    pipeline["version"] = version
    pipeline.setdefault("executionMode", "SUPERSEDED")
    pipeline.setdefault("pipelineType", "V2" if implicit_v2 and any(v2_members(pipeline)) else "V1")
    for stage in pipeline["stages"]:
        for action in stage["actions"]:
            action.setdefault("runOrder", 1)
            action.setdefault("configuration", {})
            action.setdefault("inputArtifacts", [])
            action.setdefault("outputArtifacts", [])
            action.setdefault("region", region)
