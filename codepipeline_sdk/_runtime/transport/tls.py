"""The TLS context of the default transport: who is trusted, and what is shown to who asks. Source: anchor.md 1.18."""

from __future__ import annotations

import ssl
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final

import anyio.to_thread
from attrs import frozen

from codepipeline_sdk.config.http import ConnectorError
from codepipeline_sdk.error import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codepipeline_sdk.config.http import ClientCertificate, HttpConfig


@frozen
class TrustStore:
    """A file with the certificates to trust, and the setting that named it; without a file, the system's store."""

    path: str | None = None
    source: str = "the system"


def find_trust_store(*, ca_bundle: str | None, environment: Mapping[str, str]) -> TrustStore:
    """Return the first of AWS_CA_BUNDLE, `ca_bundle`, SSL_CERT_FILE and the system's store. Reads no file."""
    if path := environment.get("AWS_CA_BUNDLE"):
        return TrustStore(path, "AWS_CA_BUNDLE")
    if ca_bundle:
        return TrustStore(ca_bundle, "ca_bundle")
    if path := environment.get("SSL_CERT_FILE"):
        return TrustStore(path, "SSL_CERT_FILE")
    return TrustStore()


class ClientTls:
    """The TLS context of one client, made when it is first needed.

    Clients without a certificate that trust the same store share a context.
    """

    def __init__(self, config: HttpConfig, environment: Mapping[str, str]) -> None:
        if config.ssl_context is not None and config.client_certificate is not None:
            raise ConfigError("ssl_context and client_certificate exclude each other: load the certificate into it")
        self._store = find_trust_store(ca_bundle=config.ca_bundle, environment=environment)
        self._certificate = config.client_certificate
        self._context = config.ssl_context
        self._lock = threading.Lock()

    async def context(self) -> ssl.SSLContext:
        """Return the context, built in a worker thread.

        Raises:
            ConnectorError: of kind `user`, when a file is missing or is not what it should be.
        """
        if self._context is not None:
            return self._context
        if self._certificate is None:
            return await tls_context(self._store)
        return await anyio.to_thread.run_sync(self._build_once, self._certificate, abandon_on_cancel=True)

    def _build_once(self, certificate: ClientCertificate) -> ssl.SSLContext:
        with self._lock:
            if self._context is None:
                context = _build(self._store)
                _load_certificate(context, certificate)
                self._context = context
            return self._context


def _load_certificate(context: ssl.SSLContext, certificate: ClientCertificate) -> None:
    key = certificate.key_file or certificate.certificate_file
    password = "" if certificate.password is None else certificate.password.reveal()
    try:
        for path in (certificate.certificate_file, key):
            # An error of the TLS library does not tell which file is missing.
            Path(path).open("rb").close()
        # Without a password at hand, OpenSSL would ask for one at the terminal.
        context.load_cert_chain(certificate.certificate_file, key, lambda: password)
    except (OSError, ValueError) as error:
        text = (
            f"client_certificate names {certificate.certificate_file} with the key in {key}, which cannot be loaded "
            f"as PEM certificate and key that belong together, with the password given: {error}"
        )
        raise ConnectorError(text, kind="user", request_written=False) from error


_contexts: Final[dict[TrustStore, ssl.SSLContext]] = {}
_lock: Final = threading.Lock()


async def tls_context(store: TrustStore) -> ssl.SSLContext:
    """Return the context that trusts the store, built once per process in a worker thread (20 to 30 ms).

    Raises:
        ConnectorError: of kind `user`, when the file is missing or is no bundle of PEM certificates.
    """
    context = _contexts.get(store)
    if context is None:
        context = await anyio.to_thread.run_sync(_build_once, store, abandon_on_cancel=True)
    return context


def _build_once(store: TrustStore) -> ssl.SSLContext:
    with _lock:
        if store not in _contexts:
            _contexts[store] = _build(store)
        return _contexts[store]


def _build(store: TrustStore) -> ssl.SSLContext:
    # A handshake encodes the host's name; imported here, the codec is not imported on the loop's thread.
    import encodings.idna  # pyright: ignore[reportUnusedImport]

    # This protocol verifies certificates and host names.
    context = _SharedContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    super(_SharedContext, context).set_alpn_protocols(["http/1.1"])
    if store.path is None:
        context.load_default_certs()
        if _is_empty(context):
            import certifi

            context.load_verify_locations(certifi.where())
        return context
    try:
        context.load_verify_locations(store.path)
    except OSError as error:  # ssl.SSLError is one
        text = f"{store.source} names {store.path}, which cannot be read as PEM certificates: {error}"
        raise ConnectorError(text, kind="user", request_written=False) from error
    return context


def _is_empty(context: ssl.SSLContext) -> bool:
    """Return whether neither the system's bundle nor its directory, which is read on demand, has a certificate."""
    directory = ssl.get_default_verify_paths().capath
    return not context.cert_store_stats()["x509_ca"] and not (directory and any(Path(directory).iterdir()))


class _SharedContext(ssl.SSLContext):
    """A context that connections of several threads share, which is why none of them may change it."""

    def set_alpn_protocols(self, alpn_protocols: object) -> None:
        """Leave the protocols as they were built; httpcore sets them again for every connection."""
