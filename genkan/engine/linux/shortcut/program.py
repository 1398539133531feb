"""The program at a device: what it does with a packet that enters, or leaves, a place.

A packet of a flow that is in the map of hops is rewritten as the place itself would, and handed to
the next device's far end by bpf_redirect_peer, where the next place's program has it at once. All
else goes on its way through the place's routes and rules, as if there were no program: what is no
TCP or UDP, fragments, headers with options, packets that are too large or have no hop left, and TCP
that begins or ends a connection. One that ends it ends the flow.

A hop counts only while its place has had no change since the hop was learnt (`epoch`) and its flow
has not ended (`serial`, `mode`). While a flow is watched, packets are counted and go their way.

The device that asks (`asks`) counts packets of flows that have no hop, and tells of one that goes
on. `maps` has the values' layout.
"""

from genkan.engine.linux import tallies
from genkan.engine.linux.shortcut import maps
from genkan.engine.linux.shortcut.assembler import assemble

TOLD_FLOW, TOLD_END = 1, 2  # what a record in the ring says
THRESHOLD = 16  # packets of a flow until it is told of; in bulk an answer stands for 60 kB or more

HELPERS = {
    "map_lookup": 1,
    "map_update": 2,
    "l4_csum_replace": 11,
    "ringbuf_output": 130,
    "redirect_peer": 155,
    "ktime_get_coarse_ns": 160,
}
# struct __sk_buff; a packet with its Ethernet header; the stack
LAYOUT = {
    "LENGTH": 0, "KIND": 4, "PROTOCOL": 16, "VLAN": 20, "DEVICE": 40, "DATA": 76,
    "DATA_END": 80, "SEGMENT": 176,
    "ETH_P_IP": maps.ETHER_TYPES[4], "ETH_P_IPV6": maps.ETHER_TYPES[16],
    "VERSION": 14, "FRAGMENT": 20, "TTL": 22, "IP_PROTOCOL": 23, "IP_CHECK": 24,
    "NEXT_HEADER": 20, "HOP_LIMIT": 21, "WIDER": 20,  # than IPv4's header is IPv6's
    "TCP_WORDS": 46, "FLAGS": 47,
    "UDP_CHECK": 40, "TCP_CHECK": 50,
    "UDP_END": 42, "TCP_END": 54, "TCP": 6, "UDP": 17, "FIN_SYN_RST": 7,
    "PSEUDO_HEADER": 0x10, "PSEUDO_HEADER_UDP": 0x30, "MANGLED_UDP": 0x20,
    "RECORD": 56, "KEY": 48, "KEY_DEVICE": 44, "KEY_FAMILY": 4,  # addresses and ports between them
    "INDEX": 60, "HEADERS": 64, "RECORD_SIZE": 56, "NEXT": -1,
    "PACKETS": tallies.PACKETS, "PACKETS_BACK": tallies.PACKETS_BACK,
    "TOLD_FLOW": TOLD_FLOW, "TOLD_END": TOLD_END, "WATCHED": maps.WATCHED,
}  # fmt: skip


def _copied(source: str, at: int, target: str, to: int, words: int) -> str:
    """Give the text that copies words of four bytes."""

    def where(base: str, offset: int) -> str:
        return f"*(u32 *)({base} {'-' if offset < 0 else '+'} {abs(offset)})"

    return "".join(
        f"    r2 = {where(source, at + 4 * word)}\n    {where(target, to + 4 * word)} = r2\n"
        for word in range(words)
    )


