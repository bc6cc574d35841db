"""Namespaces and references to variables: rules P-16 and P-17, also as P-25 applies them to rules of conditions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from attrs import frozen

from codepipeline_sdk.testing.local.assumptions import assumed_error
from codepipeline_sdk.testing.local.wire import WireError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from codepipeline_sdk.testing.local.declaration.draft import Draft

_REFERENCE: Final = re.compile(r"#\{([^{}]*)\}")


def check_namespaces(draft: Draft) -> None:
    """P-16: namespaces are unique and are neither reserved nor names of artifacts."""
    reserved = {"codepipeline", "variables"} if draft.pipeline.get("variables") else {"codepipeline"}
    artifacts = {artifact["name"] for _, action, _ in draft.actions() for artifact in action["outputArtifacts"]}
    seen: set[str] = set()
    for stage, action, _ in draft.actions():
        namespace = action.get("namespace")
        if namespace is None:
            continue
        if namespace in seen:  # S-20
            raise WireError(
                "InvalidActionDeclarationException",
                "Namespaces must be unique across the pipeline definition. The following occur more than once in the "
                f"pipeline. StageName=[{stage['name']}], ActionName=[{action['name']}], Namespace=[{namespace}]",
            )
        if namespace in reserved:
            raise assumed_error("P-16", f"Action {action['name']} uses the reserved namespace {namespace}")
        if namespace in artifacts:
            raise assumed_error(
                "P-16", f"Action {action['name']} uses the name of an artifact, {namespace}, as namespace"
            )
        seen.add(namespace)


def check_references(draft: Draft) -> None:
    """P-17: the configuration of an action refers to variables that can exist when it starts."""
    namespaces = producers(draft)
    for stage, action, order in draft.actions():
        user = Referrer(
            stage=stage["name"],
            name=action["name"],
            is_source=action["actionTypeId"]["category"] == "Source",
            namespaces={namespace for namespace, produced in namespaces if produced < order},
        )
        user.check(draft, action["configuration"])


def producers(draft: Draft) -> list[tuple[str, tuple[int, int]]]:
    """Return the namespaces of the actions, each with the place at which it is filled."""
    return [(action["namespace"], order) for _, action, order in draft.actions() if "namespace" in action]


@frozen(kw_only=True)
class Referrer:
    """An action or rule whose configuration refers to variables."""

    stage: str
    name: str
    is_source: bool
    namespaces: Collection[str]
    """Of the actions that have finished when it starts."""

    def check(self, draft: Draft, configuration: Mapping[str, str]) -> None:
        """Raise WireError for the first reference that cannot be resolved."""
        variables = {variable["name"] for variable in draft.pipeline.get("variables", [])}
        for key, value in configuration.items():
            for reference in _REFERENCE.finditer(value):
                namespace, _, variable = reference[1].partition(".")
                slots = (
                    f"StageName=[{self.stage}], ActionName=[{self.name}], ActionConfigurationKey=[{key}], "
                    f"VariableReferenceText=[{reference[0]}]"
                )
                if namespace in self.namespaces and variable:
                    continue
                if namespace == "variables":
                    self._check_pipeline_variable(variable, variables, slots)
                elif namespace == "codepipeline":
                    if variable != "PipelineExecutionId":
                        raise assumed_error("P-17", f"The namespace codepipeline has no variable {variable}. {slots}")
                else:  # S-21
                    raise WireError(
                        "InvalidActionDeclarationException",
                        "Valid format for a pipeline execution variable reference is a namespace and a key separated "
                        "by a period (.). The following pipeline execution variables are referencing a namespace that "
                        f"does not exist. {slots}",
                    )

    def _check_pipeline_variable(self, variable: str, declared: Collection[str], slots: str) -> None:
        if self.is_source:  # S-22
            text = f"Variables at the pipeline level cannot be used in source actions. {slots}"
            raise WireError("InvalidStructureException", text)
        if variable not in declared:  # S-23
            raise WireError("InvalidStructureException", "The referenced variables haven't been declared.")
