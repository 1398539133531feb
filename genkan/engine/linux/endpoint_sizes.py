"""How large packets are that an endpoint passes.

A link to an endpoint service has this MTU. What is larger is dropped without a word to its sender:
there is no path MTU discovery. Segments are agreed that fit. "MTU considerations" in the AWS
PrivateLink guide.
"""

PASSED = 8500  # bytes of a packet; no other link has this MTU
MSS = {4: PASSED - 40, 6: PASSED - 60}
WITHOUT_A_WORD = (
    f"icmp type destination-unreachable icmp mtu {PASSED} drop",
    f"icmpv6 type packet-too-big icmpv6 mtu {PASSED} drop",
)


def agreeing(matches: tuple[str, str]) -> tuple[str, ...]:
    """Give the rules by which segments of what matches, for IPv4 and IPv6, fit an endpoint.

    The kernel lowers what a SYN announces and never raises it.
    """
    return tuple(
        f"meta nfproto ipv{version} tcp flags syn {match} tcp option maxseg size set {size}"
        for (version, size), match in zip(MSS.items(), matches, strict=True)
    )
