"""Enums are open strings: the branch for a value that is newer than the package is reachable."""

from __future__ import annotations

from typing import assert_type

from codepipeline_sdk import Client
from codepipeline_sdk.types import StageExecutionStatus, StageRetryMode, StageState


def members_and_unknown_values_have_the_type_of_the_enum() -> None:
    assert_type(StageRetryMode.ALL_ACTIONS, StageRetryMode)
    assert_type(StageRetryMode("NEWER_THAN_THIS"), StageRetryMode)
    assert_type(StageRetryMode.try_parse("ALL_ACTIONS"), StageRetryMode)
    assert_type(StageRetryMode.values(), tuple[StageRetryMode, ...])
    assert_type(StageRetryMode.ALL_ACTIONS.value, str)
    assert_type(StageRetryMode.ALL_ACTIONS.is_known, bool)


def members_go_where_text_is_wanted() -> str:
    text: str = StageRetryMode.FAILED_ACTIONS
    return text + "!"


def an_enum_is_a_keyword_and_a_setter_argument(client: Client) -> None:
    builder = client.retry_stage_execution(retry_mode=StageRetryMode.ALL_ACTIONS)
    assert_type(builder.retry_mode(StageRetryMode("NEWER")).get_retry_mode(), StageRetryMode | None)


def the_branch_for_newer_values_is_reachable(stage: StageState) -> str:
    status = stage.latest_execution.status if stage.latest_execution else None
    match status:
        case None:
            return "not run"
        case StageExecutionStatus.SUCCEEDED:
            return "done"
        case StageExecutionStatus.FAILED | StageExecutionStatus.STOPPED:
            return "over"
        case _:
            assert_type(status, StageExecutionStatus)
            return status.value


def comparing_with_members_and_text_leaves_every_branch_reachable(mode: StageRetryMode) -> str:
    if mode == StageRetryMode.ALL_ACTIONS:
        return "all"
    if mode == "FAILED_ACTIONS":
        return "failed"
    return mode.value
