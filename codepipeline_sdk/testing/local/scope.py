"""Whose resources, and where: rules D-1, D-2 and D-5."""

from __future__ import annotations

from typing import NamedTuple

from attrs import frozen


class Scope(NamedTuple):
    """One account in one region: what a request can see."""

    account: str
    region: str

    @property
    def partition(self) -> str:
        """The partition that the region belongs to (D-2)."""
        if self.region.startswith("cn-"):
            return "aws-cn"
        return "aws-us-gov" if self.region.startswith("us-gov-") else "aws"

    def arn(self, resource: str) -> str:
        """Return the ARN of a resource, such as `release` or `webhook:main` (D-5)."""
        return f"arn:{self.partition}:codepipeline:{self.region}:{self.account}:{resource}"


@frozen(kw_only=True)
class Caller:
    """Who sent a request, and to which scope."""

    scope: Scope
    principal_arn: str
