"""One input of each operation and the very text that is sent for it: compact JSON in the order of the model.

Written by hand from the API reference. The longest ones are in `golden_jobs.py` and `golden_pipelines.py`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from codepipeline_sdk import operation as api
from codepipeline_sdk.types import (
    ActionCategory,
    ActionExecutionFilter,
    ActionOwner,
    ActionRevision,
    ActionTypeId,
    ApprovalResult,
    ApprovalStatus,
    ConditionType,
    LatestInPipelineExecutionFilter,
    PipelineExecutionFilter,
    PipelineVariable,
    RuleExecutionFilter,
    RuleOwner,
    SourceRevisionOverride,
    SourceRevisionType,
    StageRetryMode,
    StageTransitionType,
    StartTimeRange,
    SucceededInStageFilter,
    Tag,
    TargetFilter,
    TargetFilterName,
    WebhookAuthConfiguration,
    WebhookAuthenticationType,
    WebhookDefinition,
    WebhookFilterRule,
)
from tests.generated.golden_jobs import GOLDEN_JOBS, JOB_ID
from tests.generated.golden_pipelines import GOLDEN_PIPELINES

if TYPE_CHECKING:
    from attrs import AttrsInstance

EXECUTION_ID: Final = "8abc75f0-fbf8-4f4c-bfEXAMPLE"
ARN: Final = "arn:aws:codepipeline:eu-west-1:123456789012:release"

GOLDEN_BODIES: Final[dict[str, tuple[AttrsInstance, str]]] = {
    **GOLDEN_JOBS,
    **GOLDEN_PIPELINES,
    "AcknowledgeJob": (
        api.acknowledge_job.AcknowledgeJobInput(job_id=JOB_ID, nonce="3"),
        '{"jobId":"f4f4ff82-2d11-EXAMPLE","nonce":"3"}',
    ),
    "AcknowledgeThirdPartyJob": (
        api.acknowledge_third_party_job.AcknowledgeThirdPartyJobInput(job_id=JOB_ID, nonce="3", client_token="ct-1"),
        '{"jobId":"f4f4ff82-2d11-EXAMPLE","nonce":"3","clientToken":"ct-1"}',
    ),
    "DeleteCustomActionType": (
        api.delete_custom_action_type.DeleteCustomActionTypeInput(
            category=ActionCategory("Verify"), provider="Example Forge", version="1"
        ),
        '{"category":"Verify","provider":"Example Forge","version":"1"}',
    ),
    "DeletePipeline": (api.delete_pipeline.DeletePipelineInput(name="release"), '{"name":"release"}'),
    "DeleteWebhook": (api.delete_webhook.DeleteWebhookInput(name="push"), '{"name":"push"}'),
    "DeregisterWebhookWithThirdParty": (
        api.deregister_webhook_with_third_party.DeregisterWebhookWithThirdPartyInput(webhook_name="push"),
        '{"webhookName":"push"}',
    ),
    "DisableStageTransition": (
        api.disable_stage_transition.DisableStageTransitionInput(
            pipeline_name="release",
            stage_name="Deploy",
            transition_type=StageTransitionType.INBOUND,
            reason='Frozen: "no changes"\nuntil Monday ❄',
        ),
        (
            '{"pipelineName":"release","stageName":"Deploy","transitionType":"Inbound",'
            '"reason":"Frozen: \\"no changes\\"\\nuntil Monday ❄"}'
        ),
    ),
    "EnableStageTransition": (
        api.enable_stage_transition.EnableStageTransitionInput(
            pipeline_name="release", stage_name="Deploy", transition_type=StageTransitionType.OUTBOUND
        ),
        '{"pipelineName":"release","stageName":"Deploy","transitionType":"Outbound"}',
    ),
    "GetActionType": (
        api.get_action_type.GetActionTypeInput(
            category=ActionCategory.TEST, owner="123456789012", provider="Example Forge", version="1"
        ),
        '{"category":"Test","owner":"123456789012","provider":"Example Forge","version":"1"}',
    ),
    "GetJobDetails": (
        api.get_job_details.GetJobDetailsInput(job_id=JOB_ID),
        '{"jobId":"f4f4ff82-2d11-EXAMPLE"}',
    ),
    "GetPipeline": (api.get_pipeline.GetPipelineInput(name="release", version=0), '{"name":"release","version":0}'),
    "GetPipelineExecution": (
        api.get_pipeline_execution.GetPipelineExecutionInput(
            pipeline_name="release", pipeline_execution_id=EXECUTION_ID
        ),
        '{"pipelineName":"release","pipelineExecutionId":"8abc75f0-fbf8-4f4c-bfEXAMPLE"}',
    ),
    "GetPipelineState": (api.get_pipeline_state.GetPipelineStateInput(name="release"), '{"name":"release"}'),
    "GetThirdPartyJobDetails": (
        api.get_third_party_job_details.GetThirdPartyJobDetailsInput(job_id=JOB_ID, client_token="ct-1"),
        '{"jobId":"f4f4ff82-2d11-EXAMPLE","clientToken":"ct-1"}',
    ),
    "ListActionExecutions": (
        api.list_action_executions.ListActionExecutionsInput(
            pipeline_name="release",
            filter=ActionExecutionFilter(
                pipeline_execution_id=EXECUTION_ID,
                latest_in_pipeline_execution=LatestInPipelineExecutionFilter(
                    pipeline_execution_id=EXECUTION_ID, start_time_range=StartTimeRange.LATEST
                ),
            ),
            max_results=100,
            next_token="page/2+==",
        ),
        (
            '{"pipelineName":"release","filter":{"pipelineExecutionId":"8abc75f0-fbf8-4f4c-bfEXAMPLE",'
            '"latestInPipelineExecution":{"pipelineExecutionId":"8abc75f0-fbf8-4f4c-bfEXAMPLE","startTimeRange":"Latest"}},'
            '"maxResults":100,"nextToken":"page/2+=="}'
        ),
    ),
    "ListActionTypes": (
        api.list_action_types.ListActionTypesInput(
            action_owner_filter=ActionOwner.CUSTOM, next_token="", region_filter="eu-west-1"
        ),
        '{"actionOwnerFilter":"Custom","nextToken":"","regionFilter":"eu-west-1"}',
    ),
    "ListDeployActionExecutionTargets": (
        api.list_deploy_action_execution_targets.ListDeployActionExecutionTargetsInput(
            pipeline_name="release",
            action_execution_id=EXECUTION_ID,
            filters=[
                TargetFilter(name=TargetFilterName.TARGET_STATUS, values=["Failed", "InProgress"]),
                TargetFilter(values=[]),
            ],
            max_results=1,
            next_token="page-2",
        ),
        (
            '{"pipelineName":"release","actionExecutionId":"8abc75f0-fbf8-4f4c-bfEXAMPLE",'
            '"filters":[{"name":"TARGET_STATUS","values":["Failed","InProgress"]},{"values":[]}],'
            '"maxResults":1,"nextToken":"page-2"}'
        ),
    ),
    "ListPipelineExecutions": (
        api.list_pipeline_executions.ListPipelineExecutionsInput(
            pipeline_name="release",
            max_results=100,
            filter=PipelineExecutionFilter(succeeded_in_stage=SucceededInStageFilter(stage_name="Deploy")),
            next_token="page-2",
        ),
        (
            '{"pipelineName":"release","maxResults":100,"filter":{"succeededInStage":{"stageName":"Deploy"}},'
            '"nextToken":"page-2"}'
        ),
    ),
    "ListPipelines": (
        api.list_pipelines.ListPipelinesInput(next_token="page-2", max_results=1000),
        '{"nextToken":"page-2","maxResults":1000}',
    ),
    "ListRuleExecutions": (
        api.list_rule_executions.ListRuleExecutionsInput(
            pipeline_name="release",
            filter=RuleExecutionFilter(
                pipeline_execution_id=EXECUTION_ID,
                latest_in_pipeline_execution=LatestInPipelineExecutionFilter(
                    pipeline_execution_id=EXECUTION_ID, start_time_range=StartTimeRange.ALL
                ),
            ),
            max_results=100,
            next_token="page-2",
        ),
        (
            '{"pipelineName":"release","filter":{"pipelineExecutionId":"8abc75f0-fbf8-4f4c-bfEXAMPLE",'
            '"latestInPipelineExecution":{"pipelineExecutionId":"8abc75f0-fbf8-4f4c-bfEXAMPLE","startTimeRange":"All"}},'
            '"maxResults":100,"nextToken":"page-2"}'
        ),
    ),
    "ListRuleTypes": (
        api.list_rule_types.ListRuleTypesInput(rule_owner_filter=RuleOwner.AWS, region_filter="eu-west-1"),
        '{"ruleOwnerFilter":"AWS","regionFilter":"eu-west-1"}',
    ),
    "ListTagsForResource": (
        api.list_tags_for_resource.ListTagsForResourceInput(resource_arn=ARN, next_token="page-2", max_results=100),
        '{"resourceArn":"arn:aws:codepipeline:eu-west-1:123456789012:release","nextToken":"page-2","maxResults":100}',
    ),
    "ListWebhooks": (
        api.list_webhooks.ListWebhooksInput(next_token="page-2", max_results=100),
        '{"NextToken":"page-2","MaxResults":100}',
    ),
    "OverrideStageCondition": (
        api.override_stage_condition.OverrideStageConditionInput(
            pipeline_name="release",
            stage_name="Deploy",
            pipeline_execution_id=EXECUTION_ID,
            condition_type=ConditionType.BEFORE_ENTRY,
        ),
        (
            '{"pipelineName":"release","stageName":"Deploy","pipelineExecutionId":"8abc75f0-fbf8-4f4c-bfEXAMPLE",'
            '"conditionType":"BEFORE_ENTRY"}'
        ),
    ),
    "PollForJobs": (
        api.poll_for_jobs.PollForJobsInput(
            action_type_id=ActionTypeId(
                category=ActionCategory.BUILD, owner=ActionOwner.CUSTOM, provider="Example Forge", version="1"
            ),
            max_batch_size=10,
            query_param={"Project": "api", "": ""},
        ),
        (
            '{"actionTypeId":{"category":"Build","owner":"Custom","provider":"Example Forge","version":"1"},'
            '"maxBatchSize":10,"queryParam":{"Project":"api","":""}}'
        ),
    ),
    "PollForThirdPartyJobs": (
        api.poll_for_third_party_jobs.PollForThirdPartyJobsInput(
            action_type_id=ActionTypeId(
                category=ActionCategory.TEST, owner=ActionOwner.THIRD_PARTY, provider="Example Forge", version="1"
            ),
            max_batch_size=1,
        ),
        (
            '{"actionTypeId":{"category":"Test","owner":"ThirdParty","provider":"Example Forge","version":"1"},'
            '"maxBatchSize":1}'
        ),
    ),
    "PutActionRevision": (
        api.put_action_revision.PutActionRevisionInput(
            pipeline_name="release",
            stage_name="Source",
            action_name="Checkout",
            action_revision=ActionRevision(
                revision_id="HYGp7zmwbCPPwo23xCMdTeqIlEXAMPLE",
                revision_change_id="3fdd7b9196697a096d5af1d649e26a4a",
                created=datetime(2015, 11, 4, 21, 59, 57, 123_000, tzinfo=UTC),
            ),
        ),
        (
            '{"pipelineName":"release","stageName":"Source","actionName":"Checkout",'
            '"actionRevision":{"revisionId":"HYGp7zmwbCPPwo23xCMdTeqIlEXAMPLE",'
            '"revisionChangeId":"3fdd7b9196697a096d5af1d649e26a4a","created":1446674397.123}}'
        ),
    ),
    "PutApprovalResult": (
        api.put_approval_result.PutApprovalResultInput(
            pipeline_name="release",
            stage_name="Approve",
            action_name="Manager",
            result=ApprovalResult(summary="Looks good 👍", status=ApprovalStatus.APPROVED),
            token="1a2b3c4d-573f-4ea7-a67E-XAMPLETOKEN",
        ),
        (
            '{"pipelineName":"release","stageName":"Approve","actionName":"Manager",'
            '"result":{"summary":"Looks good 👍","status":"Approved"},"token":"1a2b3c4d-573f-4ea7-a67E-XAMPLETOKEN"}'
        ),
    ),
    "PutWebhook": (
        api.put_webhook.PutWebhookInput(
            webhook=WebhookDefinition(
                name="push",
                target_pipeline="release",
                target_action="Checkout",
                filters=[
                    WebhookFilterRule(json_path="$.ref", match_equals="refs/heads/{Branch}"),
                    WebhookFilterRule(json_path="$.ok"),
                ],
                authentication=WebhookAuthenticationType.GITHUB_HMAC,
                authentication_configuration=WebhookAuthConfiguration(
                    allowed_ip_range="192.0.2.0/24", secret_token="hush"
                ),
            ),
            tags=[],
        ),
        (
            '{"webhook":{"name":"push","targetPipeline":"release","targetAction":"Checkout",'
            '"filters":[{"jsonPath":"$.ref","matchEquals":"refs/heads/{Branch}"},{"jsonPath":"$.ok"}],'
            '"authentication":"GITHUB_HMAC",'
            '"authenticationConfiguration":{"AllowedIPRange":"192.0.2.0/24","SecretToken":"hush"}},"tags":[]}'
        ),
    ),
    "RegisterWebhookWithThirdParty": (
        api.register_webhook_with_third_party.RegisterWebhookWithThirdPartyInput(webhook_name="push"),
        '{"webhookName":"push"}',
    ),
    "RetryStageExecution": (
        api.retry_stage_execution.RetryStageExecutionInput(
            pipeline_name="release",
            stage_name="Deploy",
            pipeline_execution_id=EXECUTION_ID,
            retry_mode=StageRetryMode.FAILED_ACTIONS,
        ),
        (
            '{"pipelineName":"release","stageName":"Deploy","pipelineExecutionId":"8abc75f0-fbf8-4f4c-bfEXAMPLE",'
            '"retryMode":"FAILED_ACTIONS"}'
        ),
    ),
    "RollbackStage": (
        api.rollback_stage.RollbackStageInput(
            pipeline_name="release", stage_name="Deploy", target_pipeline_execution_id=EXECUTION_ID
        ),
        '{"pipelineName":"release","stageName":"Deploy","targetPipelineExecutionId":"8abc75f0-fbf8-4f4c-bfEXAMPLE"}',
    ),
    "StartPipelineExecution": (
        api.start_pipeline_execution.StartPipelineExecutionInput(
            name="release",
            variables=[PipelineVariable(name="Branch", value="main"), PipelineVariable(name="Note", value="日本")],
            client_request_token="f8b2c1",
            source_revisions=[
                SourceRevisionOverride(
                    action_name="Checkout", revision_type=SourceRevisionType.COMMIT_ID, revision_value="d34db33f"
                ),
                SourceRevisionOverride(
                    action_name="Image", revision_type=SourceRevisionType("TAG"), revision_value="api:3"
                ),
            ],
        ),
        (
            '{"name":"release","variables":[{"name":"Branch","value":"main"},{"name":"Note","value":"日本"}],'
            '"clientRequestToken":"f8b2c1",'
            '"sourceRevisions":[{"actionName":"Checkout","revisionType":"COMMIT_ID","revisionValue":"d34db33f"},'
            '{"actionName":"Image","revisionType":"TAG","revisionValue":"api:3"}]}'
        ),
    ),
    "StopPipelineExecution": (
        api.stop_pipeline_execution.StopPipelineExecutionInput(
            pipeline_name="release", pipeline_execution_id=EXECUTION_ID, abandon=False, reason="wrong branch"
        ),
        (
            '{"pipelineName":"release","pipelineExecutionId":"8abc75f0-fbf8-4f4c-bfEXAMPLE","abandon":false,'
            '"reason":"wrong branch"}'
        ),
    ),
    "TagResource": (
        api.tag_resource.TagResourceInput(
            resource_arn=ARN, tags=(Tag(key="team", value="build"), Tag(key="note", value=""))
        ),
        (
            '{"resourceArn":"arn:aws:codepipeline:eu-west-1:123456789012:release",'
            '"tags":[{"key":"team","value":"build"},{"key":"note","value":""}]}'
        ),
    ),
    "UntagResource": (
        api.untag_resource.UntagResourceInput(resource_arn=ARN, tag_keys=("team", "note")),
        '{"resourceArn":"arn:aws:codepipeline:eu-west-1:123456789012:release","tagKeys":["team","note"]}',
    ),
}
"""By operation: the input, and the body that is sent for it."""
