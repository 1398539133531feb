"""Batches of changes: all or nothing, and every reason why not."""

import pytest

from genkan.api import registry
from genkan.api.route53_errors import InvalidChangeBatch
from genkan.model.catalogue.addresses import vpce_zone_id
from genkan.model.catalogue.load_balancer_zones import network_load_balancer_zone
from tests.api.test_hosted_zones import R53, a_zone
from tests.build import REGION, Client

ORIGIN = "example.org"
BALANCER = f"orders-0123456789abcdef.elb.{REGION}.amazonaws.com"
ENDPOINT = f"vpce-0123-abcd.sqs.{REGION}.vpce.amazonaws.com"


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def zone(client) -> str:
    return a_zone(client, ORIGIN)


def row(name: str, of_type: str = "A", *values: str, **more) -> dict:
    whole = f"{name}.{ORIGIN}" if name else ORIGIN
    held = {"TTL": 60, "ResourceRecords": [{"Value": value} for value in values]} if values else {}
    return {"Name": whole, "Type": of_type, **held, **more}


def alias(name: str, target: str, zone: str, of_type: str = "A") -> dict:
    where = {"HostedZoneId": zone, "DNSName": target, "EvaluateTargetHealth": False}
    return row(name, of_type, AliasTarget=where)


def batch(zone: str, *changes: tuple[str, dict]) -> dict:
    rows = [{"Action": action, "ResourceRecordSet": one} for action, one in changes]
    return {"HostedZoneId": zone, "ChangeBatch": {"Changes": rows, "Comment": "why"}}


def change(client: Client, zone: str, *changes: tuple[str, dict]) -> dict:
    return client.ask(R53 + "ChangeResourceRecordSets", **batch(zone, *changes))


def refusal(client: Client, zone: str, *changes: tuple[str, dict]) -> str:
    return client.refusal(R53 + "ChangeResourceRecordSets", **batch(zone, *changes))


def faults(client: Client, zone: str, *changes: tuple[str, dict]) -> tuple[str, ...]:
    with pytest.raises(InvalidChangeBatch) as caught:
        registry.run(client.call, "route53", "ChangeResourceRecordSets", batch(zone, *changes))
    return caught.value.messages


def listed(client: Client, zone: str, **asked) -> list[dict]:
    answer = client.ask(R53 + "ListResourceRecordSets", HostedZoneId=zone, **asked)
    return answer["ResourceRecordSets"]


def names(client: Client, zone: str, **asked) -> list[tuple[str, str]]:
    return [(one["Name"], one["Type"]) for one in listed(client, zone, **asked)]


GOOD = [
    ("A", "192.0.2.1"),
    ("AAAA", "2001:db8::1"),
    ("CAA", '0 issue "ca.test"'),
    ("CNAME", "other.test"),
    ("DS", "123 4 5 0123456789abcdef"),
    ("HTTPS", '1 . alpn="h2,h3"'),
    ("MX", "10 mail.test"),
    ("NAPTR", '10 20 "u" "E2U+sip" "!^.*$!sip:a@b.test!" .'),
    ("NS", "ns.test"),
    ("PTR", "host.test."),
    ("SPF", '"v=spf1 -all"'),
    ("SRV", "1 2 443 host.test"),
    ("SSHFP", "1 1 00ff"),
    ("SVCB", "0 host.test"),
    ("TLSA", "3 1 1 00ff"),
    ("TXT", '"one" "two \\"three\\" \\040"'),
]
BAD = [
    ("A", "192.0.2"),
    ("A", "2001:db8::1"),
    ("AAAA", "192.0.2.1"),
    ("CAA", "0 issue ca.test"),
    ("CAA", '256 issue "ca.test"'),
    ("CAA", '0 is-sue "ca.test"'),
    ("CNAME", "a..b"),
    ("DS", "123 4 5 xyz"),
    ("HTTPS", "1 . ALPN=h2"),
    ("MX", "mail.test"),
    ("MX", "65536 mail.test"),
    ("MX", "10 mail.test more"),
    ("NAPTR", '10 20 u "" "" .'),
    ("SRV", "1 2 host.test"),
    ("SSHFP", "1 1 0"),
    ("TXT", "bare"),
    ("TXT", ""),
    ("TXT", '"' + "x" * 256 + '"'),
    ("TXT", '"é"'),
    ("TXT", " ".join(['"' + "x" * 250 + '"'] * 17)),
]


@pytest.mark.parametrize(("of_type", "value"), GOOD)
def test_every_type_has_its_values(client, zone, of_type, value):
    change(client, zone, ("CREATE", row("x", of_type, value)))
    (seen,) = (one for one in listed(client, zone) if one["Name"] == f"x.{ORIGIN}.")
    assert seen["ResourceRecords"] == [{"Value": value}]
    assert seen["TTL"] == 60


