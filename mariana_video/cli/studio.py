"""`mariana studio`: the page in the browser."""

from __future__ import annotations

import secrets
from typing import Annotated

from cyclopts import Parameter

from mariana_video.cli.terminal.bar import say

_Flag = Parameter(negative=())


def studio(
    *,
    host: str = "127.0.0.1",
    port: int | None = None,
    password: str | None = None,
    share: Annotated[bool, _Flag] = False,
    no_browser: Annotated[bool, _Flag] = False,
) -> None:
    """Open a page in the browser on which films are dreamed without a command line.

    Parameters
    ----------
    host
        Where the page listens. By default on this machine alone; anywhere else everybody is asked for a password.
    port
        Default: a free one.
    password
        What is asked for. Default: none on this machine, elsewhere one that is made up and told here.
    share
        Lend the page an address that all the world can reach, through Gradio's servers.
    no_browser
        Don't open the browser.
    """
    from mariana_video.studio.folders import home
    from mariana_video.studio.page.serve import HERE, check_installed, serve

    check_installed()
    word = password or ("" if host in HERE and not share else secrets.token_urlsafe(9))
    if word and not password:
        say(f"the password is {word} (with any user's name)", False)
    serve(home(), host, port, word, share, not no_browser, lambda line: say(line, False))
