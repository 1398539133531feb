"""`Metrics`: counters of endpoints and NAT gateways on their way to the CloudWatch of whose they
are."""

import logging
from collections.abc import Iterable
from datetime import UTC, datetime

from genkan.flows import counters, nat_gateways
from genkan.flows.counters import Counters, Datum
from genkan.flows.delivery import Delivery, DeliveryFailure
from genkan.program.record import Interface

LOG = logging.getLogger(__name__)
MOST_OF_A_CALL = 100


class Metrics:
    """What is told to CloudWatch, once somebody wants it."""

    def __init__(self, delivery: Delivery) -> None:
        self.wanted = False
        self._delivery = delivery

    async def put(
        self,
        endpoints: list[Interface],
        counted: Counters,
        gateways: Iterable[tuple[Interface, int]],
        now: float,
    ) -> None:
        """Tell what came since the last time; of `gateways`, how many connections found no port.
        What cannot be told is logged."""
        at = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        told: dict[tuple[str, str, str], list[Datum]] = {}
        services: dict[tuple[str, str, str], set[str]] = {}
        for one in endpoints:
            counts = counted.since_told(one)
            mine = (one.region, one.account, counters.ENDPOINTS)
            told.setdefault(mine, []).extend(counters.of_endpoints(one, counts, at))
            if counters.OWN_SERVICE in (one.service or ""):
                theirs = (one.region, one.service_account or one.account, counters.SERVICES)
                told.setdefault(theirs, []).extend(counters.of_service(one, counts, at))
                service = (one.service or "").rpartition(".")[2]
                services.setdefault((*theirs[:2], service), set()).add(one.owner or "")
        for one, count in gateways:
            mine = (one.region, one.account, nat_gateways.NAMESPACE)
            told.setdefault(mine, []).extend(nat_gateways.of_gateway(one, count, at))
        for (region, account, service), owners in services.items():
            more = counters.endpoints_count(service, len(owners), at)
            told[region, account, counters.SERVICES].extend(more)
        for (region, account, namespace), data in told.items():
            await self._tell(region, account, namespace, data)

    async def _tell(self, region: str, account: str, namespace: str, data: Iterable[Datum]) -> None:
        rows = list(data)
        try:
            for at in range(0, len(rows), MOST_OF_A_CALL):
                part = rows[at : at + MOST_OF_A_CALL]
                await self._delivery.put_metrics(region, account, namespace, part)
        except DeliveryFailure as error:
            LOG.error("metrics of %s in %s are lost: %s", account, region, error)