@pytest.mark.parametrize(("of_type", "value"), BAD)
def test_a_value_of_another_form_is_refused(client, zone, of_type, value):
    (fault,) = faults(client, zone, ("CREATE", row("x", of_type, value)))
    assert fault.startswith("Invalid Resource Record: 'FATAL problem: ")


def test_a_batch_is_done_whole_and_in_its_order(client, zone):
    one, two = row("a", "A", "192.0.2.1"), row("a", "A", "192.0.2.2")
    answer = change(client, zone, ("CREATE", one), ("DELETE", one), ("CREATE", two))
    assert answer["ChangeInfo"]["Comment"] == "why"
    change(client, zone, ("UPSERT", row("a", "A", "192.0.2.3", "192.0.2.4")))
    (seen,) = (one for one in listed(client, zone) if one["Type"] == "A")
    assert [held["Value"] for held in seen["ResourceRecords"]] == ["192.0.2.3", "192.0.2.4"]


def test_nothing_of_a_batch_is_done_when_a_part_cannot_be(client, zone):
    before = client.call.network
    found = faults(
        client,
        zone,
        ("CREATE", row("a", "A", "192.0.2.1")),
        ("CREATE", row("a", "A", "192.0.2.2")),
        ("DELETE", row("b", "A", "192.0.2.1")),
        ("CREATE", row("c", "A", "nonsense", "nonsense")),
    )
    assert client.call.network is before
    assert ["already exists" in found[0], "was not found" in found[1]] == [True, True]
    assert len(found) == 5  # the last one has two wrong values, and one of them twice
    assert "Duplicate Resource Record: 'nonsense'" in found


def test_a_deletion_says_what_it_deletes(client, zone):
    change(client, zone, ("CREATE", row("a", "A", "192.0.2.1", "192.0.2.2")))
    for wrong in (row("a", "A", "192.0.2.1"), row("a", "A", "192.0.2.1", "192.0.2.2", TTL=61)):
        (fault,) = faults(client, zone, ("DELETE", wrong))
        assert "do not match the current values" in fault
    change(client, zone, ("DELETE", row("a", "A", "192.0.2.2", "192.0.2.1")))
    assert names(client, zone) == [(f"{ORIGIN}.", "NS"), (f"{ORIGIN}.", "SOA")]


def test_a_zone_keeps_the_records_of_its_own(client, zone):
    for own in listed(client, zone):
        (fault,) = faults(client, zone, ("DELETE", own))
        assert fault.startswith("A HostedZone must contain ")
        change(client, zone, ("UPSERT", {**own, "TTL": 5}))
    assert {own["TTL"] for own in listed(client, zone)} == {5}


@pytest.mark.parametrize(
    ("present", "new", "said"),
    [
        ([], row("", "CNAME", "x.test"), "not permitted at apex"),
        ([], row("a", "SOA", "a. b. 1 2 3 4 5"), "at the apex"),
        ([], row("a", "CNAME", "x.test", "y.test"), "has one value"),
        ([], {**row("", "A", "192.0.2.1"), "Name": "other.test"}, "is not permitted in zone"),
        ([], {**row("", "A", "192.0.2.1"), "Name": "myexample.org"}, "is not permitted in zone"),
        ([], row("a..b", "A", "192.0.2.1"), "Domain label is empty"),
        ([row("a", "A", "192.0.2.1")], row("a", "CNAME", "x.test"), "conflicting RRSet of type A"),
        ([row("a", "CNAME", "x.test")], row("a", "TXT", '"x"'), "conflicting RRSet of type CNAME"),
        ([], row("a", "A", *(f"10.0.{n // 250}.{n % 250}" for n in range(401))), "is the limit"),
    ],
)
def test_what_cannot_stand_in_a_zone_is_refused(client, zone, present, new, said):
    for one in present:
        change(client, zone, ("CREATE", one))
    (fault,) = faults(client, zone, ("UPSERT", new))
    assert said in fault