TEXT = f"""
    r6 = r1
    r2 = *(u32 *)(r6 + KIND)
    if r2 != 0 goto pass                ; it is meant for another address of the link
    r2 = *(u32 *)(r6 + VLAN)
    if r2 != 0 goto pass
    r7 = *(u32 *)(r6 + DATA)
    r8 = *(u32 *)(r6 + DATA_END)
    r9 = 0                              ; of TCP, what begins or ends a connection
    r3 = *(u32 *)(r6 + PROTOCOL)
    *(u32 *)(r10 - KEY_FAMILY) = r3
    if r3 == ETH_P_IPV6 goto ipv6
    if r3 != ETH_P_IP goto pass

    r2 = r7
    r2 += UDP_END
    if r2 > r8 goto pass
    r2 = *(u8 *)(r7 + VERSION)
    if r2 != 0x45 goto pass
    r2 = *(u16 *)(r7 + FRAGMENT)
    if r2 & 0xff3f goto pass
    r2 = *(u8 *)(r7 + TTL)
    if r2 < 2 goto pass
{_copied("r7", 26, "r10", -40, 1)}
    *(u32 *)(r10 - 36) = 0
    *(u64 *)(r10 - 32) = 0
{_copied("r7", 30, "r10", -24, 1)}
    *(u32 *)(r10 - 20) = 0
    *(u64 *)(r10 - 16) = 0
{_copied("r7", 34, "r10", -8, 1)}
    *(u32 *)(r10 - HEADERS) = 28        ; of UDP; of each segment, where there are some
    r4 = *(u8 *)(r7 + IP_PROTOCOL)
    if r4 == UDP goto key
    if r4 != TCP goto pass
    r2 = r7
    r2 += TCP_END
    if r2 > r8 goto pass
    r2 = *(u8 *)(r7 + TCP_WORDS)
    r2 >>= 4
    r2 <<= 2
    r2 += 20
    *(u32 *)(r10 - HEADERS) = r2
    r9 = *(u8 *)(r7 + FLAGS)
    goto key

ipv6:
    r2 = r7
    r2 += UDP_END + WIDER
    if r2 > r8 goto pass
    r2 = *(u8 *)(r7 + VERSION)
    r2 &= 0xf0
    if r2 != 0x60 goto pass
    r2 = *(u8 *)(r7 + HOP_LIMIT)
    if r2 < 2 goto pass
{_copied("r7", 22, "r10", -40, 9)}
    *(u32 *)(r10 - HEADERS) = 48
    r4 = *(u8 *)(r7 + NEXT_HEADER)
    if r4 == UDP goto key
    if r4 != TCP goto pass
    r2 = r7
    r2 += TCP_END + WIDER
    if r2 > r8 goto pass
    r2 = *(u8 *)(r7 + TCP_WORDS + WIDER)
    r2 >>= 4
    r2 <<= 2
    r2 += 40
    *(u32 *)(r10 - HEADERS) = r2
    r9 = *(u8 *)(r7 + FLAGS + WIDER)

key:
    r9 &= FIN_SYN_RST
    r4 |= PLACE_BITS
    *(u32 *)(r10 - KEY) = r4
    r2 = *(u32 *)(r6 + DEVICE)
    r2 |= SIDE
    *(u32 *)(r10 - KEY_DEVICE) = r2
    r1 = map hops
    r2 = r10
    r2 += -48
    call map_lookup
    if r0 == 0 goto unknown
    r8 = r0                             ; the hop
    *(u32 *)(r10 - INDEX) = PLACE
    r1 = map epochs
    r2 = r10
    r2 += -60
    call map_lookup
    if r0 == 0 goto pass
    r2 = *(u32 *)(r0 + 0)
    if r2 == 0 goto pass                ; the place is being changed
    r3 = *(u32 *)(r8 + HOP_EPOCH)
    if r2 != r3 goto unknown
    r2 = *(u32 *)(r8 + HOP_FLOW)
    *(u32 *)(r10 - INDEX) = r2
    r1 = map flows
    r2 = r10
    r2 += -60
    call map_lookup
    if r0 == 0 goto pass
    r7 = r0                             ; the flow
    r2 = *(u32 *)(r7 + FLOW_SERIAL)
    r3 = *(u32 *)(r8 + HOP_SERIAL)
    if r2 != r3 goto unknown
    r2 = *(u32 *)(r7 + FLOW_MODE)
    if r2 == 0 goto pass                ; it has ended
    if r9 != 0 goto ended
    if r2 == WATCHED goto watched
    r1 = *(u32 *)(r8 + HOP_OUT)
    if r1 == 0 goto pass                ; what leaves is only looked at
    r3 = *(u32 *)(r8 + HOP_MTU)
    r2 = *(u32 *)(r6 + SEGMENT)
    if r2 != 0 goto segments
    r2 = *(u32 *)(r6 + LENGTH)
    r3 += 14
    if r2 > r3 goto pass
    goto count
segments:
    r1 = *(u32 *)(r10 - HEADERS)
    r2 += r1
    if r2 > r3 goto pass

count:
    r2 = *(u32 *)(r8 + HOP_TALLY)
    r2 >>= 1
    if r2 == 0 goto stamp
    *(u32 *)(r10 - INDEX) = r2
    r1 = map tallies
    r2 = r10
    r2 += -60
    call map_lookup
    if r0 == 0 goto pass
    r2 = *(u32 *)(r8 + HOP_TALLY)
    if r2 & 1 goto answers
    r0 += PACKETS
    goto tally
answers:
    r0 += PACKETS_BACK
tally:
    r2 = 1
    lock *(u64 *)(r0 + 0) += r2
    r2 = *(u32 *)(r6 + LENGTH)
    r2 -= 14
    lock *(u64 *)(r0 + 8) += r2
    goto translate
stamp:
    call ktime_get_coarse_ns
    *(u64 *)(r7 + FLOW_LAST) = r0

translate:
    r2 = *(u32 *)(r8 + HOP_ADDRESS_SUM)
    r3 = *(u32 *)(r8 + HOP_PORT_SUM)
    r2 |= r3
    if r2 == 0 goto rewrite
    r9 = TCP_CHECK
    r2 = *(u32 *)(r10 - KEY)
    r2 &= 0xff
    r5 = PSEUDO_HEADER
    if r2 == TCP goto family
    r9 = UDP_CHECK
    r5 = PSEUDO_HEADER_UDP
family:
    r2 = *(u32 *)(r10 - KEY_FAMILY)
    if r2 == ETH_P_IP goto sums
    r9 += WIDER
sums:
    r1 = r6
    r2 = r9
    r3 = 0
    r4 = *(u32 *)(r8 + HOP_ADDRESS_SUM)
    call l4_csum_replace
    if r0 != 0 goto pass
    r5 = 0
    r2 = *(u32 *)(r10 - KEY)
    r2 &= 0xff
    if r2 == TCP goto port_sums
    r5 = MANGLED_UDP
port_sums:
    r1 = r6
    r2 = r9
    r3 = 0
    r4 = *(u32 *)(r8 + HOP_PORT_SUM)
    call l4_csum_replace

rewrite:
    r7 = *(u32 *)(r6 + DATA)
    r3 = *(u32 *)(r6 + DATA_END)
    r2 = r7
    r2 += UDP_END
    if r2 > r3 goto drop
    r4 = *(u32 *)(r10 - KEY_FAMILY)
    if r4 == ETH_P_IPV6 goto rewrite_ipv6
{_copied("r8", maps.OFFSETS["HOP_MACS"], "r7", 0, 3)}
{_copied("r8", maps.OFFSETS["HOP_SOURCE"], "r7", 26, 1)}
{_copied("r8", maps.OFFSETS["HOP_DESTINATION"], "r7", 30, 1)}
{_copied("r8", maps.OFFSETS["HOP_PORTS"], "r7", 34, 1)}
    r2 = *(u8 *)(r7 + TTL)
    r2 += -1
    *(u8 *)(r7 + TTL) = r2
    r2 = *(u16 *)(r7 + IP_CHECK)
    r2 ^= 0xffff
    r3 = *(u32 *)(r8 + HOP_IP_SUM)      ; of addresses, and of a TTL that is one less
    r2 += r3
    r3 = r2
    r3 >>= 16
    r2 &= 0xffff
    r2 += r3
    r3 = r2
    r3 >>= 16
    r2 += r3
    r2 ^= 0xffff
    *(u16 *)(r7 + IP_CHECK) = r2
    goto hand_over

rewrite_ipv6:
    r2 = r7
    r2 += UDP_END + WIDER
    if r2 > r3 goto drop
{_copied("r8", maps.OFFSETS["HOP_MACS"], "r7", 0, 3)}
{_copied("r8", maps.OFFSETS["HOP_SOURCE"], "r7", 22, 9)}
    r2 = *(u8 *)(r7 + HOP_LIMIT)
    r2 += -1
    *(u8 *)(r7 + HOP_LIMIT) = r2

hand_over:
    r1 = *(u32 *)(r8 + HOP_OUT)
    r2 = 0
    call redirect_peer
    exit

watched:
    r2 = 1
    lock *(u32 *)(r8 + HOP_SEEN) += r2
    goto pass

ended:
    r2 = 0
    *(u32 *)(r7 + FLOW_MODE) = r2
    *(u64 *)(r10 - RECORD) = TOLD_END
    goto tell

unknown:
    r2 = ASKS
    if r2 == 0 goto pass
    if r9 != 0 goto pass
    r1 = map strangers
    r2 = r10
    r2 += -48
    call map_lookup
    if r0 == 0 goto stranger
    r2 = *(u32 *)(r0 + 0)
    if r2 & DECLINED goto pass
    r2 += 1
    *(u32 *)(r0 + 0) = r2
    if r2 < THRESHOLD goto pass
    r2 = 0
    *(u32 *)(r0 + 0) = r2
    *(u64 *)(r10 - RECORD) = TOLD_FLOW
    goto tell

stranger:
    *(u32 *)(r10 - INDEX) = 1
    r1 = map strangers
    r2 = r10
    r2 += -48
    r3 = r10
    r3 += -60
    r4 = 0
    call map_update
    goto pass

tell:
    r1 = map told
    r2 = r10
    r2 += -56
    r3 = RECORD_SIZE
    r4 = 0
    call ringbuf_output

pass:
    r0 = NEXT
    exit
drop:
    r0 = 2
    exit
"""

EGRESS = 1 << 31  # in a key, beside the device's number


def instructions(
    descriptors: dict[str, int], place: int, egress: bool, asks: bool, threshold: int = THRESHOLD
) -> bytes:
    """Give the program of a place, for devices that packets enter by or leave by."""
    symbols = {
        **LAYOUT,
        **HELPERS,
        **descriptors,
        **maps.OFFSETS,
        "PLACE": place,
        "PLACE_BITS": place << 8,
        "SIDE": EGRESS if egress else 0,
        "ASKS": int(asks),
        "THRESHOLD": threshold,
        "DECLINED": maps.DECLINED,
    }
    return assemble(TEXT, symbols)
