"""`python -m codepipeline_sdk.testing.local`: the local service over TCP (C-12, C-12a)."""

from __future__ import annotations

import argparse
import ipaddress
import sys
from typing import TYPE_CHECKING, get_args

from codepipeline_sdk.testing.local import AccessKey, AuthMode, LocalCodePipeline, ManualClock, SystemClock
from codepipeline_sdk.testing.local.auth import DEFAULT_ACCOUNT
from codepipeline_sdk.testing.local.clock import MANUAL_START

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the server that the command line describes."""
    options = _parser().parse_args(arguments)
    try:
        from codepipeline_sdk.testing.local.server import serve
    except ModuleNotFoundError as error:
        if error.name != "uvicorn":
            raise
        sys.exit("The server needs uvicorn: install codepipeline-sdk[local]")
    local = LocalCodePipeline(
        region=options.region,
        account=options.account,
        auth=options.auth,
        access_keys=[AccessKey(access_key_id=options.access_key, secret_access_key=options.secret_key)],
        clock=ManualClock(options.clock_start) if options.clock == "manual" else SystemClock(),
        control=options.control_token is not None or _is_loopback(options.host),
        control_token=options.control_token,
    )
    serve(local, host=options.host, port=options.port)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m codepipeline_sdk.testing.local",
        description="A CodePipeline service on this machine. It prints READY and its address once it can be called.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--host", default="127.0.0.1", help="the address to bind")
    parser.add_argument("--port", type=int, default=0, help="the port to bind; 0 takes a free one")
    parser.add_argument("--region", help="the only region that requests may be signed for; any if left out")
    parser.add_argument("--account", default=DEFAULT_ACCOUNT, help="the account of the access key")
    parser.add_argument("--auth", choices=get_args(AuthMode), default="verify", help="how signatures are looked at")
    parser.add_argument("--access-key", default="test", help="the access key id that --auth verify knows")
    parser.add_argument("--secret-key", default="test", help="its secret")
    parser.add_argument("--clock", choices=("system", "manual"), default="system", help="manual: time stands still")
    parser.add_argument("--clock-start", type=float, default=MANUAL_START, help="epoch seconds of a manual clock")
    parser.add_argument("--control-token", help="what requests to /_local/ must carry in X-Local-Token")
    return parser


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


if __name__ == "__main__":
    main()
