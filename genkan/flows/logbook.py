"""`Logbook`: the windows of flow logs, and what becomes of them when they end.

A window lasts as long as a log's aggregation interval and ends on a multiple of it. Logs with the
same interval share one. Each delivery that begins to fail, or works again, is reported once.
"""

import logging
from collections.abc import Awaitable, Callable, Iterator

from genkan.flows.delivery import Delivery, DeliveryFailure, Line
from genkan.flows.directory import Directory
from genkan.flows.lines import lines_of
from genkan.flows.sightings import Sighting
from genkan.flows.windows import Window
from genkan.program.record import FlowLog

LOG = logging.getLogger(__name__)
Report = Callable[[str, str | None], Awaitable[None]]


class Logbook:
    """Windows by interval."""

    def __init__(self, directory: Directory, delivery: Delivery, report: Report) -> None:
        """`report` is told a log's id and why it is not delivered; None: it is again."""
        self.directory = directory
        self._delivery = delivery
        self._report = report
        self._windows: dict[int, Window] = {}
        self._failing: dict[str, str] = {}

    def keep_windows(self, now: float) -> None:
        """Have a window for each interval that some log has."""
        intervals = {log.interval for log in self.directory.logs.values()}
        for interval in set(self._windows) - intervals:
            del self._windows[interval]
        for interval in intervals - set(self._windows):
            self._windows[interval] = Window(now)

    def places(self) -> set[str]:
        """Give the places whose packets some log is about."""
        return {
            interface.place
            for log in self.directory.logs.values()
            for interface in self.directory.of_log(log)
        }

    def add(self, seen: Sighting) -> None:
        for window in self._windows.values():
            window.add(seen)

    def skip(self, where: str) -> None:
        """Note that not all was seen at a place, or at an interface."""
        for window in self._windows.values():
            window.skip(where)

    def is_due(self, now: float) -> bool:
        return any(True for _ in self._due(now))

    def _due(self, now: float) -> Iterator[int]:
        for interval, window in self._windows.items():
            if now >= (window.start // interval + 1) * interval:
                yield interval

    async def close(self, now: float, early: bool) -> None:
        """End windows: those that are due, or all; others begin where they end."""
        ending = list(self._windows) if early else list(self._due(now))
        for interval in ending:
            ended, self._windows[interval] = self._windows[interval], Window(now)
            for log in list(self.directory.logs.values()):
                if log.interval == interval:
                    await self._deliver(log, ended, now)

    async def _deliver(self, log: FlowLog, window: Window, end: float) -> None:
        failure = None
        try:
            await self._delivery.deliver(log, end, list(self._lines(log, window, end)))
        except DeliveryFailure as error:
            failure = str(error)
            LOG.error("%s is not delivered: %s", log.id, error)
        if failure != self._failing.get(log.id):
            if failure is None:
                self._failing.pop(log.id)
            else:
                self._failing[log.id] = failure
            await self._report(log.id, failure)

    def _lines(self, log: FlowLog, window: Window, end: float) -> Iterator[tuple[str, list[Line]]]:
        records = window.by_interface()
        for interface in self.directory.of_log(log):
            found = records.get(interface.id, [])
            reasons = self.directory.reasons
            yield interface.id, list(lines_of(log, interface, window, found, end, reasons))
