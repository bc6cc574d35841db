"""What generated endpoint rules are made of: partitions, and the functions that rule sets call.

Everything is pure: the same parameters give the same endpoint. Source: anchor.md 1.13.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from attrs import frozen

from codepipeline_sdk.config.endpoint import Endpoint, EndpointError, EndpointParameters, is_valid_host_label

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Endpoint", "EndpointError", "EndpointParameters", "Partition", "PartitionTable", "is_valid_host_label"]


@frozen(kw_only=True)
class Partition:
    """A group of regions under the same domains."""

    name: str
    """Such as `aws-cn`."""

    region_regex: str
    """What the names of its regions look like, those that are not known yet included."""

    dns_suffix: str
    """The domain of its endpoints."""

    dual_stack_dns_suffix: str
    """The domain of its dual-stack endpoints."""

    implicit_global_region: str
    """The region that its global services are signed for."""

    supports_fips: bool
    """Whether it has FIPS endpoints."""

    supports_dual_stack: bool
    """Whether it has dual-stack endpoints."""


@frozen(kw_only=True)
class PartitionTable:
    """All partitions."""

    partitions: tuple[Partition, ...]
    """Tried in this order for a region that is not known."""

    regions: Mapping[str, Partition]
    """The known regions, each with its partition or with what differs from it there."""

    fallback: Partition
    """Taken for a region that looks like none."""

    def find(self, region: str) -> Partition:
        """Return the partition of a region: by its name, else by what the name looks like, else the fallback."""
        known = self.regions.get(region)
        if known is not None:
            return known
        # `re` compiles an expression at its first use and keeps it.
        matches = (partition for partition in self.partitions if re.fullmatch(partition.region_regex, region))
        return next(matches, self.fallback)
