"""Conditions of stages and their rules: P-23 to P-25."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from codepipeline_sdk.testing.local.assumptions import assumed_error
from codepipeline_sdk.testing.local.catalogue import RULE_TYPES
from codepipeline_sdk.testing.local.declaration.variables import Referrer, producers
from codepipeline_sdk.testing.local.wire import WireError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codepipeline_sdk.testing.local.declaration.draft import Draft
    from codepipeline_sdk.testing.local.shapes import Condition, RuleDeclaration, StageDeclaration

_RESULTS: Final = {"beforeEntry": {"FAIL", "SKIP"}, "onSuccess": {"FAIL", "ROLLBACK"}}
"""What may follow from a failed condition; `onFailure` takes every value of the model."""


def _conditions(stage: StageDeclaration) -> Iterator[tuple[str, Condition]]:
    for member, holder in (
        ("beforeEntry", stage.get("beforeEntry")),
        ("onSuccess", stage.get("onSuccess")),
        ("onFailure", stage.get("onFailure")),
    ):
        for condition in (holder or {}).get("conditions", []):
            yield member, condition


def check_results(draft: Draft) -> None:
    """P-23: each kind of condition has results of its own."""
    for number, stage in enumerate(draft.pipeline["stages"]):
        if number == 0 and "beforeEntry" in stage:
            raise assumed_error("P-23", f"The first stage, '{stage['name']}', cannot have conditions before entry")
        failure = stage.get("onFailure", {})
        if "result" in failure and failure.get("conditions"):  # S-8
            raise WireError(
                "InvalidStageDeclarationException",
                "The following stage cannot have a failure exit gate configured with both top level result and "
                f"conditions: '{stage['name']}'",
            )
        results = [("onFailure", failure.get("result"))]
        results += [(member, condition.get("result")) for member, condition in _conditions(stage)]
        for member, result in results:
            if result == "ROLLBACK" and draft.pipeline["executionMode"] == "PARALLEL":  # S-9
                raise WireError(
                    "InvalidStageDeclarationException",
                    "Failure conditions with rollback result type cannot be added to a PARALLEL pipeline.",
                )
            if result is not None and member in _RESULTS and result not in _RESULTS[member]:
                raise assumed_error("P-23", f"Stage '{stage['name']}' cannot have the result {result} in {member}")


def check_retries(draft: Draft) -> None:
    """P-24: a retry is configured only where it is the result."""
    for stage in draft.pipeline["stages"]:
        failure = stage.get("onFailure", {})
        if "retryConfiguration" in failure and failure.get("result") != "RETRY":
            raise assumed_error("P-24", f"Stage '{stage['name']}' configures a retry without the result RETRY")


def check_rules(draft: Draft) -> None:
    """P-25: rules are of a known type, uniquely named and completely configured."""
    for number, stage in enumerate(draft.pipeline["stages"]):
        for member, condition in _conditions(stage):
            rules = condition.get("rules", [])
            for name, count in Counter(rule["name"] for rule in rules).items():
                if count > 1:
                    raise assumed_error("P-25", f"Rule name '{name}' is used more than once in {member}")
            # The stage's own actions have run before all conditions but those before entry.
            last = number - 1 if member == "beforeEntry" else number
            namespaces = {namespace for namespace, produced in producers(draft) if produced[0] <= last}
            for rule in rules:
                _check_rule(rule)
                user = Referrer(stage=stage["name"], name=rule["name"], is_source=False, namespaces=namespaces)
                user.check(draft, rule.get("configuration", {}))


def _check_rule(rule: RuleDeclaration) -> None:
    type_id = rule["ruleTypeId"]
    provider, name = type_id["provider"], rule["name"]
    if provider not in RULE_TYPES or type_id.get("version", "1") != "1":
        raise assumed_error("P-25", f"Rule '{name}' has an unknown type: provider '{provider}'")
    for key in RULE_TYPES[provider]:
        if key not in rule.get("configuration", {}):
            raise assumed_error("P-25", f"Rule '{name}' is missing required configuration '{key}'")
    if provider == "Commands" and not rule.get("commands"):
        raise assumed_error("P-25", f"Rule '{name}' must have a non-empty commands field")
