"""What may be said of a VPN's tunnel: lifetimes, algorithms, its key and its inside addresses.

"Tunnel options for your Site-to-Site VPN connection" in the AWS Site-to-Site VPN user guide.
"""

import json
import re
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from genkan.api.call import Call
from genkan.model.errors import InvalidParameterValue, Refused, UnsupportedOperation
from genkan.model.vpn import VpnTunnel

INSIDE = IPv4Network("169.254.0.0/16")
INSIDE_LENGTH = 30
RESERVED = (*(f"169.254.{n}.0/30" for n in range(6)), "169.254.169.252/30")
KEY_CHARACTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._"
KEY_LENGTH = 32
_KEY = "[A-Za-z1-9._][A-Za-z0-9._]{7,63}"
_ENCRYPTION = ("AES128", "AES256", "AES128-GCM-16", "AES256-GCM-16")
_INTEGRITY = ("SHA1", "SHA2-256", "SHA2-384", "SHA2-512")
_GROUPS = (2, *range(14, 25))

RANGES = {
    "Phase1LifetimeSeconds": (900, 28_800),
    "Phase2LifetimeSeconds": (900, 3_600),
    "RekeyMarginTimeSeconds": (60, 1_800),
    "RekeyFuzzPercentage": (0, 100),
    "ReplayWindowSize": (64, 2_048),
    "DPDTimeoutSeconds": (30, 3_600),
}
CHOICES: dict[str, tuple[str, ...]] = {
    "DPDTimeoutAction": ("clear", "none", "restart"),
    "StartupAction": ("add", "start"),
}
LISTS: dict[str, tuple[object, ...]] = {
    "Phase1EncryptionAlgorithms": _ENCRYPTION,
    "Phase2EncryptionAlgorithms": _ENCRYPTION,
    "Phase1IntegrityAlgorithms": _INTEGRITY,
    "Phase2IntegrityAlgorithms": _INTEGRITY,
    "Phase1DHGroupNumbers": _GROUPS,
    "Phase2DHGroupNumbers": (2, 5, *_GROUPS[1:]),
    "IKEVersions": ("ikev1", "ikev2"),
}
# Asked under one name, shown under another.
SHOWN_AS = {
    "DPDTimeoutSeconds": "DpdTimeoutSeconds",
    "DPDTimeoutAction": "DpdTimeoutAction",
    "IKEVersions": "IkeVersions",
}
KEPT = (*RANGES, *CHOICES, *LISTS, "LogOptions", "EnableTunnelLifecycleControl")
OURS = ("TunnelInsideCidr", "PreSharedKey")


class InsideBlockInUse(Refused):
    code = "InvalidCidr.InUse"


def new_tunnel(
    call: Call, outside: IPv4Address, taken: set[IPv4Network], asked: Mapping[str, Any]
) -> VpnTunnel:
    """Make a tunnel; its inside block is added to `taken`. Raises as `changed_tunnel` does."""
    free = _free_block(call, taken)
    tunnel = VpnTunnel(
        outside_ip=outside,
        inside_cidr=free,
        pre_shared_key="k" + call.token(KEY_LENGTH - 1, KEY_CHARACTERS),
        changed_at=call.now,
    )
    tunnel = changed_tunnel(tunnel, asked, taken, call.now)
    taken.add(tunnel.inside_cidr)
    return tunnel


