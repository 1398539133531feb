"""A kernel of a site as a value: plans are carried out on it by the kernel's own rules.

A namespace takes with it what is in it; one end of a veth pair takes the other; a device takes its
addresses, neighbours and routes; nothing refers to what is not there.
"""

from genkan.engine.linux.engine import NETLINK
from genkan.engine.linux.objects import (
    Address,
    Device,
    KernelObject,
    KernelRoute,
    KernelState,
    Loopback,
    Namespace,
    Neighbour,
    NftChain,
    NftElement,
    NftSet,
    NftTimeout,
    Settings,
)
from genkan.engine.linux.plan import Plan

NFT = (NftSet, NftTimeout, NftChain, NftElement)


def carry_out(plan: Plan, before: KernelState) -> KernelState:
    """Give the state after a plan, in the order in which the engine makes plans so."""
    state = dict(before)
    for kind in NETLINK:
        for one in plan.removing(kind):
            _remove(state, one)
    for one in plan.putting(Namespace):
        state[one.key] = one
    for one in plan.putting(Settings, Loopback):
        _put(state, one)
    for one in plan.removing(*NFT):
        assert one.key in state, f"nft deletes what is not there: {one}"
        del state[one.key]
    for one in plan.putting(*NFT):
        _put_nft(state, one)
    _check_references(state)
    for kind in reversed(NETLINK):
        for one in plan.putting(kind):
            _put(state, one)
    for one in plan.removing(Namespace):
        for inside in [other for other in state.values() if other.place == one.place]:
            _remove(state, inside)
    return state


def _remove(state: KernelState, one: KernelObject) -> None:
    found = state.pop(one.key, None)
    if isinstance(found, Device):
        for place, name in ((found.place, found.name), (found.peer_place, found.peer)):
            state.pop(("device", place, name), None)
            for other in [other for other in state.values() if _device_of(other) == (place, name)]:
                del state[other.key]


def _put(state: KernelState, one: KernelObject) -> None:
    assert ("namespace", one.place) in state, f"no namespace for {one}"
    if isinstance(one, Device):
        _put_device(state, one)
    elif (device := _device_of(one)) and device[1] != "lo":
        assert ("device", *device) in state, f"no device for {one}"
    if isinstance(one, KernelRoute) and one.source:
        assert ("address", one.place, str(one.device), str(one.source)) in state, one
    state[one.key] = one


def _put_device(state: KernelState, one: Device) -> None:
    there = state.get(one.key)
    if isinstance(there, Device):
        assert (there.peer_place, there.peer) == (one.peer_place, one.peer), f"other peer: {one}"
        return
    far = ("device", one.peer_place, one.peer)
    assert far not in state, f"the far end exists already: {one}"
    assert ("namespace", one.peer_place) in state, one
    state[far] = Device(one.peer_place, one.peer, "", one.mtu, 0, "", one.place, one.name)


def _put_nft(state: KernelState, one: KernelObject) -> None:
    assert ("namespace", one.place) in state, one
    if isinstance(one, NftElement):
        assert one.key not in state, f"an element with another value is there: {one}"
    state[one.key] = one


def _check_references(state: KernelState) -> None:
    for one in state.values():
        if isinstance(one, NftElement):
            assert ("set", one.place, one.container) in state, one
            if one.value.startswith("goto "):
                assert ("chain", one.place, one.value.removeprefix("goto ")) in state, one
        if isinstance(one, NftChain):
            for rule in one.rules:
                words = rule.split()
                if words[0] == "jump":
                    assert ("chain", one.place, words[1]) in state, rule
                if rule.startswith("ct timeout set"):
                    assert ("timeout", one.place, words[3].strip('"')) in state, rule
                for word in words:
                    assert word[0] != "@" or ("set", one.place, word[1:]) in state, rule


def _device_of(one: KernelObject) -> tuple[str, str] | None:
    if isinstance(one, Address | Neighbour | KernelRoute) and one.device:
        return (one.place, one.device)
    return None
