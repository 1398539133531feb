"""Delivery of notices to SNS topics of the embedded services, in the order in which they came.

A topic lives in the embedded services' process: where that does not run there is no topic, and the
notice is dropped as AWS drops one to a topic that is not there. From the topic on it is the
embedded SNS's to deliver, to queues and whatever else is subscribed.
"""

import asyncio
import logging
from collections.abc import Iterable
from datetime import UTC, datetime

import aiohttp

from genkan.control.notices import Notice

LOG = logging.getLogger(__name__)
PATIENCE = aiohttp.ClientTimeout(total=30)
MOST_WAITING = 10_000
ACCEPTED = 200


class Notifier:
    """Sends to the embedded services at a unix socket."""

    def __init__(self, socket: str) -> None:
        self._socket = socket
        self._waiting: asyncio.Queue[Notice] = asyncio.Queue(MOST_WAITING)

    def take(self, notices: Iterable[Notice]) -> None:
        """Have notices sent; called in the loop, returns at once."""
        for notice in notices:
            try:
                self._waiting.put_nowait(notice)
            except asyncio.QueueFull:
                LOG.error("a notice to %s is dropped: %s wait already", notice.topic, MOST_WAITING)

    async def deliver(self) -> None:
        """Send what is taken, for ever."""
        connector = aiohttp.UnixConnector(self._socket)
        async with aiohttp.ClientSession(connector=connector, timeout=PATIENCE) as session:
            while True:
                notice = await self._waiting.get()
                try:
                    await _publish(session, notice)
                except (aiohttp.ClientError, TimeoutError) as error:
                    LOG.info("a notice to %s reached nobody: %s", notice.topic, error)


async def _publish(session: aiohttp.ClientSession, notice: Notice) -> None:
    _, _, service, region, account, _ = notice.topic.split(":")
    form = {
        "Action": "Publish",
        "Version": "2010-03-31",
        "TopicArn": notice.topic,
        "Subject": notice.subject,
        "Message": notice.body,
    }
    scope = f"{datetime.now(UTC):%Y%m%d}/{region}/{service}/aws4_request"
    headers = {
        "host": f"{service}.{region}.amazonaws.com",
        "x-moto-account-id": account,
        "authorization": f"AWS4-HMAC-SHA256 Credential=embedded/{scope}, Signature=-",
    }
    url = f"http://{headers['host']}/"
    async with session.post(url, data=form, headers=headers) as answer:
        if answer.status != ACCEPTED:
            LOG.info("the topic %s took no notice: %s", notice.topic, await answer.text())
