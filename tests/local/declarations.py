"""Pipeline declarations for the tests of the local service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tests.local.wire import ROLE, Document

if TYPE_CHECKING:
    from collections.abc import Mapping

STRUCTURE: Final = "InvalidStructureException"
STAGE: Final = "InvalidStageDeclarationException"
ACTION: Final = "InvalidActionDeclarationException"
STORE: Final = {"type": "S3", "location": "artifacts"}


def action(
    name: str,
    kind: str,
    *,
    inputs: tuple[str, ...] = (),
    outputs: tuple[str, ...] = (),
    configuration: Mapping[str, str] | None = None,
    **members: Any,
) -> Document:
    """Return an action; `kind` is `Category/Provider` or `Category/Owner/Provider`."""
    category, *owner, provider = kind.split("/")
    return {
        "name": name,
        "actionTypeId": {
            "category": category,
            "owner": owner[0] if owner else "AWS",
            "provider": provider,
            "version": "1",
        },
        **({"inputArtifacts": [{"name": artifact} for artifact in inputs]} if inputs else {}),
        **({"outputArtifacts": [{"name": artifact} for artifact in outputs]} if outputs else {}),
        **({"configuration": dict(configuration)} if configuration is not None else {}),
        **members,
    }


def source(name: str = "Fetch", *, outputs: tuple[str, ...] = ("Code",), **members: Any) -> Document:
    """Return a source action on S3 that waits for events."""
    configuration = {
        "S3Bucket": "bucket",
        "S3ObjectKey": "code.zip",
        "PollForSourceChanges": "false",
        **members.pop("configuration", {}),
    }
    return action(name, "Source/S3", outputs=outputs, configuration=configuration, **members)


def connection(name: str = "Fetch", **members: Any) -> Document:
    """Return a source action on a connection."""
    configuration = {"ConnectionArn": "arn:x", "FullRepositoryId": "shop/web", "BranchName": "main"}
    return action(
        name,
        "Source/CodeStarSourceConnection",
        outputs=members.pop("outputs", ("Code",)),
        configuration=configuration,
        **members,
    )


def build(name: str = "Compile", *, inputs: tuple[str, ...] = ("Code",), **members: Any) -> Document:
    """Return a build action on CodeBuild."""
    configuration = {"ProjectName": "shop", **members.pop("configuration", {})}
    return action(name, members.pop("kind", "Build/CodeBuild"), inputs=inputs, configuration=configuration, **members)


def approval(name: str = "Sign", **members: Any) -> Document:
    """Return a manual approval."""
    return action(name, "Approval/Manual", **members)


def stage(name: str, *actions: Document, **members: Any) -> Document:
    """Return a stage."""
    return {"name": name, "actions": list(actions), **members}


def pipeline(*stages: Document, name: str = "release", **members: Any) -> Document:
    """Return a pipeline, by default of a source and a build; a member that is None is left out."""
    document = {
        "name": name,
        "roleArn": ROLE,
        "artifactStore": STORE,
        "stages": list(stages) or [stage("Source", source()), stage("Build", build())],
        **members,
    }
    return {member: value for member, value in document.items() if value is not None}


def v2(*stages: Document, **members: Any) -> Document:
    """Return a pipeline of type V2."""
    return pipeline(*stages, pipelineType="V2", **members)


SOURCE = stage("Source", source())
BUILD = stage("Build", build())


def built(**members: Any) -> Document:
    """Return a pipeline whose build action has these members."""
    return v2(SOURCE, stage("Build", build(**members)))


def referring(text: str, **members: Any) -> Document:
    """Return a pipeline whose build action has this text in its configuration."""
    return built(configuration={"EnvironmentVariables": text}, **members)


def rule(name: str = "check", provider: str = "VariableCheck", **members: Any) -> Document:
    configuration = {"Variable": "a", "Operator": "EQ", "Value": "b"} if provider == "VariableCheck" else {}
    type_id = {"category": "Rule", "owner": "AWS", "provider": provider, "version": "1"}
    return {"name": name, "ruleTypeId": type_id, "configuration": configuration, **members}


def conditions(*rules: Document, result: str = "FAIL") -> Document:
    return {"conditions": [{"result": result, "rules": list(rules) or [rule()]}]}


def conditioned(**members: Any) -> Document:
    """Return a V2 pipeline whose last stage has these conditions."""
    return v2(SOURCE, stage("Build", build(), **members))


def triggered(*push: Document, source_name: str = "Fetch", triggers: int = 1) -> Document:
    trigger = {
        "providerType": "CodeStarSourceConnection",
        "gitConfiguration": {"sourceActionName": source_name, "push": list(push)},
    }
    return v2(stage("Source", connection()), BUILD, triggers=[trigger] * triggers)


BRANCHES = {"branches": {"includes": ["main"]}}
PATHS = {"filePaths": {"includes": ["src/**"]}}
TAGS = {"tags": {"includes": ["v*"]}}