@pytest.mark.parametrize(
    "wrong",
    [
        row("a", "A"),
        row("a", "A", TTL=60),
        {**row("a", "A", "192.0.2.1"), "TTL": -1},
        {**row("a", "A", "192.0.2.1"), "TTL": 2**31},
        {**alias("a", "b.test", "Z1"), "TTL": 60},
        row("a", "X", "192.0.2.1"),
        row("a", "A", "192.0.2.1", SetIdentifier="x"),
        row("a", "A", "192.0.2.1", Weight=1),
        row("a", "A", "192.0.2.1", Weight=1, Failover="PRIMARY", SetIdentifier="x"),
        row("a", "A", "192.0.2.1", Weight=256, SetIdentifier="x"),
        row("a", "A", "192.0.2.1", Failover="THIRD", SetIdentifier="x"),
        row("a", "A", "192.0.2.1", Weight=1, SetIdentifier="x" * 129),
        row("a", "A", "192.0.2.1", GeoProximityLocation={"AWSRegion": REGION}, SetIdentifier="x"),
    ],
)
def test_a_record_set_of_no_form_is_refused(client, zone, wrong):
    assert refusal(client, zone, ("CREATE", wrong)) == "InvalidInput"


def test_an_action_a_batch_and_a_health_check_that_are_none(client, zone):
    one = row("a", "A", "192.0.2.1")
    assert refusal(client, zone, ("REPLACE", one)) == "InvalidInput"
    assert refusal(client, zone) == "InvalidInput"
    assert refusal(client, "Z404", ("CREATE", one)) == "NoSuchHostedZone"
    checked = {**one, "HealthCheckId": "1"}
    assert refusal(client, zone, ("CREATE", checked)) == "NoSuchHealthCheck"
    many = [("UPSERT", one)] * 1001
    assert faults(client, zone, *many) == ("Number of records limit of 1000 exceeded.",)


def routed(identifier: str, **policy) -> dict:
    return row("www", "A", "192.0.2.1", SetIdentifier=identifier, **policy)


@pytest.mark.parametrize(
    "policy",
    [
        {"Weight": 0},
        {"Region": REGION},
        {"Failover": "PRIMARY"},
        {"MultiValueAnswer": True},
        {"GeoLocation": {"CountryCode": "JP"}},
    ],
)
def test_a_routing_policy_is_kept_and_shown(client, zone, policy):
    change(client, zone, ("CREATE", routed("one", **policy)))
    shown = {**routed("one", **policy), "Name": f"www.{ORIGIN}."}
    assert [one for one in listed(client, zone) if one["Type"] == "A"] == [shown]


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        (routed("a", Weight=1), routed("b", Weight=1), None),
        (routed("a", Weight=1), row("www", "A", "192.0.2.1"), "cannot be created"),
        (row("www", "A", "192.0.2.1"), routed("a", Weight=1), "cannot be created"),
        (routed("a", Weight=1), routed("b", Region=REGION), "its policy is Region"),
        (routed("a", Region=REGION), routed("b", Region=REGION), f"has {REGION} already"),
        (routed("a", Region=REGION), routed("b", Region="us-east-1"), None),
        (routed("a", Failover="PRIMARY"), routed("b", Failover="PRIMARY"), "PRIMARY already"),
        (routed("a", Failover="PRIMARY"), routed("b", Failover="SECONDARY"), None),
    ],
)
def test_record_sets_of_one_name_and_type_have_one_policy(client, zone, first, second, said):
    change(client, zone, ("CREATE", first))
    if said is None:
        change(client, zone, ("CREATE", second))
    else:
        (fault,) = faults(client, zone, ("CREATE", second))
        assert said in fault


def test_an_alias_is_shown_as_it_is_kept(client, zone):
    bare = zone.rpartition("/")[2]
    change(
        client,
        zone,
        ("CREATE", row("a", "A", "192.0.2.1")),
        ("CREATE", alias("b", f"A.{ORIGIN}", zone)),
        ("CREATE", alias("c", ENDPOINT, vpce_zone_id(REGION))),
        ("CREATE", alias("d", BALANCER, network_load_balancer_zone(REGION))),
    )
    shown = {one["Name"]: one.get("AliasTarget") for one in listed(client, zone)}
    inside = {"HostedZoneId": bare, "DNSName": f"a.{ORIGIN}.", "EvaluateTargetHealth": False}
    assert shown[f"b.{ORIGIN}."] == inside
    assert shown[f"c.{ORIGIN}."]["DNSName"] == f"{ENDPOINT}."


def test_an_alias_has_a_target_of_its_zone_or_of_a_service(client, zone):
    other = a_zone(client, "example.net")
    change(client, zone, ("CREATE", row("a", "A", "192.0.2.1")))
    for wrong in (
        alias("b", f"gone.{ORIGIN}", zone),
        alias("b", f"a.{ORIGIN}", zone, "AAAA"),
        alias("a", f"a.{ORIGIN}", zone),
        alias("b", "www.example.net", other),
        alias("b", ENDPOINT, vpce_zone_id("us-east-1")),
        alias("b", BALANCER, vpce_zone_id(REGION)),
        alias("b", ENDPOINT, vpce_zone_id(REGION), "TXT"),
        alias("b", "a..b", zone),
        {**alias("b", f"a.{ORIGIN}", zone), "MultiValueAnswer": True, "SetIdentifier": "x"},
        alias("", f"a.{ORIGIN}", zone, "NS"),
    ):
        assert refusal(client, zone, ("UPSERT", wrong)) == "InvalidChangeBatch", wrong


