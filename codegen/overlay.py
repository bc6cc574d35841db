"""What the model forgets or leaves open, in one named place. `resolve` fails on an entry that matches nothing.

Source: anchor.md section 3, row 22; anchor.md 1.14.
"""

from __future__ import annotations

from typing import Final

SENSITIVE_SHAPES: Final = frozenset({
    "ActionExecutionToken",
    "ApprovalToken",
    "ClientToken",
    "Nonce",
    "RuleExecutionToken",
    "WebhookAuthConfigurationSecretToken",
})  # fmt: skip
"""Texts that work as secrets though the model does not mark them."""

SENSITIVE_VALUES: Final = frozenset({
    "ActionConfigurationMap",
    "ResolvedActionConfigurationMap",
    "ResolvedRuleConfigurationMap",
    "RuleConfigurationMap",
})  # fmt: skip
"""Maps that may hold secrets in clear, such as a GitHub token: a repr shows their keys only."""
