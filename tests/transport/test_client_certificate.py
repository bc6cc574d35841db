"""Servers that want to know who calls, and TLS contexts of the user."""

from __future__ import annotations

import ssl
import threading
from pathlib import Path

import anyio
import pytest
import trustme

from codepipeline_sdk._runtime.transport import as_http_client, tls
from codepipeline_sdk.config import ClientCertificate, ConnectorError, HttpConfig
from codepipeline_sdk.error import ConfigError
from codepipeline_sdk.primitives import Secret
from tests.loopback import Loopback
from tests.transport.calls import post
from tests.transport.certificates import server_context


@pytest.fixture
def server(authority: trustme.CA) -> Loopback:
    """Return a server that asks every client for a certificate."""
    context = server_context(authority)
    authority.configure_trust(context)  # pyright: ignore[reportUnknownMemberType]  # also takes PyOpenSSL's
    context.verify_mode = ssl.CERT_REQUIRED
    return Loopback(tls=context)


def write(directory: Path, certificate: trustme.LeafCert, *, password: str | None = None) -> tuple[str, str]:
    """Write certificate and key to two files."""
    chain, key = directory / "client.pem", directory / "client.key"
    chain.write_bytes(b"".join(blob.bytes() for blob in certificate.cert_chain_pems))
    pem = certificate.private_key_pem.bytes()
    if password is not None:
        from cryptography.hazmat.primitives import serialization

        pem = serialization.load_pem_private_key(pem, None).private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(password.encode()),
        )
    key.write_bytes(pem)
    return str(chain), str(key)


async def call(server: Loopback, config: HttpConfig) -> int:
    http = as_http_client(None, config, environment={})
    try:
        return (await http.send(post(server.url))).status
    finally:
        await http.aclose()


async def refusal(certificate: ClientCertificate) -> str:
    http = as_http_client(None, HttpConfig(client_certificate=certificate), environment={})
    with pytest.raises(ConnectorError, match=r"^client_certificate names") as warming_up:
        await http.warm_up()
    with pytest.raises(ConnectorError) as sending:
        await http.send(post("https://127.0.0.1:1/"))
    await http.aclose()
    assert str(warming_up.value) == str(sending.value)
    assert (sending.value.kind, sending.value.request_written, sending.value.retryable) == ("user", False, False)
    return str(sending.value)


async def test_a_server_that_asks_is_shown_the_certificate(
    server: Loopback, authority: trustme.CA, bundle: str, tmp_path: Path
) -> None:
    chain, key = write(tmp_path, authority.issue_cert("me@example.org"))
    with server:
        config = HttpConfig(ca_bundle=bundle, client_certificate=ClientCertificate(chain, key))
        assert await call(server, config) == 200


async def test_certificate_and_key_may_share_a_file(
    server: Loopback, authority: trustme.CA, bundle: str, tmp_path: Path
) -> None:
    path = tmp_path / "both.pem"
    authority.issue_cert("me@example.org").private_key_and_cert_chain_pem.write_to_path(str(path))
    with server:
        config = HttpConfig(ca_bundle=bundle, client_certificate=ClientCertificate(str(path)))
        assert await call(server, config) == 200


async def test_an_encrypted_key_is_read_with_the_password(
    server: Loopback, authority: trustme.CA, bundle: str, tmp_path: Path
) -> None:
    chain, key = write(tmp_path, authority.issue_cert("me@example.org"), password="open sesame")
    with server:
        for password in ("open sesame", Secret("open sesame")):
            config = HttpConfig(ca_bundle=bundle, client_certificate=ClientCertificate(chain, key, password))
            assert await call(server, config) == 200


async def test_a_client_without_the_certificate_fails_at_the_server_that_asks(server: Loopback, bundle: str) -> None:
    with server:
        with pytest.raises(ConnectorError) as caught:
            await call(server, HttpConfig(ca_bundle=bundle))
        assert caught.value.kind == "io"
        assert server.requests == []


@pytest.mark.parametrize("password", [None, "wrong", "x" * 2000])
async def test_a_key_that_the_password_does_not_open_is_named_and_the_password_is_not(
    authority: trustme.CA, tmp_path: Path, password: str | None
) -> None:
    chain, key = write(tmp_path, authority.issue_cert("me@example.org"), password="open sesame")
    certificate = ClientCertificate(chain, key, password)
    text = await refusal(certificate)
    assert key in text
    assert password is None or password not in f"{text} {certificate!r} {HttpConfig(client_certificate=certificate)!r}"


@pytest.mark.parametrize("content", [None, "", "garbage"])
@pytest.mark.parametrize("wrong", ["client.pem", "client.key"])
async def test_a_file_that_cannot_be_used_is_named(
    authority: trustme.CA, tmp_path: Path, wrong: str, content: str | None
) -> None:
    chain, key = write(tmp_path, authority.issue_cert("me@example.org"))
    path = tmp_path / wrong
    path.unlink()
    if content is not None:
        path.write_text(content)
    text = await refusal(ClientCertificate(chain, key))
    assert str(path) in text
    assert content is not None or text.endswith(f"No such file or directory: '{path}'")


async def test_a_key_of_another_certificate_is_refused(authority: trustme.CA, tmp_path: Path) -> None:
    chain, _ = write(tmp_path, authority.issue_cert("me@example.org"))
    (tmp_path / "other").mkdir()
    _, key = write(tmp_path / "other", authority.issue_cert("you@example.org"))
    assert key in await refusal(ClientCertificate(chain, key))


async def test_the_certificate_is_loaded_once_and_never_on_the_event_loop_s_thread(
    authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded_in: list[threading.Thread] = []
    load = tls._load_certificate

    def note(context: ssl.SSLContext, certificate: ClientCertificate) -> None:
        loaded_in.append(threading.current_thread())
        load(context, certificate)

    monkeypatch.setattr(tls, "_load_certificate", note)
    certificate = ClientCertificate(*write(tmp_path, authority.issue_cert("me@example.org")))
    client_tls = tls.ClientTls(HttpConfig(client_certificate=certificate), {})
    async with anyio.create_task_group() as calls:
        for _ in range(5):
            calls.start_soon(client_tls.context)
    assert len(loaded_in) == 1
    assert loaded_in[0] is not threading.current_thread()


async def test_a_certificate_is_shown_by_its_own_client_alone(
    server: Loopback, authority: trustme.CA, bundle: str, tmp_path: Path
) -> None:
    chain, key = write(tmp_path, authority.issue_cert("me@example.org"))
    with server:
        config = HttpConfig(ca_bundle=bundle, client_certificate=ClientCertificate(chain, key))
        assert await call(server, config) == 200
        with pytest.raises(ConnectorError):
            await call(server, HttpConfig(ca_bundle=bundle))


async def test_a_tls_context_of_the_user_is_used_as_it_is(
    server: Loopback, authority: trustme.CA, bundle: str, tmp_path: Path
) -> None:
    own = ssl.create_default_context(cafile=bundle)
    own.load_cert_chain(*write(tmp_path, authority.issue_cert("me@example.org")))
    with server:
        assert await call(server, HttpConfig(ssl_context=own, ca_bundle="/nowhere.pem")) == 200


def test_a_context_and_a_certificate_exclude_each_other() -> None:
    config = HttpConfig(ssl_context=ssl.create_default_context(), client_certificate=ClientCertificate("a.pem"))
    with pytest.raises(ConfigError, match="ssl_context and client_certificate exclude each other"):
        as_http_client(None, config)
