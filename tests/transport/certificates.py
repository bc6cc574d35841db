"""What a server of the tests shows to prove who it is."""

from __future__ import annotations

import ssl

import trustme


def server_context(authority: trustme.CA, name: str = "127.0.0.1") -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)  # pyright: ignore[reportUnknownMemberType]  # also takes PyOpenSSL's
    return context
