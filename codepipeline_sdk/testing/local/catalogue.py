"""The action types and rule types that the service knows: sections 6 and 7, as data (T-1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from attrs import frozen

if TYPE_CHECKING:
    from codepipeline_sdk.testing.local.shapes import ActionTypeId
    from codepipeline_sdk.testing.local.store import Resources


class ActionTypeKey(NamedTuple):
    """What identifies an action type."""

    category: str
    owner: str
    provider: str
    version: str

    @classmethod
    def of(cls, type_id: ActionTypeId) -> ActionTypeKey:
        """Return the key that an `actionTypeId` names."""
        return cls(type_id["category"], type_id["owner"], type_id["provider"], type_id["version"])


@frozen(kw_only=True)
class ActionType:
    """What a declaration must observe of an action type."""

    category: str
    provider: str
    owner: str = "AWS"
    version: str = "1"

    inputs: tuple[int, int]
    """The fewest and the most input artifacts."""

    outputs: tuple[int, int]
    """The fewest and the most output artifacts."""

    required: tuple[str, ...] = ()
    """Configuration keys without which a declaration is refused."""

    documented: tuple[str, ...] = ()
    """Keys that the guide calls required though no refusal was ever seen: their absence is warned about (P-11)."""

    optional: tuple[str, ...] | None = None
    """The remaining keys; None when they are not known well enough to refuse others."""

    secret: tuple[str, ...] = ()
    """Keys whose values are masked (P-29)."""

    queryable: str | None = None
    """The key by which a job worker can select jobs."""

    v2_only: bool = False
    """Whether only V2 pipelines may use it (P-8)."""

    runs_commands: bool = False
    """Whether the `commands`, `outputVariables` and `files` members belong to it (P-21)."""

    takes_environment: bool = False
    """Whether the `environmentVariables` member belongs to it (P-21)."""

    regions: frozenset[str] | None = None
    """Where it is available; None for everywhere (T-3)."""

    @property
    def key(self) -> ActionTypeKey:
        """What identifies it."""
        return ActionTypeKey(self.category, self.owner, self.provider, self.version)


class ActionTypes:
    """The built-in action types; tests may add to them."""

    def __init__(self) -> None:
        self._builtin = {row.key: row for row in BUILTIN}

    def add_builtin(self, action_type: ActionType) -> None:
        """Add a type, or replace the one with the same category, owner, provider and version."""
        self._builtin[action_type.key] = action_type

    def find(self, key: ActionTypeKey, resources: Resources, region: str) -> ActionType | None:
        """Return a type that pipelines with these resources can use in a region, or None (P-7)."""
        found = self._row(key, resources)
        return found if found and (found.regions is None or region in found.regions) else None

    def secret_keys(self, key: ActionTypeKey, resources: Resources) -> tuple[str, ...]:
        """Return the configuration keys to mask, wherever the type is available (P-29)."""
        row = self._row(key, resources)
        return row.secret if row else ()

    def _row(self, key: ActionTypeKey, resources: Resources) -> ActionType | None:
        return (resources.custom_action_types if key.owner == "Custom" else self._builtin).get(key)


BUILTIN: Final[tuple[ActionType, ...]] = (
    ActionType(
        category="Source",
        provider="S3",
        inputs=(0, 0),
        outputs=(1, 1),
        required=("S3Bucket", "S3ObjectKey"),
        optional=("PollForSourceChanges", "AllowOverrideForS3ObjectKey"),
    ),
    ActionType(
        category="Source",
        provider="CodeCommit",
        inputs=(0, 0),
        outputs=(1, 1),
        required=("RepositoryName", "BranchName"),
        optional=("PollForSourceChanges", "OutputArtifactFormat"),
    ),
    ActionType(
        category="Source",
        provider="ECR",
        inputs=(0, 0),
        outputs=(1, 1),
        required=("RepositoryName",),
        optional=("ImageTag",),
    ),
    ActionType(
        category="Source",
        provider="CodeStarSourceConnection",
        inputs=(0, 0),
        outputs=(1, 1),
        documented=("ConnectionArn", "FullRepositoryId", "BranchName"),
    ),
    ActionType(
        category="Source",
        owner="ThirdParty",
        provider="GitHub",
        inputs=(0, 0),
        outputs=(1, 1),
        documented=("Owner", "Repo", "Branch", "OAuthToken"),
        secret=("OAuthToken",),
    ),
    *(
        ActionType(
            category=category,
            provider="CodeBuild",
            inputs=(1, 5),
            outputs=(0, 5),
            required=("ProjectName",),
            optional=("PrimarySource", "BatchEnabled", "CombineArtifacts", "EnvironmentVariables"),
            takes_environment=True,
        )
        for category in ("Build", "Test")
    ),
    ActionType(
        category="Build",
        provider="ECRBuildAndPublish",
        inputs=(1, 1),
        outputs=(0, 1),
        documented=("ECRRepositoryName",),
        v2_only=True,
        takes_environment=True,
    ),
    ActionType(
        category="Test",
        provider="DeviceFarm",
        inputs=(1, 1),
        outputs=(0, 0),
        documented=("AppType", "ProjectId", "App", "TestType", "DevicePoolArn"),
    ),
    ActionType(
        category="Deploy",
        provider="S3",
        inputs=(1, 1),
        outputs=(0, 0),
        required=("BucketName", "Extract"),
        optional=("ObjectKey", "KMSEncryptionKeyARN", "CannedACL", "CacheControl"),
    ),
    ActionType(
        category="Deploy",
        provider="CloudFormation",
        inputs=(0, 10),
        outputs=(0, 1),
        required=("ActionMode", "StackName"),
        optional=(
            "Capabilities",
            "ChangeSetName",
            "RoleArn",
            "TemplatePath",
            "OutputFileName",
            "ParameterOverrides",
            "TemplateConfiguration",
        ),
    ),
    ActionType(
        category="Deploy",
        provider="CloudFormationStackSet",
        inputs=(1, 3),
        outputs=(0, 0),
        documented=("StackSetName", "TemplatePath"),
    ),
    ActionType(
        category="Deploy",
        provider="CloudFormationStackInstances",
        inputs=(0, 2),
        outputs=(0, 0),
        documented=("StackSetName",),
    ),
    ActionType(
        category="Deploy",
        provider="CodeDeploy",
        inputs=(1, 1),
        outputs=(0, 0),
        required=("ApplicationName", "DeploymentGroupName"),
        optional=(),
    ),
    ActionType(
        category="Deploy",
        provider="CodeDeployToECS",
        inputs=(1, 5),
        outputs=(0, 0),
        documented=(
            "ApplicationName",
            "DeploymentGroupName",
            "TaskDefinitionTemplateArtifact",
            "AppSpecTemplateArtifact",
        ),
    ),
    ActionType(
        category="Deploy",
        provider="ECS",
        inputs=(1, 1),
        outputs=(0, 0),
        required=("ClusterName", "ServiceName"),
        optional=("FileName", "DeploymentTimeout"),
    ),
    ActionType(
        category="Deploy",
        provider="EKS",
        inputs=(1, 1),
        outputs=(0, 0),
        documented=("ClusterName",),
        v2_only=True,
    ),
    ActionType(category="Deploy", provider="EC2", inputs=(1, 1), outputs=(0, 0), v2_only=True),
    ActionType(
        category="Deploy",
        provider="ElasticBeanstalk",
        inputs=(1, 1),
        outputs=(0, 0),
        required=("ApplicationName", "EnvironmentName"),
        optional=(),
    ),
    ActionType(
        category="Deploy",
        provider="AppConfig",
        inputs=(1, 1),
        outputs=(0, 0),
        documented=("Application", "Environment", "ConfigurationProfile", "InputArtifactConfigurationPath"),
    ),
    ActionType(
        category="Deploy",
        provider="OpsWorks",
        inputs=(1, 1),
        outputs=(0, 0),
        documented=("Stack", "Layer", "App"),
    ),
    ActionType(
        category="Deploy",
        provider="ServiceCatalog",
        inputs=(1, 1),
        outputs=(0, 0),
        documented=("ProductId",),
    ),
    ActionType(
        category="Deploy",
        provider="Lambda",
        inputs=(1, 1),
        outputs=(0, 0),
        documented=("FunctionName",),
    ),
    ActionType(
        category="Deploy",
        owner="ThirdParty",
        provider="AlexaSkillsKit",
        inputs=(1, 2),
        outputs=(0, 0),
        documented=("ClientId", "ClientSecret", "RefreshToken", "SkillId"),
        secret=("ClientSecret", "RefreshToken"),
    ),
    ActionType(
        category="Approval",
        provider="Manual",
        inputs=(0, 0),
        outputs=(0, 0),
        optional=("CustomData", "ExternalEntityLink", "NotificationArn", "IsSummaryRequired"),
    ),
    ActionType(
        category="Invoke",
        provider="Lambda",
        inputs=(0, 5),
        outputs=(0, 5),
        required=("FunctionName",),
        optional=("UserParameters",),
    ),
    ActionType(
        category="Invoke",
        provider="StepFunctions",
        inputs=(0, 1),
        outputs=(0, 1),
        required=("StateMachineArn",),
        optional=("ExecutionNamePrefix", "InputType", "Input"),
    ),
    ActionType(
        category="Invoke",
        provider="CodePipeline",
        inputs=(0, 0),
        outputs=(0, 0),
        required=("PipelineName",),
        optional=("SourceRevisions", "Variables"),
    ),
    ActionType(
        category="Invoke",
        provider="InspectorScan",
        inputs=(1, 1),
        outputs=(0, 1),
        documented=("InspectorRunMode",),
        v2_only=True,
        takes_environment=True,
    ),
    *(
        ActionType(
            category=category,
            provider="Commands",
            inputs=(1, 10),
            outputs=(0, 1),
            v2_only=True,
            runs_commands=True,
            takes_environment=True,
        )
        for category in ("Compute", "Build")  # T-2: Build is tolerated
    ),
)
"""The action types of section 6.1, in its order."""

RULE_TYPES: Final[dict[str, tuple[str, ...]]] = {
    "CloudWatchAlarm": ("AlarmName",),
    "CodeBuild": ("ProjectName",),
    "Commands": (),
    "DeploymentWindow": ("Cron",),
    "LambdaInvoke": ("FunctionName",),
    "VariableCheck": ("Variable", "Operator", "Value"),
}
"""The providers of section 7 with the configuration keys that each requires."""
