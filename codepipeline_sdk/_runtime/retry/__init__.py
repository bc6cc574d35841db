"""Retry decisions: classification, delays, the budget and the rate of a partition. The caller sleeps.

Everything here is arithmetic on values: time and randomness are arguments, nothing awaits. What calls share, the token
bucket and the rate limiter of their partition, stands behind `PARTITIONS`.

Source: anchor.md 1.10, design.md 4.13.
"""

from __future__ import annotations

from codepipeline_sdk._runtime.retry.classifiers import ClassifierChain
from codepipeline_sdk._runtime.retry.partitions import PARTITIONS, RetryPartition, RetryPartitions
from codepipeline_sdk._runtime.retry.rate_limiter import ClientRateLimiter
from codepipeline_sdk._runtime.retry.session import RetryDecision, RetrySession, StopReason
from codepipeline_sdk._runtime.retry.token_bucket import TokenBucket

__all__ = [
    "PARTITIONS",
    "ClassifierChain",
    "ClientRateLimiter",
    "RetryDecision",
    "RetryPartition",
    "RetryPartitions",
    "RetrySession",
    "StopReason",
    "TokenBucket",
]
