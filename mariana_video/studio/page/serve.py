"""Opens the page: on this machine alone, or, with a password, wherever it is told to."""

from __future__ import annotations

import os
import socket
import threading
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mariana_video.errors import UsageError
from mariana_video.studio.page.doors import Doors
from mariana_video.studio.page.guard import Guard
from mariana_video.studio.studio import Studio

HERE = ("127.0.0.1", "localhost", "::1")
_NAMES = ("127.0.0.1", "localhost", "[::1]")
MISSING = "the page needs Gradio, which is not installed here: pip install 'mariana-video[studio]'"


def check_installed() -> None:
    """See that Gradio is there (UsageError)."""
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # nothing is told to anybody
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    try:
        import gradio  # noqa: F401 (is it there?)
    except ImportError:
        raise UsageError(MISSING) from None


def free_port(host: str, port: int | None) -> int:
    """`port`, or a free one. Raises UsageError where it can't be listened on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, port or 0))
        except (OSError, OverflowError) as error:
            words, which = getattr(error, "strerror", None) or str(error), f"port {port}" if port else "any port"
            raise UsageError(f"can't listen on {host}, {which}: {words.lower()}; give another --port") from None
        found: int = tried.getsockname()[1]
        return found


def made_app(studio: Studio, host: str, password: str) -> Guard:
    """The page as servers take it (ASGI)."""
    import gradio
    from starlette.applications import Starlette

    from mariana_video.studio.page.layout import CSS, HEAD, page, theme

    outer: Any = Starlette(routes=Doors(studio).routes())
    inner = page(studio)
    inner.is_running = True  # a page that is mounted counts as not running, and Gradio then checks no path of a file
    gradio.mount_gradio_app(
        outer, inner, "/", footer_links=[], css=CSS, head=HEAD, theme=theme(), ssr_mode=False, max_file_size=1,
        show_error=False,
    )  # fmt: skip
    return Guard(outer, _NAMES if host in HERE and not password else (), password)


def serve(
    root: Path, host: str, port: int | None, password: str, share: bool, opened: bool, say: Callable[[str], None]
) -> None:
    """Opens the page, and keeps it open until it is stopped. Raises UsageError where it can't be."""
    check_installed()
    import uvicorn

    number = free_port(host, port)
    studio = Studio(root)
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{number}/"
    try:
        app = made_app(studio, host, password)
        server = uvicorn.Server(uvicorn.Config(app, host, number, log_level="error", timeout_graceful_shutdown=2))
        if share:
            say(f"also at {_tunnel(number)}")
        say(f"the page is at {address}; Ctrl-C ends it")
        if opened:
            threading.Timer(1.0, webbrowser.open, [address]).start()
        server.run()
    finally:
        studio.close()


def _tunnel(port: int) -> str:
    """Gradio's own way to lend the page an address that all the world can reach."""
    from secrets import token_urlsafe

    from gradio.networking import setup_tunnel

    try:
        address: str = setup_tunnel("127.0.0.1", port, token_urlsafe(32), None, None)
        return address
    except Exception as error:  # whatever is in the way: no net, no program for it
        raise UsageError(f"--share: Gradio's tunnel can't be opened: {' '.join(str(error).split())}") from None
