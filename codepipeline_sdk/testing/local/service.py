"""The local CodePipeline service: one object that answers requests in-process and as an ASGI application."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Final, Literal, Self, TypeAlias, Unpack
from urllib.parse import urlsplit

import anyio.lowlevel

from codepipeline_sdk.config.http import ConnectorError
from codepipeline_sdk.testing.local.asgi import serve_lifespan, serve_request
from codepipeline_sdk.testing.local.assumptions import NOT_IMPLEMENTED_CODE, NOT_IMPLEMENTED_STATUS, Assumptions
from codepipeline_sdk.testing.local.auth import DEFAULT_ACCOUNT, DEFAULT_REGION, AccessKey, Authenticator
from codepipeline_sdk.testing.local.catalogue import ActionTypes
from codepipeline_sdk.testing.local.clock import SystemClock, identifiers
from codepipeline_sdk.testing.local.control import PREFIX, Control
from codepipeline_sdk.testing.local.ops import IMPLEMENTED
from codepipeline_sdk.testing.local.ops.call import Call
from codepipeline_sdk.testing.local.ops.tags import find_tags
from codepipeline_sdk.testing.local.store import Store
from codepipeline_sdk.testing.local.validation import read_input
from codepipeline_sdk.testing.local.wire import Reply, WireError, read_document, read_operation

if TYPE_CHECKING:
    from codepipeline_sdk.config import Config, ConfigChanges
    from codepipeline_sdk.config.http import HttpRequest, HttpResponse
    from codepipeline_sdk.testing.local.asgi import Event, Receive, Send
    from codepipeline_sdk.testing.local.auth import AuthMode
    from codepipeline_sdk.testing.local.clock import Clock, IdsOption

Policy: TypeAlias = Callable[[str, str, str, Mapping[str, str]], Literal["Allow", "Deny"]]
"""Judges a call by principal ARN, action such as `codepipeline:GetPipeline`, resource ARN and its tags (W-21)."""

_logger = logging.getLogger(__name__)

_ENDPOINT: Final = "http://local.codepipeline"
_TEST_KEY: Final = AccessKey(access_key_id="test", secret_access_key="test")  # noqa: S106  # known to everyone on purpose


class LocalCodePipeline:
    """A CodePipeline service of one's own, empty at first, that makes no connection to anywhere.

    In-process, `Client(local.config())` talks to it without sockets, on asyncio and trio. As an ASGI 3 application the
    object itself is what a server runs. `python -m codepipeline_sdk.testing.local` starts it over TCP. Several accounts
    and regions live in one instance. Requests from several threads are carried out one after the other.
    """

    def __init__(
        self,
        *,
        region: str | None = None,
        account: str = DEFAULT_ACCOUNT,
        auth: AuthMode = "structural",
        access_keys: Iterable[AccessKey] = (_TEST_KEY,),
        clock: Clock | None = None,
        ids: IdsOption = "uuid4",
        policy: Policy | None = None,
        can_assume_role: Callable[[str], bool] = lambda _arn: True,
        control: bool = True,
        control_token: str | None = None,
        assumptions: Assumptions | None = None,
    ) -> None:
        """Set up an empty service.

        Args:
            region: The only region that requests may be signed for; None takes every region.
            account: Where access keys belong that say nothing else. An access key id of 12 digits is an account itself.
            auth: `off`, `structural` (a signature must be readable) or `verify` (it must be right).
            access_keys: The keys that `verify` knows; by default `test` with the secret `test`. `config()` uses the
                first one.
            clock: A `ManualClock` makes time stand still; by default the system's.
            ids: `uuid4`, `sequential` for the same identifiers in every run, or a function that returns them.
            policy: Who may do what; by default everyone everything.
            can_assume_role: Whether a role ARN can be assumed; by default every one.
            control: Whether `/_local/` paths are answered.
            control_token: What those requests must carry in `X-Local-Token`.
            assumptions: What no source settles, as knobs.
        """
        self.clock: Clock = clock or SystemClock()
        """The time of the service."""
        self.assumptions: Assumptions = assumptions or Assumptions()
        """The knobs it was built with."""
        self.http_client: LocalHttpClient = LocalHttpClient(self.handle)
        """Carries requests to this service without sockets: an HttpClient for `Config`."""
        self._region = region
        keys = tuple(access_keys)
        self._first_key = keys[0] if keys else _TEST_KEY
        self._authenticator = Authenticator(
            mode=auth, region=region, account=account, access_keys=keys, assumptions=self.assumptions
        )
        self._ids: IdsOption = ids
        self._policy = policy
        self._can_assume_role = can_assume_role
        self._control = Control(token=control_token, reset=self.reset) if control else None
        # Re-entrant, because the hooks above may ask the service something themselves.
        self._lock = threading.RLock()
        self.reset()

    def reset(self) -> None:
        """Forget everything but the settings and the time (C-12a, C-13)."""
        with self._lock:
            self.store: Store = Store()
            self.action_types: ActionTypes = ActionTypes()
            """The built-in action types, to which tests may add (T-1)."""
            self._next_request_id = identifiers(self._ids)

    def config(self, **changes: Unpack[ConfigChanges]) -> Config:
        """Return the settings of a client of this service, with some of them changed.

        They hold the region, the first access key, the transport without sockets, and the time of the service, so that
        signatures agree with a manual clock.
        """
        from codepipeline_sdk.config import Config
        from codepipeline_sdk.credentials.identity import Credentials

        key = self._first_key
        credentials = Credentials(
            access_key_id=key.access_key_id,
            secret_access_key=key.secret_access_key,
            session_token=key.session_token,
            provider_name="LocalCodePipeline",
        )
        return Config(
            region=self._region or DEFAULT_REGION,
            credentials=credentials,
            endpoint_url=_ENDPOINT,
            http_client=self.http_client,
            time_source=self.clock.now,
        ).replace(**changes)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.http_client.close()

    async def __call__(self, scope: Event, receive: Receive, send: Send) -> None:
        """Serve one connection scope of ASGI."""
        if scope["type"] == "lifespan":
            await serve_lifespan(receive, send)
        elif scope["type"] == "http":
            limit = self.assumptions.max_body_bytes
            await serve_request(scope, receive, send, handle=self.handle, max_body_bytes=limit)
        else:
            raise ValueError(f"the service does not speak {scope['type']}")

    def handle(self, request: HttpRequest) -> HttpResponse:
        """Answer one request: the way in that all others use. It does not block and may be called from any thread."""
        now = self.clock.now()
        reply = Reply(now=now, request_id=self._next_request_id(), style=self.assumptions.error_style)
        path = urlsplit(request.url).path
        if len(request.body) > self.assumptions.max_body_bytes:  # W-5
            return reply.text(413)
        if self._control is not None and path.startswith(PREFIX):
            return self._control.handle(request, reply)
        if request.method != "POST" or path not in {"", "/"}:  # W-1, W-6
            return reply.text(404)
        try:
            with self._lock:
                return reply.output(self._carry_out(request, now))
        except WireError as error:
            return reply.refusal(error)
        except Exception:  # a hook's or our own mistake: the client sees what a broken service shows
            _logger.exception("the local service failed")
            return reply.refusal(WireError("InternalFailure", "The local service failed; its log tells why"))

    def _carry_out(self, request: HttpRequest, now: float) -> Mapping[str, object] | None:
        # W-20: each step has its place; what a caller may not do is refused before anything about resources shows.
        caller = self._authenticator.authenticate(request, now)
        name = read_operation(request.headers)
        members = read_input(name, read_document(request.body), self.assumptions)
        operation = IMPLEMENTED.get(name)
        if operation is None:
            text = f"The local service does not have the operation {name} yet"
            raise WireError(NOT_IMPLEMENTED_CODE, text, status=NOT_IMPLEMENTED_STATUS)
        call = Call(
            operation=name,
            input=members,
            caller=caller,
            now=round(now, 3),
            resources=self.store.resources(caller.scope),
            action_types=self.action_types,
            can_assume_role=self._can_assume_role,
            assumptions=self.assumptions,
        )
        self._authorise(call, operation.resource_arn(caller.scope, members))
        return operation.run(call, members)

    def _authorise(self, call: Call, resource_arn: str) -> None:
        if self._policy is None:
            return
        action, principal = f"codepipeline:{call.operation}", call.caller.principal_arn
        if self._policy(principal, action, resource_arn, find_tags(call, resource_arn) or {}) != "Allow":
            text = f"User: {principal} is not authorized to perform: {action} on resource: {resource_arn}"
            raise WireError("AccessDeniedException", text)


class LocalHttpClient:
    """The way into a local service without sockets. It implements the HttpClient protocol."""

    def __init__(self, handle: Callable[[HttpRequest], HttpResponse]) -> None:
        self._handle = handle
        self._closed = False

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Return the service's response; raise ConnectorError once the service is closed."""
        await anyio.lowlevel.checkpoint()  # other tasks get their turn, and cancellation its chance, as on a network
        if self._closed:
            raise ConnectorError("the local service is closed", kind="io", request_written=False, retryable=False)
        return self._handle(request)

    def close(self) -> None:
        """Refuse all requests from now on."""
        self._closed = True
