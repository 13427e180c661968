"""What comes to the page is looked at first: by whom it is asked, for what, and from where. Gradio's own doors to files
are shut, all of them: what is not named here is not there."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import re
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from http.cookies import CookieError, SimpleCookie
from typing import Any

from mariana_video.studio.folders import is_secret, new_secret

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

COOKIE = "mariana"
OURS = "x-mariana"
"""A header that only the page's own script sends: no form of another page can."""

_GET = re.compile(
    r"/|/config/?|/theme\.css|/favicon\.ico|/gradio_api/(?:info/?|theme\.css|startup-events|queue/data|app_id/?)"
    r"|/gradio_api/heartbeat/[\w-]+|/(?:assets|static|svelte)/[\w./@-]+|/studio/[\w./-]+"
)
_POST = re.compile(r"/gradio_api/(?:queue/join|reset/?|cancel)|/studio/[\w./-]+")
_KEPT = 365 * 24 * 3600  # seconds that a browser keeps the secret
_LARGEST = 1 << 20  # bytes of what the knobs say
_TRIES, _PAUSE = 10, 60.0  # wrong passwords after which there is a pause of so many seconds
_HEADERS = (
    (
        b"content-security-policy",
        b"default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        b"img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self' data:; connect-src 'self'; "
        b"object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
)


def secret_of(header: str) -> str:
    """The secret among a browser's cookies; "" where there is none."""
    try:
        jar = SimpleCookie(header)
    except CookieError:
        return ""
    found = jar[COOKIE].value if COOKIE in jar else ""
    return found if is_secret(found) else ""


class Guard:
    """Lets through to the page what may come. `hosts` are the names that it may be called by (none: any).

    With a `password`, everybody is asked for it; whatever user's name goes with it.
    """

    def __init__(self, app: App, hosts: Sequence[str] = (), password: str = "") -> None:
        self._app, self._hosts, self._password = app, frozenset(hosts), password
        self._wrong: list[tuple[float, str]] = []
        self._known: set[str] = set()  # addresses from which the password was told

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Takes a request, as servers bring it (ASGI)."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        headers = {key.decode("latin-1").lower(): value.decode("latin-1") for key, value in scope["headers"]}
        refused = self._refused(scope, headers)
        if refused is not None:
            await _answer(send, *refused)
            return
        if scope["method"] == "POST" and scope["path"].startswith("/gradio_api/"):
            body = await _read(receive)
            if body is None or not is_plain(body):
                await _answer(send, 400, "knobs say words, numbers, yes and no, and nothing else", False)
                return
            receive = _again(body, receive)
        secret = secret_of(headers.get("cookie", ""))
        fresh = new_secret() if not secret and scope["path"] == "/" else ""
        await self._app(scope, receive, _with(send, fresh))

    def _refused(self, scope: Scope, headers: Mapping[str, str]) -> tuple[int, str, bool] | None:
        method, path = scope["method"], scope["path"]
        if self._hosts and _host(headers.get("host", "")) not in self._hosts:
            return 403, "this page goes by another name", False
        if self._password:
            told = self._asked_for(headers.get("authorization", ""), str((scope.get("client") or ("",))[0]))
            if told is not None:
                return told
        known = _GET if method in ("GET", "HEAD") else _POST if method == "POST" else None
        if known is None or ".." in path or not known.fullmatch(path):
            return 404, "there is nothing here", False
        origin = headers.get("origin", "")
        if method == "POST" and origin and origin.partition("://")[2].lower() != headers.get("host", "").lower():
            return 403, "that was asked from another page", False
        if method == "POST" and path.startswith("/studio/") and OURS not in headers:
            return 403, "that was not asked by the page", False
        if path.startswith("/gradio_api/") and int(_digits(headers.get("content-length", "0"))) > _LARGEST:
            return 413, "that is too much to say", False
        return None

    def _asked_for(self, header: str, address: str) -> tuple[int, str, bool] | None:
        """Who guesses has to wait, and so has everybody whom nobody knows yet; those who were in before stay in."""
        now = time.monotonic()
        place = address if address in self._known else ""
        self._wrong = [one for one in self._wrong if now - one[0] < _PAUSE]
        if sum(where == place for _, where in self._wrong) >= _TRIES:
            return 429, "too many wrong passwords: wait a minute", False
        if hmac.compare_digest(_given(header).encode(), self._password.encode()):
            self._known.add(address)
            return None
        self._wrong += [(now, place)] if header else []
        return 401, "say the password", True


def _given(header: str) -> str:
    kind, _, coded = header.partition(" ")
    try:
        return base64.b64decode(coded, validate=True).decode().partition(":")[2] if kind.lower() == "basic" else ""
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _digits(text: str) -> str:
    return text if text.isdigit() and len(text) < 16 else "999999999999"


def _host(text: str) -> str:
    """The name in HOST:PORT, also of `[::1]:7860`."""
    return text.rpartition(":")[0].lower() if re.search(r":\d+$", text) else text.lower()


async def _read(receive: Receive) -> bytes | None:
    """All that is sent; None where it is more than knobs can say, or breaks off."""
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
        if message["type"] != "http.request" or len(body) > _LARGEST:
            return None
    return body


def _again(body: bytes, receive: Receive) -> Receive:
    """What was read, to be read again."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def is_plain(body: bytes) -> bool:
    """Whether what is said to Gradio are plain values. It would take a mapping with a `path` for a file that was
    uploaded, copy what lies there, or fetch what is said to lie elsewhere."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return False
    values = said.values() if isinstance(said, dict) else [said]
    return all(_is_value(one) or (isinstance(one, list) and all(map(_is_value, one))) for one in values)


def _is_value(one: object) -> bool:
    return one is None or isinstance(one, str | int | float)


def _with(send: Send, fresh: str) -> Send:
    """The same, with the headers that keep a page to itself, and a new visitor's secret."""

    async def with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            names = {key for key, _ in _HEADERS}
            kept = [pair for pair in message.get("headers", []) if pair[0].lower() not in names]
            cookie = f"{COOKIE}={fresh}; Path=/; Max-Age={_KEPT}; HttpOnly; SameSite=Lax".encode()
            message = {**message, "headers": [*kept, *_HEADERS, *([(b"set-cookie", cookie)] if fresh else [])]}
        await send(message)

    return with_headers


async def _answer(send: Send, status: int, told: str, ask: bool) -> None:
    body = told.encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    headers += [(b"www-authenticate", b'Basic realm="mariana", charset="UTF-8"')] if ask else []
    await send({"type": "http.response.start", "status": status, "headers": [*headers, *_HEADERS]})
    await send({"type": "http.response.body", "body": body})
