"""Real packets while a network changes: what goes and comes back, and what stays undisturbed, as
JSON."""

import json
import sys
import threading
from typing import Any

from genkan.engine.linux import namespace
from genkan.model.instance import InstanceState
from genkan.model.network import delete, put
from genkan.model.network_acl import NetworkAcl
from genkan.model.network_interface import NetworkInterface
from genkan.model.peering import PeeringState
from tests.compile.scenario import (
    acl,
    acl_entry,
    gateway_endpoint,
    instance,
    interface,
    peering_connection,
    prefix_list,
)
from tests.engine.inside import own_run
from tests.engine.packets import (
    DB,
    ENDPOINT,
    FAR,
    OUTSIDE,
    RESOLVER,
    S3,
    TWO,
    WEB,
    probe,
    probed,
    serve_two,
    servers,
)
from tests.engine.probes import PATIENCE, Connection, tcp
from tests.engine.world import DB_GROUP, WEB_GROUP, World, extended, group, host, without


def revoked(world: World) -> dict[str, str]:
    connection = Connection("i-app", DB, 80)
    world.change(put(without(DB_GROUP, "sgr-db")))
    answers = {"established": connection.echo("still"), "new": tcp("i-app", DB, 80, PATIENCE)}
    world.change(put(DB_GROUP))
    connection.close()
    return {**answers, "authorized again": tcp("i-app", DB, 80)}


def endpoint_goes(world: World) -> dict[str, str]:
    found = world.network.get(NetworkInterface, "eni-vpce")
    world.change(delete(found))
    gone = tcp("i-app", ENDPOINT, 443, PATIENCE)
    world.change(put(found))
    return {"gone": gone, "back": tcp("i-app", ENDPOINT, 443)}


FRONT = "172.16.1.0/24"
FRONT_ACL = (
    acl_entry(90, False, "172.16.2.4/32", 80, allow=False),
    acl_entry(100, False, "172.16.0.0/16"),
    acl_entry(100, True, "172.16.0.0/16", 1024, 65535),
)
BACK_ACL = (acl_entry(100, False, FRONT, 443), acl_entry(100, True, FRONT, 1024, 65535))
AT_FRONT = {
    "denied first": (tcp, "i-app", WEB, 80, PATIENCE),
    "allowed then": (tcp, "i-side", WEB, 80),
    "same subnet": (tcp, "i-web2", WEB, 80),
    "way out not allowed": (tcp, "i-mute", ENDPOINT, 443, PATIENCE),
}
AT_BACK = {
    "endpoint": (tcp, "i-mute", ENDPOINT, 443),
    "endpoint, same subnet": (tcp, "i-app", ENDPOINT, 443),
    "endpoint, other subnet": (tcp, "i-side", ENDPOINT, 443, PATIENCE),
    "own resolver": (tcp, "i-app", RESOLVER, 53),
    "interface, not allowed": (tcp, "i-mute", DB, 80, PATIENCE),
    "interface, same subnet": (tcp, "i-app", DB, 80),
}


def network_acls(world: World) -> dict[str, str]:
    """Put an ACL at the edge of the front subnet, then one at the back subnet's."""
    former = world.network.get(NetworkAcl, "acl-front")
    established = Connection("i-side", WEB, 80)
    world.change(put(acl("acl-front", "subnet-front", *FRONT_ACL)))
    found = probed(AT_FRONT) | {"answers allowed": established.echo("word")}
    world.change(put(acl("acl-front", "subnet-front", *FRONT_ACL[:2])))
    found["answers not allowed"] = established.echo("word", PATIENCE)
    world.change(put(former, acl("acl-back", "subnet-back", *BACK_ACL)))
    found |= {
        "reconciled": str(world.reconcile()),
        "answers again": established.echo(""),
        **probed(AT_BACK),
    }
    world.change(put(acl("acl-back", "subnet-back", *BACK_ACL[:1])))
    found["endpoint, answers not allowed"] = tcp("i-mute", ENDPOINT, 443, PATIENCE)
    world.change(delete(world.network.get(NetworkAcl, "acl-back")))
    found["endpoint, ACL gone"] = tcp("i-mute", ENDPOINT, 443)
    established.close()
    return found


