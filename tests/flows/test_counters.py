"""Counters of endpoints, as text and as metrics."""

from dataclasses import replace

from genkan.flows import counters
from genkan.flows.counters import Counters, prometheus
from tests.flows.entries import APP, ENDPOINT, connection, directory, flow

HERE = directory().interfaces
ONE = HERE["eni-vpce"]


def counted() -> Counters:
    made = Counters()
    made.add(ONE, connection(flow(APP, ENDPOINT)), 50.0)
    made.add(ONE, connection(flow(APP, ENDPOINT), state="reset", ended=120.0), 110.0)
    made.drop(ONE)
    made.show_active("vpc-1", {ONE.id: 7}, [ONE])
    return made


def test_a_connection_is_new_once_and_counts_both_ways() -> None:
    counts = counted().of(ONE)
    assert (counts.new, counts.bytes, counts.packets) == (1, 2800, 18)
    assert (counts.resets, counts.dropped, counts.active) == (1, 1, 7)


def test_what_was_told_is_not_told_again() -> None:
    made = counted()
    assert made.since_told(ONE).bytes == 2800
    made.add(ONE, connection(flow(APP, ENDPOINT)), 150.0)
    again = made.since_told(ONE)
    assert (again.bytes, again.new, again.active) == (1400, 0, 7)


def test_prometheus_reads_a_line_an_endpoint() -> None:
    text = prometheus(HERE.values(), counted())
    assert "# TYPE genkan_endpoint_bytes_total counter\n" in text
    assert (
        'genkan_endpoint_bytes_total{endpoint="vpce-1",service="com.x.y",vpc="vpc-1",'
        'subnet="subnet-1",interface="eni-vpce",account="123456789012"} 2800\n'
    ) in text
    assert "eni-app" not in text


def shown(data) -> set[tuple[str, ...]]:
    """Give (metric, value, dimension values…) of each datum."""
    return {
        (
            one["MetricName"],
            one["Value"],
            *(one[name] for name in sorted(one) if name.endswith(".Value")),
        )
        for one in data
    }


def test_an_endpoints_metrics_are_of_the_whole_and_of_a_subnet() -> None:
    data = list(counters.of_endpoints(ONE, counted().of(ONE), "t"))
    assert len(data) == 10
    whole = ("Interface", "com.x.y", "vpce-1", "vpc-1")
    assert ("BytesProcessed", "2800", *whole) in shown(data)
    assert ("ActiveConnections", "7", *whole, "subnet-1") in shown(data)
    assert ("RstPacketsReceived", "1", *whole) in shown(data)
    assert data[0]["Dimensions.member.1.Name"] == "Endpoint Type"


def test_a_customers_service_is_told_by_zone_and_by_endpoint() -> None:
    one = replace(ONE, service="com.amazonaws.vpce.ap-northeast-1.vpce-svc-1")
    data = shown(counters.of_service(one, counted().of(ONE), "t"))
    for more in ((), ("ap-northeast-1a",), ("vpce-1",)):
        assert ("NewConnections", "1", "vpce-svc-1", *more) in data
    assert shown(counters.endpoints_count("vpce-svc-1", 2, "t")) == {
        ("EndpointsCount", "2", "vpce-svc-1")
    }