def test_record_sets_are_listed_by_reversed_labels_then_type(client, zone):
    rows = [row(name, "A", "192.0.2.1") for name in ("b", "a.b", "*", "c", "a")]
    change(client, zone, *(("CREATE", one) for one in [*rows, row("a", "TXT", '"x"')]))
    expected = [
        (f"{ORIGIN}.", "NS"),
        (f"{ORIGIN}.", "SOA"),
        (f"\\052.{ORIGIN}.", "A"),
        (f"a.{ORIGIN}.", "A"),
        (f"a.{ORIGIN}.", "TXT"),
        (f"b.{ORIGIN}.", "A"),
        (f"a.b.{ORIGIN}.", "A"),
        (f"c.{ORIGIN}.", "A"),
    ]
    assert names(client, zone) == expected
    assert names(client, zone, StartRecordName=f"A.{ORIGIN}") == expected[3:]
    from_txt = {"StartRecordName": f"a.{ORIGIN}", "StartRecordType": "TXT"}
    assert names(client, zone, **from_txt) == expected[4:]


def test_record_sets_are_listed_in_pages(client, zone):
    sets = [routed(f"s{number}", Weight=1) for number in range(5)]
    change(client, zone, *(("CREATE", one) for one in sets))
    seen, start = [], {}
    while True:
        asked = {"HostedZoneId": zone, "MaxItems": "2", **start}
        page = client.ask(R53 + "ListResourceRecordSets", **asked)
        seen += [one.get("SetIdentifier", one["Type"]) for one in page["ResourceRecordSets"]]
        if not page["IsTruncated"]:
            break
        start = {
            f"StartRecord{part}": page[f"NextRecord{part}"]
            for part in ("Name", "Type", "Identifier")
            if page.get(f"NextRecord{part}")
        }
    assert seen == ["NS", "SOA", "s0", "s1", "s2", "s3", "s4"]


@pytest.mark.parametrize(
    "asked",
    [
        {"StartRecordType": "A"},
        {"StartRecordName": ORIGIN, "StartRecordIdentifier": "x"},
        {"StartRecordName": ORIGIN, "StartRecordType": "X"},
        {"StartRecordName": "a..b"},
        {"MaxItems": "-1"},
    ],
)
def test_a_page_starts_somewhere(client, zone, asked):
    operation = R53 + "ListResourceRecordSets"
    assert client.refusal(operation, HostedZoneId=zone, **asked) == "InvalidInput"


@pytest.mark.parametrize(
    ("name", "of_type", "code", "data"),
    [
        ("a", "A", "NOERROR", ["192.0.2.1"]),
        ("a", "AAAA", "NOERROR", []),
        ("x.deep", "A", "NOERROR", ["192.0.2.2"]),
        ("deep", "A", "NOERROR", []),
        ("none", "A", "NXDOMAIN", []),
        ("x.a", "A", "NXDOMAIN", []),
        ("again", "A", "NOERROR", ["192.0.2.1"]),
        ("outside", "A", "NOERROR", []),
        ("c", "A", "NOERROR", ["a.example.org"]),
        ("", "NS", "NOERROR", 4),
    ],
)
def test_a_zone_tells_what_it_would_answer(client, zone, name, of_type, code, data):
    rows = [
        row("a", "A", "192.0.2.1"),
        row("*.deep", "A", "192.0.2.2"),
        row("c", "CNAME", "a.example.org"),
        alias("again", f"a.{ORIGIN}", zone),
        alias("outside", ENDPOINT, vpce_zone_id(REGION)),
    ]
    change(client, zone, *(("CREATE", one) for one in rows))
    asked = {"HostedZoneId": zone, "RecordName": row(name)["Name"], "RecordType": of_type}
    got = client.ask(R53 + "TestDNSAnswer", **asked)
    assert got["ResponseCode"] == code
    assert got["RecordData"] == data or len(got["RecordData"]) == data


@pytest.mark.parametrize(
    "wrong", [{"RecordName": "a..b"}, {"RecordName": "other.test"}, {"RecordType": "X"}]
)
def test_a_zone_answers_for_its_names_and_types(client, zone, wrong):
    asked = {"HostedZoneId": zone, "RecordName": ORIGIN, "RecordType": "A", **wrong}
    assert client.refusal(R53 + "TestDNSAnswer", **asked) == "InvalidInput"
