"""Answers leave at once, also where uvicorn made the listening socket itself (several workers)."""

import socket
from types import SimpleNamespace

import pytest
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from contacts_project.core.prompt_http import PromptProtocol


@pytest.fixture
def accepted():
    """A connection accepted by a socket without protocol number, as uvicorn's bind_socket makes it."""
    with socket.socket(socket.AF_INET) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        with socket.create_connection(listening.getsockname()):
            connection, _ = listening.accept()
            with connection:
                yield connection


def test_connection_does_not_wait_for_acknowledgements(accepted, monkeypatch):
    monkeypatch.setattr(HttpToolsProtocol, "connection_made", lambda self, transport: None)
    assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 0
    PromptProtocol.__new__(PromptProtocol).connection_made(SimpleNamespace(get_extra_info=lambda name: accepted))
    assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0


def test_other_sockets_are_left_alone(monkeypatch):
    monkeypatch.setattr(HttpToolsProtocol, "connection_made", lambda self, transport: None)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        PromptProtocol.__new__(PromptProtocol).connection_made(SimpleNamespace(get_extra_info=lambda name: ours))
