"""What commands ask of quotas: those of an account in a Region, and another number for one."""

from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web

from genkan.api.call import Call
from genkan.control import Control
from genkan.control.accounts import find_account
from genkan.control.quotas import shown_quotas
from genkan.control.writer import Writer
from genkan.model.errors import InvalidParameterValue, Refused

CallAs = Callable[[str, str], Call]


class QuotaQuestions:
    """Answers `genkan quota`; what cannot be done is an answer too."""

    def __init__(self, control: Control, writer: Writer, call_as: CallAs) -> None:
        self._control = control
        self._writer = writer
        self._call_as = call_as

    async def show(self, request: web.Request) -> web.Response:
        try:
            return web.json_response({"quotas": shown_quotas(self._call(request.query))})
        except Refused as refused:
            return web.json_response({"refused": str(refused)})

    async def set(self, request: web.Request) -> web.Response:
        asked = await request.json()
        name, value = str(asked["quota"]), int(asked["value"])
        try:
            made = await self._writer.do(
                lambda: self._control.set_quota(self._call(asked), name, value)
            )
        except Refused as refused:
            return web.json_response({"refused": str(refused)})
        return web.json_response(made)

    def _call(self, asked: Mapping[str, Any]) -> Call:
        """Give a call of the account that is named, or the first, in the Region that is."""
        account = find_account(self._control.network, asked.get("account"))
        if account is None:
            raise InvalidParameterValue(f"No account is called {asked.get('account')}.")
        return self._call_as(account.id, asked.get("region") or account.region)
