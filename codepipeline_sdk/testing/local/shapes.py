"""The documents that operations work with, as the types of JSON objects the model layer has passed.

Only what the code reads is written down; `model.py` has all of it.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict


class Tag(TypedDict):
    """A tag of a resource."""

    key: str
    value: str


class ActionTypeId(TypedDict):
    """Names an action type."""

    category: str
    owner: str
    provider: str
    version: str


class ArtifactReference(TypedDict):
    """An input or output artifact of an action."""

    name: str
    files: NotRequired[list[str]]


class ActionDeclaration(TypedDict):
    """An action; members that the model leaves optional are required here when normalising fills them (P-30)."""

    name: str
    actionTypeId: ActionTypeId
    runOrder: int
    configuration: dict[str, str]
    inputArtifacts: list[ArtifactReference]
    outputArtifacts: list[ArtifactReference]
    region: str
    commands: NotRequired[list[str]]
    outputVariables: NotRequired[list[str]]
    roleArn: NotRequired[str]
    namespace: NotRequired[str]
    timeoutInMinutes: NotRequired[int]
    environmentVariables: NotRequired[list[dict[str, str]]]


class RuleTypeId(TypedDict):
    """Names a rule type."""

    category: str
    provider: str
    owner: NotRequired[str]
    version: NotRequired[str]


class RuleDeclaration(TypedDict):
    """A rule of a condition."""

    name: str
    ruleTypeId: RuleTypeId
    configuration: NotRequired[dict[str, str]]
    commands: NotRequired[list[str]]


class Condition(TypedDict):
    """Rules, and what happens when they fail."""

    result: NotRequired[str]
    rules: NotRequired[list[RuleDeclaration]]


class StageConditions(TypedDict):
    """The conditions of a stage before entry or on success."""

    conditions: list[Condition]


class FailureConditions(TypedDict):
    """What happens when a stage has failed."""

    result: NotRequired[str]
    retryConfiguration: NotRequired[dict[str, str]]
    conditions: NotRequired[list[Condition]]


class StageDeclaration(TypedDict):
    """A stage."""

    name: str
    actions: list[ActionDeclaration]
    blockers: NotRequired[list[dict[str, str]]]
    beforeEntry: NotRequired[StageConditions]
    onSuccess: NotRequired[StageConditions]
    onFailure: NotRequired[FailureConditions]


class GitPushFilter(TypedDict):
    """Which pushes start the pipeline."""

    tags: NotRequired[object]
    branches: NotRequired[object]
    filePaths: NotRequired[object]


class GitConfiguration(TypedDict):
    """The filters of a trigger."""

    sourceActionName: str
    push: NotRequired[list[GitPushFilter]]


class TriggerDeclaration(TypedDict):
    """A trigger."""

    gitConfiguration: GitConfiguration


class VariableDeclaration(TypedDict):
    """A variable of the pipeline."""

    name: str


class PipelineDeclaration(TypedDict):
    """A pipeline; `version`, `executionMode` and `pipelineType` are filled by normalising (P-30)."""

    name: str
    roleArn: str
    stages: list[StageDeclaration]
    version: int
    executionMode: Literal["QUEUED", "SUPERSEDED", "PARALLEL"]
    pipelineType: Literal["V1", "V2"]
    artifactStore: NotRequired[object]
    artifactStores: NotRequired[dict[str, object]]
    variables: NotRequired[list[VariableDeclaration]]
    triggers: NotRequired[list[TriggerDeclaration]]


class CreatePipelineInput(TypedDict):
    """The input of CreatePipeline."""

    pipeline: PipelineDeclaration
    tags: NotRequired[list[Tag]]


class UpdatePipelineInput(TypedDict):
    """The input of UpdatePipeline."""

    pipeline: PipelineDeclaration


class GetPipelineInput(TypedDict):
    """The input of GetPipeline."""

    name: str
    version: NotRequired[int]


class DeletePipelineInput(TypedDict):
    """The input of DeletePipeline."""

    name: str


class ListPipelinesInput(TypedDict):
    """The input of ListPipelines."""

    maxResults: NotRequired[int]
    nextToken: NotRequired[str]


class TagResourceInput(TypedDict):
    """The input of TagResource."""

    resourceArn: str
    tags: list[Tag]


class UntagResourceInput(TypedDict):
    """The input of UntagResource."""

    resourceArn: str
    tagKeys: list[str]


class ListTagsForResourceInput(TypedDict):
    """The input of ListTagsForResource."""

    resourceArn: str