def peering_goes(world: World) -> dict[str, str]:
    world.change(put(peering_connection(PeeringState.DELETED)))
    gone = tcp("i-app", FAR, 80, PATIENCE)
    world.change(put(peering_connection()))
    return {"gone": gone, "back": tcp("i-app", FAR, 80)}


def gateway_endpoint_goes(world: World) -> dict[str, str]:
    world.change(put(gateway_endpoint("rtb-front")))
    moved = {"moved away": tcp("i-app", S3, 443), "moved here": tcp("i-web", S3, 443)}
    world.change(put(gateway_endpoint("rtb-main")))
    return {**moved, "back": tcp("i-app", S3, 443)}


def prefix_list_changes(world: World) -> dict[str, str]:
    """Let a list name the front subnet, which the endpoint's group lets in by it."""
    before = tcp("i-web", ENDPOINT, 443, PATIENCE)
    world.change(put(prefix_list("203.0.113.0/24", FRONT)))
    named = tcp("i-web", ENDPOINT, 443)
    world.change(put(prefix_list("203.0.113.0/24")))
    return {"before": before, "named": named, "after": tcp("i-web", ENDPOINT, 443, PATIENCE)}


def stopped(world: World) -> dict[str, Any]:
    world.change(put(instance("i-two", "subnet-front", InstanceState.STOPPED)))
    found = {"place": "i-two" in namespace.places(), "answer": tcp("i-app", TWO, 81, PATIENCE)}
    world.change(put(instance("i-two", "subnet-front")))
    serve_two()
    return {**found, "started": tcp("i-app", TWO, 81)}


def undisturbed(world: World) -> dict[str, int]:
    """Echo over two connections while fifty other things change; count what got lost."""
    connections = [Connection("i-app", DB, 80), Connection("i-app", OUTSIDE, 80)]
    echoed = wrong = 0
    done = threading.Event()

    def talk() -> None:
        nonlocal echoed, wrong
        while not done.is_set():
            for connection in connections:
                wrong += connection.echo("word") != "word"
                echoed += 1

    talker = threading.Thread(target=talk)
    talker.start()
    changes = unrelated()
    for change in changes:
        world.change(change)
    done.set()
    talker.join()
    resent = sum(connection.retransmissions() for connection in connections)
    return {"changes": len(changes), "echoed": echoed, "wrong": wrong, "resent": resent}


def unrelated() -> list[Any]:
    """Give fifty changes: hosts that come and go, interfaces, rules, groups."""
    changes = []
    for number in range(10):
        new = host(f"new{number}", "subnet-front", f"172.16.1.{50 + number}", ("sg-open", "sg-app"))
        address = f"172.16.2.{50 + number}"
        more = interface(f"eni-e{number}", "subnet-back", address, group_ids=("sg-vpce",))
        changes += [
            put(*new),
            put(more),
            put(without(WEB_GROUP, ("sgr-udp", "sgr-echo", "sgr-web")[number % 3])),
            put(group(f"sg-new{number}"), WEB_GROUP),
            delete(*new) if number % 2 else delete(more),
        ]
    return changes


def main() -> None:
    own_run()
    world = World(extended())
    servers()
    report: dict[str, Any] = {
        "probes": probe(),
        "revoked": revoked(world),
        "endpoint goes": endpoint_goes(world),
        "network acls": network_acls(world),
        "peering goes": peering_goes(world),
        "gateway endpoint goes": gateway_endpoint_goes(world),
        "prefix list changes": prefix_list_changes(world),
        "stopped": stopped(world),
        "undisturbed": undisturbed(world),
        "after changes": world.reconcile(),
        "in the end": probe(),
    }
    json.dump(report, sys.stdout)


if __name__ == "__main__":
    main()
