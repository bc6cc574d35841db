"""The golden bodies of the operations that carry a whole pipeline; see `golden_bodies.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from codepipeline_sdk import operation as api
from codepipeline_sdk.types import (
    ActionCategory,
    ActionDeclaration,
    ActionOwner,
    ActionTypeId,
    ArtifactStore,
    ArtifactStoreType,
    BeforeEntryConditions,
    BlockerDeclaration,
    BlockerType,
    Condition,
    EncryptionKey,
    EncryptionKeyType,
    EnvironmentVariable,
    EnvironmentVariableType,
    ExecutionMode,
    FailureConditions,
    GitBranchFilterCriteria,
    GitConfiguration,
    GitFilePathFilterCriteria,
    GitPullRequestEventType,
    GitPullRequestFilter,
    GitPushFilter,
    GitTagFilterCriteria,
    InputArtifact,
    OutputArtifact,
    PipelineDeclaration,
    PipelineTriggerDeclaration,
    PipelineTriggerProviderType,
    PipelineType,
    PipelineVariableDeclaration,
    Result,
    RetryConfiguration,
    RuleCategory,
    RuleDeclaration,
    RuleOwner,
    RuleTypeId,
    StageDeclaration,
    StageRetryMode,
    SuccessConditions,
    Tag,
)

if TYPE_CHECKING:
    from attrs import AttrsInstance

ROLE: Final = "arn:aws:iam::123456789012:role/release"
ALARM: Final = RuleDeclaration(
    name="QuietAlarm",
    rule_type_id=RuleTypeId(category=RuleCategory.RULE, owner=RuleOwner.AWS, provider="CloudWatchAlarm", version="1"),
    configuration={"AlarmName": "errors", "WaitTime": "5"},
    commands=["true"],
    input_artifacts=[InputArtifact(name="Code")],
    role_arn=ROLE,
    region="eu-west-1",
    timeout_in_minutes=5,
)
ALARM_TEXT: Final = (
    '{"name":"QuietAlarm",'
    '"ruleTypeId":{"category":"Rule","owner":"AWS","provider":"CloudWatchAlarm","version":"1"},'
    '"configuration":{"AlarmName":"errors","WaitTime":"5"},"commands":["true"],"inputArtifacts":[{"name":"Code"}],'
    '"roleArn":"arn:aws:iam::123456789012:role/release","region":"eu-west-1","timeoutInMinutes":5}'
)

GOLDEN_PIPELINES: Final[dict[str, tuple[AttrsInstance, str]]] = {
    "CreatePipeline": (
        api.create_pipeline.CreatePipelineInput(
            pipeline=PipelineDeclaration(
                name="release",
                role_arn=ROLE,
                artifact_stores={
                    "eu-west-1": ArtifactStore(type=ArtifactStoreType.S3, location="artifacts-ireland"),
                    "us-east-1": ArtifactStore(
                        type=ArtifactStoreType.S3,
                        location="artifacts-virginia",
                        encryption_key=EncryptionKey(id="alias/release", type=EncryptionKeyType.KMS),
                    ),
                },
                stages=[
                    StageDeclaration(
                        name="Source",
                        actions=[
                            ActionDeclaration(
                                name="Checkout",
                                action_type_id=ActionTypeId(
                                    category=ActionCategory.SOURCE,
                                    owner=ActionOwner.AWS,
                                    provider="CodeStarSourceConnection",
                                    version="1",
                                ),
                                run_order=1,
                                configuration={"FullRepositoryId": "example/api", "BranchName": "main"},
                                output_artifacts=[OutputArtifact(name="Code")],
                                namespace="SourceVariables",
                            )
                        ],
                    ),
                    StageDeclaration(
                        name="Build",
                        blockers=[BlockerDeclaration(name="night", type=BlockerType.SCHEDULE)],
                        actions=[
                            ActionDeclaration(
                                name="Test",
                                action_type_id=ActionTypeId(
                                    category=ActionCategory.COMPUTE,
                                    owner=ActionOwner.AWS,
                                    provider="Commands",
                                    version="1",
                                ),
                                commands=["pip install .", 'pytest -k "not slow"'],
                                output_artifacts=[OutputArtifact(name="Report", files=["out/**/*", "report.xml"])],
                                input_artifacts=[InputArtifact(name="Code")],
                                output_variables=["COVERAGE"],
                                role_arn=ROLE,
                                region="us-east-1",
                                timeout_in_minutes=30,
                                environment_variables=[
                                    EnvironmentVariable(name="STAGE", value="test"),
                                    EnvironmentVariable(
                                        name="TOKEN", value="forge:token", type=EnvironmentVariableType.SECRETS_MANAGER
                                    ),
                                ],
                            )
                        ],
                        on_failure=FailureConditions(
                            result=Result.RETRY,
                            retry_configuration=RetryConfiguration(retry_mode=StageRetryMode.ALL_ACTIONS),
                            conditions=[Condition(result=Result.ROLLBACK, rules=[ALARM])],
                        ),
                        on_success=SuccessConditions(conditions=[Condition(result=Result.FAIL)]),
                        before_entry=BeforeEntryConditions(conditions=[]),
                    ),
                ],
                version=1,
                execution_mode=ExecutionMode.QUEUED,
                pipeline_type=PipelineType.V2,
                variables=[
                    PipelineVariableDeclaration(name="Branch", default_value="main", description="Zweig für Läufe")
                ],
                triggers=[
                    PipelineTriggerDeclaration(
                        provider_type=PipelineTriggerProviderType.CODE_STAR_SOURCE_CONNECTION,
                        git_configuration=GitConfiguration(
                            source_action_name="Checkout",
                            push=[
                                GitPushFilter(
                                    tags=GitTagFilterCriteria(includes=["v*"], excludes=["v0*"]),
                                    branches=GitBranchFilterCriteria(includes=["main"], excludes=[]),
                                    file_paths=GitFilePathFilterCriteria(includes=["src/**"], excludes=["**/*.md"]),
                                )
                            ],
                            pull_request=[
                                GitPullRequestFilter(
                                    events=[GitPullRequestEventType.OPEN, GitPullRequestEventType.UPDATED],
                                    branches=GitBranchFilterCriteria(includes=["main"]),
                                    file_paths=GitFilePathFilterCriteria(excludes=["docs/**"]),
                                )
                            ],
                        ),
                    )
                ],
            ),
            tags=[Tag(key="team", value="build")],
        ),
        (
            '{"pipeline":{"name":"release","roleArn":"arn:aws:iam::123456789012:role/release",'
            '"artifactStores":{"eu-west-1":{"type":"S3","location":"artifacts-ireland"},'
            '"us-east-1":{"type":"S3","location":"artifacts-virginia",'
            '"encryptionKey":{"id":"alias/release","type":"KMS"}}},'
            '"stages":[{"name":"Source","actions":[{"name":"Checkout",'
            '"actionTypeId":{"category":"Source","owner":"AWS","provider":"CodeStarSourceConnection","version":"1"},'
            '"runOrder":1,"configuration":{"FullRepositoryId":"example/api","BranchName":"main"},'
            '"outputArtifacts":[{"name":"Code"}],"namespace":"SourceVariables"}]},'
            '{"name":"Build","blockers":[{"name":"night","type":"Schedule"}],'
            '"actions":[{"name":"Test",'
            '"actionTypeId":{"category":"Compute","owner":"AWS","provider":"Commands","version":"1"},'
            '"commands":["pip install .","pytest -k \\"not slow\\""],'
            '"outputArtifacts":[{"name":"Report","files":["out/**/*","report.xml"]}],'
            '"inputArtifacts":[{"name":"Code"}],"outputVariables":["COVERAGE"],'
            '"roleArn":"arn:aws:iam::123456789012:role/release","region":"us-east-1","timeoutInMinutes":30,'
            '"environmentVariables":[{"name":"STAGE","value":"test"},'
            '{"name":"TOKEN","value":"forge:token","type":"SECRETS_MANAGER"}]}],'
            '"onFailure":{"result":"RETRY","retryConfiguration":{"retryMode":"ALL_ACTIONS"},'
            f'"conditions":[{{"result":"ROLLBACK","rules":[{ALARM_TEXT}]}}]}},'
            '"onSuccess":{"conditions":[{"result":"FAIL"}]},"beforeEntry":{"conditions":[]}}],'
            '"version":1,"executionMode":"QUEUED","pipelineType":"V2",'
            '"variables":[{"name":"Branch","defaultValue":"main","description":"Zweig für Läufe"}],'
            '"triggers":[{"providerType":"CodeStarSourceConnection",'
            '"gitConfiguration":{"sourceActionName":"Checkout",'
            '"push":[{"tags":{"includes":["v*"],"excludes":["v0*"]},"branches":{"includes":["main"],"excludes":[]},'
            '"filePaths":{"includes":["src/**"],"excludes":["**/*.md"]}}],'
            '"pullRequest":[{"events":["OPEN","UPDATED"],"branches":{"includes":["main"]},'
            '"filePaths":{"excludes":["docs/**"]}}]}}]},'
            '"tags":[{"key":"team","value":"build"}]}'
        ),
    ),
    "UpdatePipeline": (
        api.update_pipeline.UpdatePipelineInput(
            pipeline=PipelineDeclaration(
                name="release",
                role_arn=ROLE,
                artifact_store=ArtifactStore(
                    type=ArtifactStoreType("GLACIER"),
                    location="artifacts",
                    encryption_key=EncryptionKey(id="alias/release", type=EncryptionKeyType.KMS),
                ),
                stages=[
                    StageDeclaration(
                        name="Deploy",
                        actions=[],
                        before_entry=BeforeEntryConditions(conditions=[Condition(result=Result.SKIP, rules=[ALARM])]),
                    )
                ],
                version=2,
                variables=[],
            )
        ),
        (
            '{"pipeline":{"name":"release","roleArn":"arn:aws:iam::123456789012:role/release",'
            '"artifactStore":{"type":"GLACIER","location":"artifacts",'
            '"encryptionKey":{"id":"alias/release","type":"KMS"}},'
            '"stages":[{"name":"Deploy","actions":[],'
            f'"beforeEntry":{{"conditions":[{{"result":"SKIP","rules":[{ALARM_TEXT}]}}]}}}}],'
            '"version":2,"variables":[]}}'
        ),
    ),
}
"""By operation: the input, and the body that is sent for it."""
