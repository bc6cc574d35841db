"""Actions in other regions: rule P-19."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codepipeline_sdk.testing.local.assumptions import assumed_error
from codepipeline_sdk.testing.local.wire import WireError

if TYPE_CHECKING:
    from codepipeline_sdk.testing.local.declaration.draft import Draft


def check_regions(draft: Draft) -> None:
    """P-19: there is an artifact store in every region used, and only AWS actions leave the pipeline's region."""
    stores = draft.pipeline.get("artifactStores")
    regions = [draft.region, *(action["region"] for _, action, _ in draft.actions())]
    if stores:
        for region in regions:
            if region not in stores:  # S-28
                raise WireError(
                    "ValidationException",
                    "Your pipeline must have an artifact store in each region that it uses. The following region is "
                    f"missing in 'pipeline.artifactStores': {region}.",
                )
    elif set(regions) != {draft.region}:  # S-27
        raise WireError(
            "ValidationException",
            "Your pipeline contains actions in more than one region. Use 'pipeline.artifactStores' instead of "
            "'pipeline.artifactStore' and name an artifact store for each region.",
        )
    for _, action, _ in draft.actions():
        type_id = action["actionTypeId"]
        if action["region"] != draft.region and (type_id["category"] == "Source" or type_id["owner"] != "AWS"):
            raise assumed_error(
                "P-19", f"Action {action['name']} must be in region {draft.region}: only AWS actions can be elsewhere"
            )
