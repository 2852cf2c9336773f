"""Loopback ports: is this one ours to take, and which one is free."""

from __future__ import annotations

import errno
import socket


class BadPort(Exception):
    """It is taken, or no port at all."""


def free_port(preferred: int = 0) -> int:
    """The preferred port when nobody has it, else one that the kernel picks."""
    for wanted in (preferred, 0):
        try:
            return _bound(socket.AF_INET, "127.0.0.1", wanted)
        except OSError:
            continue
    raise BadPort("No loopback port is free.")


def addresses(port: int) -> list[str]:
    """Where to listen for `localhost:port`: IPv4, and IPv6 where the machine has it."""
    try:
        _bound(socket.AF_INET, "127.0.0.1", port)
    except OSError as error:
        raise BadPort(f"Port {port} is taken. Choose another: PORT=8001 make run") from error
    return [f"127.0.0.1:{port}", *_second_address(port)]


def _second_address(port: int) -> list[str]:
    if not socket.has_ipv6:
        return []
    try:
        _bound(socket.AF_INET6, "::1", port)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise BadPort(f"Port {port} is taken on ::1. Choose another PORT.") from error
        return []
    return [f"[::1]:{port}"]


def _bound(family: socket.AddressFamily, host: str, port: int) -> int:
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    """Whether somebody takes connections at this loopback port."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def asked_port(value: str | None) -> int:
    """The PORT of the environment; 8000 without one."""
    if not value:
        return 8000
    if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= 65535:
        raise BadPort(f"PORT must be a number from 1 to 65535, not {value!r}.")
    return int(value)
