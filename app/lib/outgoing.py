"""Requests to addresses that a customer has typed: never into our own networks.

The name is resolved once, each address is checked, and the connection goes to a checked
address, so that a name which changes its mind between check and connection gains nothing.
Redirects are not followed, proxies of the environment are not used, answers are capped.
"""

from __future__ import annotations

import socket
import time
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any

import requests
from django.conf import settings
from django.utils.translation import gettext as _
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError
from urllib3.util.connection import create_connection

CONNECT_SECONDS, READ_SECONDS, ALL_SECONDS = 4.0, 6.0, 12.0
SCHEMES = ("https://",)
LONGEST_ANSWER = 1024 * 1024
_CHUNK = 16 * 1024
#: Networks of translators: the address that is meant stands in the last four bytes.
_TRANSLATED = IPv6Network("64:ff9b::/96")


class OutgoingRefused(requests.RequestException):
    """We do not send this, or do not take the answer; the text says why, for people."""


def is_public(address: str) -> bool:
    """Whether an IP address lies in the open internet, however it is wrapped."""
    ip = ip_address(address.partition("%")[0])
    inner = _wrapped(ip) if isinstance(ip, IPv6Address) else None
    if inner is not None:
        return is_public(str(inner))
    return ip.is_global and not ip.is_multicast


def _wrapped(ip: IPv6Address) -> IPv4Address | None:
    if ip in _TRANSLATED:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    teredo = ip.teredo[1] if ip.teredo else None
    return ip.ipv4_mapped or ip.sixtofour or teredo


def checked_address(host: str, port: int) -> str:
    """An address of the host that may be connected to; raises OutgoingRefused or OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(entry[4][0]) for entry in found]
    if not settings.OUTGOING_PRIVATE and not all(is_public(one) for one in addresses):
        raise OutgoingRefused(_("%(host)s is not a public address.") % {"host": host})
    return addresses[0]


class _Guarded:
    """Opens the socket to the checked address; the certificate must still fit the name."""

    def _new_conn(self) -> socket.socket:
        connection: Any = self
        host, port = connection._dns_host, connection.port
        try:
            return create_connection(
                (checked_address(host, port), port),
                connection.timeout,
                source_address=connection.source_address,
                socket_options=connection.socket_options,
            )
        except OSError as error:
            if isinstance(error, OutgoingRefused):
                raise
            raise NewConnectionError(connection, f"{host} does not answer") from error


class _Http(_Guarded, HTTPConnection):
    """Without encryption: only where OUTGOING_PRIVATE allows it."""


class _Https(_Guarded, HTTPSConnection):
    """With encryption."""


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _Https


class GuardedAdapter(HTTPAdapter):
    """requests' transport over connections that check where they go."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """The usual pools, of our connections."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}


class OutgoingSession(requests.Session):
    """A session for addresses of customers; each answer is read whole, up to the cap."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        for scheme in ("http://", "https://"):
            self.mount(scheme, GuardedAdapter(max_retries=0))

    def request(self, method: Any, url: Any, *args: Any, **kwargs: Any) -> requests.Response:
        """Send it; raises OutgoingRefused for redirects, what is too long or too slow."""
        if not str(url).startswith(SCHEMES) and not settings.OUTGOING_PRIVATE:
            raise OutgoingRefused(_("The address must begin with https://."))
        kwargs |= {
            "timeout": (CONNECT_SECONDS, READ_SECONDS),
            "allow_redirects": False,
            "stream": True,
        }
        end = time.monotonic() + ALL_SECONDS
        try:
            response = super().request(method, url, *args, **kwargs)
        except requests.ConnectionError as error:
            raise _reason(error) from error
        with response:
            if response.is_redirect:
                text = _("%(url)s answers with a redirect, which is not followed.")
                raise OutgoingRefused(text % {"url": url})
            response._content = _read(response, end)
        return response


def _reason(error: BaseException) -> BaseException:
    """Our own refusal, which the layers below have wrapped, or the error itself."""
    inner: BaseException | None = error
    while inner is not None:
        if isinstance(inner, OutgoingRefused):
            return inner
        inner = inner.__context__
    return error


def _read(response: requests.Response, end: float) -> bytes:
    body = bytearray()
    for chunk in response.iter_content(_CHUNK):
        body += chunk
        if len(body) > LONGEST_ANSWER:
            raise OutgoingRefused(_("The answer of %(url)s is too long.") % {"url": response.url})
        if time.monotonic() > end:
            raise OutgoingRefused(_("%(url)s answers too slowly.") % {"url": response.url})
    return bytes(body)
