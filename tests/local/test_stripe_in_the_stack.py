"""The simulator as `make run` starts it."""

from __future__ import annotations

import socket

from local import environment
from local.payments import make_payments
from local.ports import free_port


def payments(folder, port=0):
    secrets = environment.kept_secrets(folder.parent)
    return make_payments(folder, secrets=secrets, webhook="http://localhost:1/", port=port)


def test_it_keeps_its_port_and_its_secrets(tmp_path):
    wanted = free_port()
    first, again = payments(tmp_path / "stripe", wanted), payments(tmp_path / "stripe")
    assert first.port == again.port == wanted
    assert first.variables() == again.variables()
    with socket.socket() as somebody:
        somebody.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        somebody.bind(("127.0.0.1", wanted))
        somebody.listen()
        assert payments(tmp_path / "stripe").port != wanted


def test_its_secrets_stand_in_no_list_of_processes(tmp_path):
    made = payments(tmp_path / "stripe")
    told = made.variables()
    assert told["STRIPE_API_KEY"].startswith("sk_test_")
    line = " ".join(made.command())
    assert told["STRIPE_API_KEY"] not in line
    assert told["STRIPE_WEBHOOK_SECRETS"] not in line
    assert told["BILLING_CLOCK_FILE"] in line


def test_the_product_takes_what_it_is_told(tmp_path, monkeypatch):
    from app.config import payments as read

    for name, value in payments(tmp_path / "stripe").variables().items():
        monkeypatch.setenv(name, value)
    assert read.api_key(local=True).startswith("sk_test_")
    assert read.api_base(local=True).startswith("http://localhost:")
    assert len(read.webhook_secrets()) == 1
