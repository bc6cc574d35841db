"""CreatePipeline, UpdatePipeline, GetPipeline, ListPipelines and DeletePipeline: O-1 to O-5."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codepipeline_sdk.testing.local.assumptions import LIST_PIPELINES_PAGE
from codepipeline_sdk.testing.local.declaration import check
from codepipeline_sdk.testing.local.declaration.draft import Draft
from codepipeline_sdk.testing.local.declaration.normalise import normalise
from codepipeline_sdk.testing.local.declaration.secrets import masked
from codepipeline_sdk.testing.local.declaration.triggers import polls_for_changes
from codepipeline_sdk.testing.local.ops.tags import merged_tags, tag_list
from codepipeline_sdk.testing.local.paging import paginate
from codepipeline_sdk.testing.local.store import Pipeline
from codepipeline_sdk.testing.local.wire import WireError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codepipeline_sdk.testing.local.ops.call import Call
    from codepipeline_sdk.testing.local.shapes import (
        CreatePipelineInput,
        DeletePipelineInput,
        GetPipelineInput,
        ListPipelinesInput,
        PipelineDeclaration,
        UpdatePipelineInput,
    )


def create_pipeline(call: Call, members: CreatePipelineInput) -> Mapping[str, object]:
    """O-1: version 1 of a new pipeline."""
    declaration, pipelines = members["pipeline"], call.resources.pipelines
    name = declaration["name"]
    if name in pipelines:  # S-31
        text = f"A pipeline with the name '{name}' already exists in account '{call.caller.scope.account}'"
        raise WireError("PipelineNameInUseException", text)
    if len(pipelines) >= call.assumptions.max_pipelines:  # L-1
        raise WireError("LimitExceededException", "The limit of pipelines of this account in this region is reached")
    _normalise(call, declaration, version=1)
    _check_polling(call, declaration)
    tags = merged_tags({}, members.get("tags", []), arn=call.caller.scope.arn(name))
    check(_draft(call, declaration, previous=None))
    pipelines[name] = Pipeline(name=name, created=call.now, updated=call.now, versions={1: declaration}, tags=tags)
    return {"pipeline": _masked(call, declaration), "tags": tag_list(tags)}


def update_pipeline(call: Call, members: UpdatePipelineInput) -> Mapping[str, object]:
    """O-2: the next version of a pipeline, also when nothing in it differs."""
    declaration = members["pipeline"]
    pipeline = call.resources.pipelines.get(declaration["name"])
    if pipeline is None:
        raise _not_found(call, declaration["name"], code=call.assumptions.unknown_update_code)
    _normalise(call, declaration, version=pipeline.declaration["version"] + 1)
    _check_polling(call, declaration)
    check(_draft(call, declaration, previous=pipeline.declaration))
    pipeline.versions[declaration["version"]] = declaration
    pipeline.updated = max(call.now, pipeline.updated)
    kept = call.assumptions.kept_versions
    if kept is not None:  # L-35
        for version in sorted(pipeline.versions)[:-kept]:
            del pipeline.versions[version]
    return {"pipeline": _masked(call, declaration)}


def get_pipeline(call: Call, members: GetPipelineInput) -> Mapping[str, object]:
    """O-3: the current version or one of those that are kept."""
    name = members["name"]
    pipeline = call.resources.pipelines.get(name)
    if pipeline is None:
        raise _not_found(call, name)
    declaration = pipeline.versions.get(members.get("version", pipeline.declaration["version"]))
    if declaration is None:
        if call.assumptions.version_error == "observed":
            raise _not_found(call, name)
        text = f"Pipeline '{name}' has no version {members.get('version')}"
        raise WireError("PipelineVersionNotFoundException", text)
    return {
        "pipeline": _masked(call, declaration),
        "metadata": {
            "pipelineArn": call.caller.scope.arn(name),
            "created": pipeline.created,
            "updated": pipeline.updated,
        },
    }


def list_pipelines(call: Call, _members: ListPipelinesInput) -> Mapping[str, object]:
    """O-4: the current versions by name."""
    page, rest = paginate(call, call.resources.pipelines, _summary, default=LIST_PIPELINES_PAGE)
    return {"pipelines": page, **rest}


def delete_pipeline(call: Call, members: DeletePipelineInput) -> None:
    """O-5: gone with its versions and tags; deleting what is not there succeeds."""
    call.resources.pipelines.pop(members["name"], None)


def _summary(pipeline: Pipeline) -> Mapping[str, object]:
    current = pipeline.declaration
    return {
        "name": pipeline.name,
        "version": current["version"],
        "pipelineType": current["pipelineType"],
        "executionMode": current["executionMode"],
        "created": pipeline.created,
        "updated": pipeline.updated,
    }


def _normalise(call: Call, declaration: PipelineDeclaration, *, version: int) -> None:
    normalise(declaration, version=version, region=call.caller.scope.region, implicit_v2=call.assumptions.implicit_v2)


def _check_polling(call: Call, declaration: PipelineDeclaration) -> None:
    if polls_for_changes(declaration):  # L-2
        others = (p for name, p in call.resources.pipelines.items() if name != declaration["name"])
        if sum(polls_for_changes(p.declaration) for p in others) >= call.assumptions.max_polling_pipelines:
            raise WireError("LimitExceededException", "The limit of pipelines that poll for changes is reached")


def _draft(call: Call, declaration: PipelineDeclaration, *, previous: PipelineDeclaration | None) -> Draft:
    return Draft(
        pipeline=declaration,
        previous=previous,
        region=call.caller.scope.region,
        resources=call.resources,
        action_types=call.action_types,
        can_assume_role=call.can_assume_role,
        assumptions=call.assumptions,
    )


def _masked(call: Call, declaration: PipelineDeclaration) -> PipelineDeclaration:
    return masked(declaration, call.action_types, call.resources)


def _not_found(call: Call, name: str, *, code: str = "PipelineNotFoundException") -> WireError:
    account = call.caller.scope.account
    return WireError(code, f"Account '{account}' does not have a pipeline with name '{name}'")  # S-32
