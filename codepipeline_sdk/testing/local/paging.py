"""Pages of lists and the tokens between them: rules W-22 to W-26."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import TYPE_CHECKING, TypeVar

from codepipeline_sdk.testing.local.model import OPERATIONS
from codepipeline_sdk.testing.local.wire import WireError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from codepipeline_sdk.testing.local.ops.call import Call

T = TypeVar("T")


def paginate(
    call: Call, rows: Mapping[str, T], show: Callable[[T], Mapping[str, object]], *, default: int
) -> tuple[list[Mapping[str, object]], dict[str, str]]:
    """Return one page of named rows in the order of their names, and the members that lead to the next page.

    A token remembers the last name it has shown, so rows that come and go in between neither repeat nor hide others
    (W-24).
    """
    cursor, token, limit = "", call.input.get("nextToken"), call.input.get("maxResults", default)
    if isinstance(token, str):
        cursor = _cursor(call, token)
    size = min(limit if isinstance(limit, int) else default, call.assumptions.max_page_size or default)
    names = sorted(name for name in rows if name > cursor)
    page = [show(rows[name]) for name in names[:size]]
    return page, {"nextToken": _token(call, names[size - 1])} if len(names) > size else {}


def _token(call: Call, cursor: str) -> str:
    others = {name: value for name, value in call.input.items() if name not in {"nextToken", "maxResults"}}
    record = json.dumps([call.operation, *call.caller.scope, others, cursor], sort_keys=True).encode()
    sealed = json.dumps({"c": cursor, "d": hashlib.sha256(record).hexdigest()})
    return base64.urlsafe_b64encode(sealed.encode()).decode()


def _cursor(call: Call, token: str) -> str:
    # W-22: a token is good when this very call would have issued it, which no other scope, operation or filter would.
    try:
        cursor: object = json.loads(base64.urlsafe_b64decode(token))["c"]
        if isinstance(cursor, str) and hmac.compare_digest(_token(call, cursor), token):
            return cursor
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    declared = "InvalidNextTokenException" in OPERATIONS[call.operation].errors
    raise WireError("InvalidNextTokenException" if declared else "ValidationException", "The next token is not valid")
