"""Enums that are used wrongly, which both checkers must report."""

from codepipeline_sdk.types import StageRetryMode


def enums() -> StageRetryMode:
    print(StageRetryMode.ALL_ACTIONS)
    print(StageRetryMode.NO_ACTIONS)  # error: unknown member
    print(StageRetryMode("NO_ACTIONS"))
    print(StageRetryMode(7))  # error: wrong type
    print(StageRetryMode.try_parse(None))  # error: wrong type
    print(StageRetryMode.ALL_ACTIONS.name)  # error: an open enum is a string, not an enum.Enum
    return "ALL_ACTIONS"  # error: text, where the enum belongs