def changed_tunnel(
    tunnel: VpnTunnel, asked: Mapping[str, Any], taken: Collection[IPv4Network], at: datetime
) -> VpnTunnel:
    """Give a tunnel with what a request says of it.

    `taken` are inside blocks of others. Raises InsideBlockInUse,
    InvalidParameterValue, UnsupportedOperation.
    """
    for name in asked:
        if name not in (*KEPT, *OURS):
            raise UnsupportedOperation(
                f"Genkan's tunnels do not take {name}. Leave it out of TunnelOptions."
            )
    settings = dict(tunnel.settings)
    for name in KEPT:
        if name in asked:
            _CHECKS.get(name, _any)(name, asked[name])
            settings[name] = json.dumps(asked[name], sort_keys=True)
    inside, key = asked.get("TunnelInsideCidr"), asked.get("PreSharedKey")
    return VpnTunnel(
        outside_ip=tunnel.outside_ip,
        inside_cidr=_inside(inside, taken) if inside else tunnel.inside_cidr,
        pre_shared_key=_key(key) if key else tunnel.pre_shared_key,
        changed_at=at,
        settings=tuple(sorted(settings.items())),
    )


def shown_tunnel(tunnel: VpnTunnel) -> dict[str, Any]:
    """Give a tunnel as VpnConnectionOptions has it: what was chosen, beside what it has anyway."""
    return {
        "OutsideIpAddress": str(tunnel.outside_ip),
        "TunnelInsideCidr": str(tunnel.inside_cidr),
        "PreSharedKey": tunnel.pre_shared_key,
        **{SHOWN_AS.get(name, name): json.loads(value) for name, value in tunnel.settings},
    }


def setting(tunnel: VpnTunnel, name: str, default: int) -> int:
    """Give a number that was chosen for a tunnel, or its default."""
    return int(json.loads(dict(tunnel.settings).get(name, str(default))))


def _invalid(name: str, value: object, valid: str) -> InvalidParameterValue:
    return InvalidParameterValue(f"Value ({value}) for parameter {name} is invalid. Give {valid}.")


def _in_range(name: str, value: int) -> None:
    low, high = RANGES[name]
    if not low <= value <= high:
        raise _invalid(name, value, f"{low} to {high}")


def _chosen(name: str, value: str) -> None:
    if value not in CHOICES[name]:
        raise _invalid(name, value, f"one of {', '.join(CHOICES[name])}")


def _listed(name: str, value: list[Mapping[str, Any]]) -> None:
    for one in value:
        if one.get("Value") not in LISTS[name]:
            raise _invalid(name, one.get("Value"), f"some of {', '.join(map(str, LISTS[name]))}")


def _any(name: str, value: object) -> None:
    """LogOptions and EnableTunnelLifecycleControl are kept as they are."""


_CHECKS: dict[str, Callable[[str, Any], None]] = {
    **dict.fromkeys(RANGES, _in_range),
    **dict.fromkeys(CHOICES, _chosen),
    **dict.fromkeys(LISTS, _listed),
}


def _inside(text: str, taken: Collection[IPv4Network]) -> IPv4Network:
    try:
        block = IPv4Network(text)
    except ValueError:
        raise _invalid("TunnelInsideCidr", text, f"a /{INSIDE_LENGTH} of {INSIDE}") from None
    if block.prefixlen != INSIDE_LENGTH or not block.subnet_of(INSIDE) or text in RESERVED:
        raise _invalid("TunnelInsideCidr", text, f"a /{INSIDE_LENGTH} of {INSIDE}, not reserved")
    if block in taken:
        raise InsideBlockInUse(
            f"The inside block {text} is another tunnel's there. Give one that no other has."
        )
    return block


def _key(text: str) -> str:
    if not re.fullmatch(_KEY, text):
        raise InvalidParameterValue(
            "The value for parameter PreSharedKey is invalid. Give 8 to 64 letters, digits, "
            "periods and underscores that do not begin with 0."
        )
    return text


def _free_block(call: Call, taken: Collection[IPv4Network]) -> IPv4Network:
    first = int(call.token(4, "0123456789abcdef"), 16)
    count = INSIDE.num_addresses // 4
    blocks = (
        IPv4Network((int(INSIDE.network_address) + 4 * ((first + step) % count), INSIDE_LENGTH))
        for step in range(count)
    )
    return next(one for one in blocks if one not in taken and str(one) not in RESERVED)
