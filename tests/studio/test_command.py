"""The command: what it says where the page can't be opened."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable

import pytest

from mariana_video.errors import UsageError
from mariana_video.studio.page.serve import free_port


def test_without_gradio_it_says_what_to_install(
    mariana: Callable[..., tuple[int, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "gradio", None)
    code, told = mariana("studio")
    assert code == 2
    assert told == "mariana: the page needs Gradio, which is not installed here: pip install 'mariana-video[studio]'\n"


def test_a_port_is_free_or_told() -> None:
    assert free_port("127.0.0.1", None) > 0
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"can't listen on 127.0.0.1, port {port}: .*; give another --port"):
            free_port("127.0.0.1", port)
    for host, number in (("no.such.host.invalid", None), ("127.0.0.1", 99999)):
        with pytest.raises(UsageError, match="can't listen on"):
            free_port(host, number)
