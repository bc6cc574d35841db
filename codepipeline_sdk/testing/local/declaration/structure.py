"""The pipeline as a whole and its stages: rules P-1, P-3 to P-6, P-8, P-28 and the limits L-5 to L-8."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from codepipeline_sdk.testing.local.assumptions import assumed_error
from codepipeline_sdk.testing.local.wire import WireError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codepipeline_sdk.testing.local.declaration.draft import Draft
    from codepipeline_sdk.testing.local.shapes import PipelineDeclaration

_MIN_STAGES: Final = 2
_MAX_STAGES: Final = 50


def _invalid_structure(message: str) -> WireError:
    return WireError("InvalidStructureException", message)


def check_artifact_store(draft: Draft) -> None:
    """P-1: either one artifact store or a map of them."""
    if bool(draft.pipeline.get("artifactStore")) == bool(draft.pipeline.get("artifactStores")):
        raise assumed_error("P-1", "Exactly one of pipeline.artifactStore and pipeline.artifactStores must be given")


def check_roles(draft: Draft) -> None:
    """P-3: the service can assume the pipeline's role, and that role the roles of its actions."""
    role = draft.pipeline["roleArn"]
    if not draft.can_assume_role(role):  # S-29
        raise _invalid_structure(f"CodePipeline is not authorized to perform AssumeRole on role {role}")
    for _, action, _ in draft.actions():
        action_role = action.get("roleArn")
        if action_role is not None and not draft.can_assume_role(action_role):  # S-30
            raise _invalid_structure(f"{role} is not authorized to perform AssumeRole on role {action_role}")


def check_stages(draft: Draft) -> None:
    """P-4: 2 to 50 stages with different names, none of them empty."""
    stages = draft.pipeline["stages"]
    if len(stages) < _MIN_STAGES:  # S-1
        raise _invalid_structure(
            f"Pipeline has only {len(stages)} stage(s). There should be a minimum of 2 stages in a pipeline"
        )
    if len(stages) > _MAX_STAGES:  # S-2
        raise _invalid_structure("Pipeline has too many stages. There can only be up to 50 stages in a pipeline")
    for name, count in Counter(stage["name"] for stage in stages).items():
        if count > 1:  # S-6
            raise WireError("InvalidStageDeclarationException", f"Stage name '{name}' is used more than once")
    for stage in stages:
        if not stage["actions"]:
            raise assumed_error("P-4", f"Stage '{stage['name']}' has no actions")


def check_sources(draft: Draft) -> None:
    """P-5: the first stage has source actions and nothing else, and no other stage has any."""
    sources = [(order[0] == 0, action["actionTypeId"]["category"] == "Source") for _, action, order in draft.actions()]
    if (True, False) in sources:  # S-3
        raise _invalid_structure("Pipeline should start with a stage that only contains source actions")
    if (False, True) in sources:  # S-4
        raise _invalid_structure("Source actions can only be included in the first stage of the pipeline")


def check_action_names(draft: Draft) -> None:
    """P-6: the actions of a stage have different names."""
    for stage in draft.pipeline["stages"]:
        for name, count in Counter(action["name"] for action in stage["actions"]).items():
            if count > 1:
                raise assumed_error("P-6", f"Action name '{name}' is used more than once in stage '{stage['name']}'")


def check_action_counts(draft: Draft) -> None:
    """L-6 to L-8: so many actions in the pipeline, in a stage, beside each other and after each other."""
    limits = draft.assumptions
    if sum(1 for _ in draft.actions()) > limits.max_actions_per_pipeline:
        raise assumed_error("L-7", f"A pipeline can have up to {limits.max_actions_per_pipeline} actions")
    for stage in draft.pipeline["stages"]:
        name, orders = stage["name"], Counter(action["runOrder"] for action in stage["actions"])
        if orders.total() > limits.max_actions_per_stage:
            raise assumed_error("L-6", f"Stage '{name}' can have up to {limits.max_actions_per_stage} actions")
        if max(orders.values()) > limits.max_parallel_actions:
            raise assumed_error("L-8", f"Stage '{name}' can have up to {limits.max_parallel_actions} parallel actions")
        if len(orders) > limits.max_sequential_actions:
            raise assumed_error(
                "L-8", f"Stage '{name}' can have up to {limits.max_sequential_actions} sequential actions"
            )


def v2_members(pipeline: PipelineDeclaration) -> Iterator[WireError]:
    """Yield the refusal of each member that only V2 pipelines may have (P-8)."""
    if pipeline["executionMode"] != "SUPERSEDED":  # S-10
        yield _invalid_structure("QUEUED or PARALLEL mode can only be used with V2 pipelines")
    if pipeline.get("variables"):  # S-11
        yield _invalid_structure("Pipeline variable can only be used with V2 pipelines")
    if pipeline.get("triggers"):  # S-12
        yield _invalid_structure("Triggers on tag can only be used with V2 pipelines")
    if any("beforeEntry" in stage or "onSuccess" in stage or "onFailure" in stage for stage in pipeline["stages"]):
        text = "Stage level conditions can only be used with V2 pipelines."  # S-7
        yield WireError("InvalidStageDeclarationException", text)


def check_pipeline_type(draft: Draft) -> None:
    """P-8: what only V2 pipelines can have."""
    if draft.pipeline["pipelineType"] == "V2":
        return
    for refusal in v2_members(draft.pipeline):
        raise refusal
    for _, action, _ in draft.actions():
        if draft.action_type(action).v2_only:  # S-15
            text = f"{action['actionTypeId']['provider']} Action can only be used with V2 pipelines."
            raise WireError("InvalidActionDeclarationException", text)


def check_blockers(draft: Draft) -> None:
    """P-28: blockers are reserved for future use."""
    for stage in draft.pipeline["stages"]:
        if stage.get("blockers"):
            raise assumed_error("P-28", f"Stage '{stage['name']}' declares blockers, which are reserved for future use")
