"""Record data: a value's presentation text in wire form, names in it whole (RFC 1035, 3.3 and 5.1).

Addresses and names, nearly all that is ever asked, are written here; dnspython knows every other
type, and is imported when the first of those is needed (it takes 7 MB).
"""

import socket
from functools import lru_cache
from ipaddress import IPv6Address

from genkan.dns import domain_name

A, NS, CNAME, SOA, PTR, AAAA = 1, 2, 5, 6, 12, 28

_NUMBERS = {
    "A": A,
    "NS": NS,
    "CNAME": CNAME,
    "SOA": SOA,
    "PTR": PTR,
    "MX": 15,
    "TXT": 16,
    "AAAA": AAAA,
    "SRV": 33,
    "CAA": 257,
}


@lru_cache(maxsize=256)
def type_number(mnemonic: str) -> int:
    """Give the number of a type. Raises ValueError for a word that is none."""
    number = _NUMBERS.get(mnemonic)
    if number is not None:
        return number
    import dns.exception
    import dns.rdatatype

    try:
        return int(dns.rdatatype.from_text(mnemonic))
    except (dns.exception.DNSException, ValueError):
        raise ValueError(f"{mnemonic!r} is no type of record.") from None


def encode(number: int, value: str) -> bytes:
    """Write a value of this type. Raises ValueError for text that is none."""
    if number == A:
        return _encode_ipv4(value)
    if number == AAAA:
        return IPv6Address(value).packed
    if number in (CNAME, NS, PTR):
        return domain_name.parse(value)
    return _encode_by_dnspython(number, value)


def _encode_ipv4(value: str) -> bytes:
    try:
        return socket.inet_pton(socket.AF_INET, value)  # in a seventh of what IPv4Address takes
    except OSError:
        raise ValueError(f"{value!r} is no IPv4 address.") from None


def _encode_by_dnspython(number: int, value: str) -> bytes:
    import dns.exception
    import dns.name
    import dns.rdata
    import dns.rdataclass
    import dns.rdatatype

    try:
        rdata = dns.rdata.from_text(
            dns.rdataclass.IN,
            dns.rdatatype.RdataType.make(number),
            value,
            origin=dns.name.root,
            relativize=False,
        )
        return rdata.to_wire() or b""
    except (dns.exception.DNSException, ValueError) as error:
        raise ValueError(f"{value!r} is no value of type {number}: {error}") from error
