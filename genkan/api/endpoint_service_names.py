"""The private DNS name of an endpoint service: its form, and the proof that it is the provider's.

The proof is a TXT record in public DNS: at the record's own label below the name or below a domain
above it, or at that domain itself. "Manage DNS names for VPC endpoint services" in the AWS
PrivateLink guide.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from genkan.api.call import Call
from genkan.api.public_texts import public_texts
from genkan.model.endpoint_service import DnsNameState, PrivateDnsName
from genkan.model.errors import InvalidParameter

LONGEST = 255
FEWEST_LABELS = 2  # of a domain that somebody can own
RANDOM = 20  # characters of the record's label, and of its value
LOWER = "abcdefghijklmnopqrstuvwxyz0123456789"
MIXED = LOWER + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME = rf"(?:\*\.)?{_LABEL}(?:\.{_LABEL})+"


def new_name(call: Call, name: str) -> PrivateDnsName:
    """Give a name that waits for its proof. Raises InvalidParameter."""
    if len(name) > LONGEST or not re.fullmatch(_NAME, name):
        raise InvalidParameter(
            f"The private DNS name '{name}' is not valid. Give a domain name in lower case with "
            f"labels of at most 63 characters, {LONGEST} in all; its first label may be *."
        )
    return PrivateDnsName(
        name=name,
        state=DnsNameState.PENDING_VERIFICATION,
        record="_" + call.token(RANDOM, LOWER),
        value="vpce:" + call.token(RANDOM, MIXED),
    )


def verified(call: Call, private: PrivateDnsName) -> PrivateDnsName:
    """Give the name as a look at public DNS leaves it: verified, or failed."""
    proved = any(private.value in public_texts(call.network, place) for place in _places(private))
    state = DnsNameState.VERIFIED if proved else DnsNameState.FAILED
    before = private.proved or private.state is DnsNameState.VERIFIED
    return replace(private, state=state, proved=proved or before)


def _places(private: PrivateDnsName) -> Iterator[str]:
    labels = private.name.removeprefix("*.").split(".")
    for first in range(len(labels) - FEWEST_LABELS + 1):
        domain = ".".join(labels[first:])
        yield f"{private.record}.{domain}"
        yield domain
