"""What commands ask control about programs of this machine: published ones, and attached ones."""

from typing import Any

from aiohttp import web

from genkan.control import Control, attachments, publications
from genkan.control.writer import Writer
from genkan.engine.linux.namespace import number_of
from genkan.model.errors import Refused


class HostPrograms:
    """Answers `genkan publish`, `attach` and their opposites."""

    def __init__(self, control: Control, writer: Writer) -> None:
        self._control = control
        self._writer = writer

    def serve(self, app: web.Application) -> None:
        """Add the paths at which commands ask."""
        app.router.add_get("/published", self._published)
        app.router.add_post("/publish", self._publish)
        app.router.add_post("/unpublish", self._unpublish)
        app.router.add_get("/attached", self._attached)
        app.router.add_post("/attach", self._attach)
        app.router.add_post("/detach", self._detach)

    async def _published(self, request: web.Request) -> web.Response:
        return web.json_response({"published": publications.shown(self._control.network)})

    async def _publish(self, request: web.Request) -> web.Response:
        asked = await request.json()
        name, port = str(asked["interface"]), int(asked["port"])
        host, host_port = str(asked["host"]), int(asked["host_port"])
        try:
            made = await self._writer.do(
                lambda: self._control.publish_program(name, port, host, host_port)
            )
        except Refused as refused:
            return _refused(refused)
        rows = publications.shown(self._control.network)
        return web.json_response(
            next(row for row in rows if f"{row['interface']}:{row['port']}" == made)
        )

    async def _unpublish(self, request: web.Request) -> web.Response:
        asked = await request.json()
        try:
            await self._writer.do(
                lambda: self._control.unpublish_program(str(asked["interface"]), asked["port"])
            )
        except Refused as refused:
            return _refused(refused)
        return web.json_response({})

    async def _attached(self, request: web.Request) -> web.Response:
        return web.json_response({"attached": attachments.shown(self._control.network)})

    async def _attach(self, request: web.Request) -> web.Response:
        """Attach what is held for an interface; or check alone, and say which one is meant."""
        asked: dict[str, Any] = await request.json()
        try:
            if asked.get("check"):
                found = attachments.attachable(self._control.network, str(asked["interface"]))
                return web.json_response({"interface": found.id})
            made = await self._writer.do(lambda: self._control.attach_process(asked, number_of))
        except Refused as refused:
            return _refused(refused)
        rows = attachments.shown(self._control.network)
        return web.json_response(next(row for row in rows if row["interface"] == made))

    async def _detach(self, request: web.Request) -> web.Response:
        name = str((await request.json())["interface"])
        try:
            await self._writer.do(lambda: self._control.detach_process(name))
        except Refused as refused:
            return _refused(refused)
        return web.json_response({})


def _refused(refused: Refused) -> web.Response:
    return web.json_response({"refused": str(refused)})
