"""What no document and no observation settles: our decisions, each in one place with the number of its rule.

A later correction of one of them touches one line here; tests refer to these names instead of repeating the values.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from attrs import frozen

from codepipeline_sdk.testing.local.wire import ErrorStyle, WireError

NOT_IMPLEMENTED_CODE: Final = "NotImplementedInLocalService"
"""The answer to an operation of the real service that the local service does not have yet; with HTTP 501."""

NOT_IMPLEMENTED_STATUS: Final = 501

NULL_VALUE: Final = "Value null at '{path}' failed to satisfy constraint: Member must not be null"
"""V-2: how a missing member is reported."""

MAP_KEYS: Final = "Map keys must satisfy constraint: [{constraints}]"
"""V-4: how a bad key of a map is reported."""

EXAMPLE_ID_SHAPES: Final = frozenset({"ApprovalToken", "JobId", "PipelineExecutionId"})
"""D-4: the shapes that `accept_example_ids` relaxes."""

EXAMPLE_ID_PATTERN: Final = "[A-Za-z0-9-]{1,128}"
"""D-4: what they accept then."""

LIST_PIPELINES_PAGE: Final = 1000
"""O-4: the page size of ListPipelines when the request names none."""

MAX_QUERYABLE_VALUE: Final = 50
"""L-19: the model's figure; the guide says 20."""

CODES: Final[Mapping[str, str]] = {
    "L-6": "InvalidStageDeclarationException",
    "L-7": "InvalidStructureException",
    "L-8": "InvalidStageDeclarationException",
    "P-1": "InvalidStructureException",
    "P-4": "InvalidStageDeclarationException",
    "P-6": "InvalidActionDeclarationException",
    "P-12": "InvalidActionDeclarationException",
    "P-14": "InvalidStructureException",
    "P-15": "InvalidActionDeclarationException",
    "P-16": "InvalidActionDeclarationException",
    "P-17": "InvalidActionDeclarationException",
    "P-19": "InvalidActionDeclarationException",
    "P-21": "InvalidActionDeclarationException",
    "P-23": "InvalidStageDeclarationException",
    "P-24": "InvalidStageDeclarationException",
    "P-25": "InvalidStageDeclarationException",
    "P-26": "InvalidStructureException",
    "P-28": "InvalidBlockerDeclarationException",
}
"""The error codes of rules whose code no source names, by rule."""


def assumed_error(rule: str, message: str) -> WireError:
    """Return the refusal of a rule whose code no source names."""
    return WireError(CODES[rule], message)


@frozen(kw_only=True)
class Assumptions:
    """The knobs of the local service. The defaults are what we believe the real service does."""

    max_body_bytes: int = 1024 * 1024
    """W-5: a longer request is answered with HTTP 413."""

    error_style: ErrorStyle = "plain"
    """W-16: how errors are written; the others are what proxies and sibling services do."""

    skew_check: bool = True
    """W-19: whether a signature's time is compared with the service clock."""

    skew_limit: float = 300.0
    """W-19: by how many seconds the two may differ."""

    max_page_size: int | None = None
    """W-25: caps every page, so that a few rows need many pages."""

    config_value_limit: int = 50_000
    """V-6: characters of an action's configuration value; the documents say 1000, the service was seen to say this."""

    accept_example_ids: bool = False
    """D-4: whether ids as in the samples of the AWS CLI pass, such as `f4f4ff82-2d11-EXAMPLE`."""

    max_pipelines: int = 1000
    """L-1: pipelines of an account in a region."""

    max_polling_pipelines: int = 300
    """L-2: those of them that poll their source for changes."""

    max_actions_per_stage: int = 100
    """L-6."""

    max_actions_per_pipeline: int = 1000
    """L-7."""

    max_parallel_actions: int = 100
    """L-8: actions of a stage with the same run order."""

    max_sequential_actions: int = 100
    """L-8: different run orders of a stage."""

    kept_versions: int | None = 10
    """L-35: versions of a pipeline that GetPipeline still finds, at least 1; None keeps all."""

    implicit_v2: bool = False
    """P-9: whether a declaration without a type but with V2 members counts as V2 instead of V1."""

    version_error: Literal["observed", "declared"] = "observed"
    """O-3: an unknown version of a pipeline is PipelineNotFoundException as observed, or the declared error."""

    unknown_update_code: Literal["PipelineNotFoundException", "ResourceNotFoundException"] = "PipelineNotFoundException"
    """O-2: the answer to UpdatePipeline for an unknown name; the model declares neither."""
