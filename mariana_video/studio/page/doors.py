"""The page's own doors: by these files come and go, each visitor's to him alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from mariana_video.errors import MarianaError, SourceError, UsageError
from mariana_video.studio.folders import Visitor, new_id, plain_name, remove
from mariana_video.studio.limits import COMING, RECIPE, UPLOAD, check_free, check_room, check_size
from mariana_video.studio.page.guard import secret_of
from mariana_video.studio.samples import look_picture

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    from mariana_video.studio.studio import Studio

_TYPES = {
    ".jpg": "image/jpeg", ".png": "image/png", ".gif": "image/gif", ".webp": "image/webp", ".mp4": "video/mp4",
    ".toml": "text/plain; charset=utf-8",
}  # fmt: skip
_BETWEEN = 1 << 26  # bytes between two looks at the room that is left
_ALONE = {"content-security-policy": "sandbox; default-src 'none'", "cache-control": "private, no-cache"}


class Doors:
    """What is asked of a studio by the page's script."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    def routes(self) -> list[Route]:
        """All doors."""
        from starlette.routing import Route

        return [
            Route("/studio/files/{name:path}", self.file),
            Route("/studio/looks/{name}.jpg", self.look),
            Route("/studio/works", self.works),
            Route("/studio/source", self.source, methods=["POST"]),
            Route("/studio/sample/{name}", self.sample, methods=["POST"]),
            Route("/studio/recipe", self.recipe, methods=["POST"]),
            Route("/studio/found/{name:path}", self.found, methods=["POST"]),
            Route("/studio/work/{name}/{what}", self.work, methods=["POST"]),
        ]

    def visitor(self, request: Request) -> Visitor:
        """Who asks. Raises UsageError for a browser without a secret."""
        visitor = Visitor.of(self._studio.root, secret_of(request.headers.get("cookie", "")))
        visitor.came()
        return visitor

    async def file(self, request: Request) -> Response:
        """A file of the visitor's; with `as` in the query it is to be kept under that name."""
        try:
            path = self.visitor(request).seen(request.path_params["name"])
        except UsageError:
            path = None
        if path is None:
            return _told({"error": "there is nothing here"}, 404)
        return _file(path, request.query_params.get("as", ""))

    async def look(self, request: Request) -> Response:
        """The picture of a look."""
        path = look_picture(request.path_params["name"])
        return _told({"error": "there is nothing here"}, 404) if path is None else _file(path, "")

    async def works(self, request: Request) -> Response:
        """How the visitor's works stand."""
        return await self._do(request, lambda visitor: {"works": self._studio.works(visitor)})

    async def source(self, request: Request) -> Response:
        """Takes a film or a picture."""
        return await self._taken(request, UPLOAD, self._studio.take_source)

    async def recipe(self, request: Request) -> Response:
        """Takes a result for its look."""
        return await self._taken(request, RECIPE, lambda visitor, file, _: self._studio.take_recipe(visitor, file))

    async def sample(self, request: Request) -> Response:
        """Takes a sample."""
        return await self._do(request, lambda visitor: self._studio.take_sample(visitor, request.path_params["name"]))

    async def found(self, request: Request) -> Response:
        """Takes the look of a picture on the wall."""
        return await self._do(request, lambda visitor: self._studio.take_found(visitor, request.path_params["name"]))

    async def work(self, request: Request) -> Response:
        """Stops a work, lets it go on, or removes it."""
        turns, name = self._studio.turns, request.path_params["name"]
        ways: dict[str, Callable[[Visitor], None]] = {
            "stop": lambda visitor: turns.stop(visitor, name),
            "on": lambda visitor: self._studio.go_on(visitor, name),
            "remove": lambda visitor: self._studio.remove(visitor, name),
        }
        way = ways.get(request.path_params["what"])
        return _told({"error": "there is nothing here"}, 404) if way is None else await self._do(request, way)

    async def _do(self, request: Request, what: Callable[[Visitor], Any]) -> Response:
        try:
            return _told(await asyncio.to_thread(what, self.visitor(request)) or {})
        except MarianaError as error:
            return _told({"error": str(error)}, 400)

    async def _taken(self, request: Request, most: int, take: Callable[[Visitor, Path, str], Any]) -> Response:
        """Writes what is sent into the visitor's folder, and no more of it than is allowed."""
        try:
            visitor = self.visitor(request)
            said = request.headers.get("content-length", "")
            check_size(int(said) if said.isdigit() else 0, most)
            await asyncio.to_thread(check_room, visitor, int(said) if said.isdigit() else 0)
            file = visitor.made() / f"{COMING}{new_id()}.toml"
            try:
                await _received(request, visitor, file, most)
                name = plain_name(unquote(request.headers.get("x-name", "")))
                return _told(await asyncio.to_thread(take, visitor, file, name) or {})
            finally:
                remove(file)
        except MarianaError as error:
            return _told({"error": str(error)}, 400)


async def _received(request: Request, visitor: Visitor, file: Path, most: int) -> None:
    from starlette.requests import ClientDisconnect

    size = seen = 0
    try:
        with file.open("wb") as out:
            async for chunk in request.stream():
                size += len(chunk)
                check_size(size, most)
                check_free(file.parent, len(chunk))  # many may come at once, of many visitors
                if size - seen > _BETWEEN:
                    seen = size
                    await asyncio.to_thread(check_room, visitor)
                await asyncio.to_thread(out.write, chunk)
    except ClientDisconnect:
        raise SourceError("the upload was broken off") from None
    except OSError as error:
        raise SourceError(f"it can't be kept here: {(error.strerror or 'the disk is full').lower()}") from None
    if not size:
        raise SourceError("the file is empty (0 bytes)")


def _file(path: Path, wanted: str) -> Response:
    from starlette.responses import FileResponse

    headers = dict(_ALONE)
    if wanted:
        headers["content-disposition"] = f"attachment; filename*=UTF-8''{quote(plain_name(wanted))}{path.suffix}"
    return FileResponse(path, media_type=_TYPES[path.suffix], headers=headers)


def _told(said: Any, status: int = 200) -> Response:
    from starlette.responses import JSONResponse

    return JSONResponse(said, status, headers={"cache-control": "no-store"})
