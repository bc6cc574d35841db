"""The golden bodies of the operations that define action types and report jobs; see `golden_bodies.py`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from codepipeline_sdk import operation as api
from codepipeline_sdk.types import (
    ActionCategory,
    ActionConfigurationProperty,
    ActionConfigurationPropertyType,
    ActionTypeArtifactDetails,
    ActionTypeDeclaration,
    ActionTypeExecutor,
    ActionTypeIdentifier,
    ActionTypePermissions,
    ActionTypeProperty,
    ActionTypeSettings,
    ActionTypeUrls,
    ArtifactDetails,
    CurrentRevision,
    ExecutionDetails,
    ExecutorConfiguration,
    ExecutorType,
    FailureDetails,
    FailureType,
    JobWorkerExecutorConfiguration,
    LambdaExecutorConfiguration,
    Tag,
)

if TYPE_CHECKING:
    from attrs import AttrsInstance

JOB_ID: Final = "f4f4ff82-2d11-EXAMPLE"

GOLDEN_JOBS: Final[dict[str, tuple[AttrsInstance, str]]] = {
    "CreateCustomActionType": (
        api.create_custom_action_type.CreateCustomActionTypeInput(
            category=ActionCategory.BUILD,
            provider="Example Forge",
            version="1",
            settings=ActionTypeSettings(
                third_party_configuration_url="https://forge.example/setup",
                entity_url_template="https://forge.example/{Config:Project}/",
                execution_url_template="https://forge.example/{Config:Project}/{ExternalExecutionId}",
                revision_url_template="https://forge.example/rev/",
            ),
            configuration_properties=[
                ActionConfigurationProperty(
                    name="Project",
                    required=True,
                    key=True,
                    secret=False,
                    queryable=False,
                    description="The “name” of a project",
                    type=ActionConfigurationPropertyType.STRING,
                ),
                ActionConfigurationProperty(name="Token", required=False, key=False, secret=True),
            ],
            input_artifact_details=ArtifactDetails(minimum_count=0, maximum_count=1),
            output_artifact_details=ArtifactDetails(minimum_count=0, maximum_count=5),
            tags=[Tag(key="team", value="Größe")],
        ),
        (
            '{"category":"Build","provider":"Example Forge","version":"1",'
            '"settings":{"thirdPartyConfigurationUrl":"https://forge.example/setup",'
            '"entityUrlTemplate":"https://forge.example/{Config:Project}/",'
            '"executionUrlTemplate":"https://forge.example/{Config:Project}/{ExternalExecutionId}",'
            '"revisionUrlTemplate":"https://forge.example/rev/"},'
            '"configurationProperties":[{"name":"Project","required":true,"key":true,"secret":false,"queryable":false,'
            '"description":"The “name” of a project","type":"String"},'
            '{"name":"Token","required":false,"key":false,"secret":true}],'
            '"inputArtifactDetails":{"minimumCount":0,"maximumCount":1},'
            '"outputArtifactDetails":{"minimumCount":0,"maximumCount":5},'
            '"tags":[{"key":"team","value":"Größe"}]}'
        ),
    ),
    "UpdateActionType": (
        api.update_action_type.UpdateActionTypeInput(
            action_type=ActionTypeDeclaration(
                description="Builds with the forge",
                executor=ActionTypeExecutor(
                    configuration=ExecutorConfiguration(
                        lambda_executor_configuration=LambdaExecutorConfiguration(
                            lambda_function_arn="arn:aws:lambda:eu-west-1:123456789012:function:forge"
                        ),
                        job_worker_executor_configuration=JobWorkerExecutorConfiguration(
                            polling_accounts=["123456789012"], polling_service_principals=["forge.example"]
                        ),
                    ),
                    type=ExecutorType.JOB_WORKER,
                    policy_statements_template='{"Version":"2012-10-17"}',
                    job_timeout=60,
                ),
                id=ActionTypeIdentifier(
                    category=ActionCategory.BUILD, owner="ThirdParty", provider="Example Forge", version="2"
                ),
                input_artifact_details=ActionTypeArtifactDetails(minimum_count=1, maximum_count=10),
                output_artifact_details=ActionTypeArtifactDetails(minimum_count=0, maximum_count=0),
                permissions=ActionTypePermissions(allowed_accounts=["*"]),
                properties=[
                    ActionTypeProperty(
                        name="Project", optional=False, key=True, no_echo=False, queryable=True, description="Its name"
                    )
                ],
                urls=ActionTypeUrls(
                    configuration_url="https://forge.example/setup",
                    entity_url_template="https://forge.example/{Config:Project}",
                    execution_url_template="https://forge.example/run/{ExternalExecutionId}",
                    revision_url_template="https://forge.example/rev",
                ),
            )
        ),
        (
            '{"actionType":{"description":"Builds with the forge",'
            '"executor":{"configuration":{'
            '"lambdaExecutorConfiguration":{"lambdaFunctionArn":"arn:aws:lambda:eu-west-1:123456789012:function:forge"},'
            '"jobWorkerExecutorConfiguration":{"pollingAccounts":["123456789012"],'
            '"pollingServicePrincipals":["forge.example"]}},'
            '"type":"JobWorker","policyStatementsTemplate":"{\\"Version\\":\\"2012-10-17\\"}","jobTimeout":60},'
            '"id":{"category":"Build","owner":"ThirdParty","provider":"Example Forge","version":"2"},'
            '"inputArtifactDetails":{"minimumCount":1,"maximumCount":10},'
            '"outputArtifactDetails":{"minimumCount":0,"maximumCount":0},'
            '"permissions":{"allowedAccounts":["*"]},'
            '"properties":[{"name":"Project","optional":false,"key":true,"noEcho":false,"queryable":true,'
            '"description":"Its name"}],'
            '"urls":{"configurationUrl":"https://forge.example/setup",'
            '"entityUrlTemplate":"https://forge.example/{Config:Project}",'
            '"executionUrlTemplate":"https://forge.example/run/{ExternalExecutionId}",'
            '"revisionUrlTemplate":"https://forge.example/rev"}}}'
        ),
    ),
    "PutJobFailureResult": (
        api.put_job_failure_result.PutJobFailureResultInput(
            job_id=JOB_ID,
            failure_details=FailureDetails(
                type=FailureType.JOB_FAILED, message="Exit code 1", external_execution_id="build-17"
            ),
        ),
        (
            '{"jobId":"f4f4ff82-2d11-EXAMPLE",'
            '"failureDetails":{"type":"JobFailed","message":"Exit code 1","externalExecutionId":"build-17"}}'
        ),
    ),
    "PutJobSuccessResult": (
        api.put_job_success_result.PutJobSuccessResultInput(
            job_id=JOB_ID,
            current_revision=CurrentRevision(
                revision="v3",
                change_identifier="3fdd7b91",
                created=datetime(2200, 1, 1, tzinfo=UTC),
                revision_summary="Fix the build",
            ),
            continuation_token="token",
            execution_details=ExecutionDetails(summary="", external_execution_id="build-17", percent_complete=0),
            output_variables={"Image": "api:3", "Note": "C:\\tmp\t✓"},
        ),
        (
            '{"jobId":"f4f4ff82-2d11-EXAMPLE",'
            '"currentRevision":{"revision":"v3","changeIdentifier":"3fdd7b91","created":7258118400,'
            '"revisionSummary":"Fix the build"},"continuationToken":"token",'
            '"executionDetails":{"summary":"","externalExecutionId":"build-17","percentComplete":0},'
            '"outputVariables":{"Image":"api:3","Note":"C:\\\\tmp\\t✓"}}'
        ),
    ),
    "PutThirdPartyJobFailureResult": (
        api.put_third_party_job_failure_result.PutThirdPartyJobFailureResultInput(
            job_id=JOB_ID,
            client_token="ct-1",
            failure_details=FailureDetails(
                type=FailureType.PERMISSION_ERROR, message="Denied", external_execution_id="build-17"
            ),
        ),
        (
            '{"jobId":"f4f4ff82-2d11-EXAMPLE","clientToken":"ct-1",'
            '"failureDetails":{"type":"PermissionError","message":"Denied","externalExecutionId":"build-17"}}'
        ),
    ),
    "PutThirdPartyJobSuccessResult": (
        api.put_third_party_job_success_result.PutThirdPartyJobSuccessResultInput(
            job_id=JOB_ID,
            client_token="ct-1",
            current_revision=CurrentRevision(
                revision="v3", change_identifier="3fdd7b91", created=datetime(1970, 1, 1, tzinfo=UTC)
            ),
            continuation_token="token",
            execution_details=ExecutionDetails(summary="done", external_execution_id="build-17", percent_complete=100),
        ),
        (
            '{"jobId":"f4f4ff82-2d11-EXAMPLE","clientToken":"ct-1",'
            '"currentRevision":{"revision":"v3","changeIdentifier":"3fdd7b91","created":0},"continuationToken":"token",'
            '"executionDetails":{"summary":"done","externalExecutionId":"build-17","percentComplete":100}}'
        ),
    ),
}
"""By operation: the input, and the body that is sent for it."""
