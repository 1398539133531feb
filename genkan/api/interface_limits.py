"""How many interfaces an instance takes, and how many addresses each of them, by its type.

"IP addresses per network interface per instance type" in the Amazon EC2 user guide.
"""

from genkan.api.quotas import AttachmentLimitExceeded, PrivateIpAddressLimitExceeded
from genkan.model.catalogue.instance_types import INSTANCE_TYPES
from genkan.model.network_interface import NetworkInterface

MOST_ADDRESSES = 50  # of an interface of the largest types


def check_asked_count(count: int) -> None:
    """Raise PrivateIpAddressLimitExceeded for more addresses than any interface takes."""
    if count > MOST_ADDRESSES:
        raise PrivateIpAddressLimitExceeded(
            f"Number of private addresses will exceed limit: {count} are asked for, and no "
            f"interface takes more than {MOST_ADDRESSES}."
        )


def check_interface_count(instance_type: str, count: int) -> None:
    """Raise AttachmentLimitExceeded for more interfaces than the type takes."""
    most = INSTANCE_TYPES[instance_type].interfaces
    if count > most:
        raise AttachmentLimitExceeded(
            f"Interface count {count} exceeds the limit for {instance_type}, which is {most}. "
            "Detach an interface, or use a larger type."
        )


def check_address_count(instance_type: str, interface: NetworkInterface, version: int) -> None:
    """Raise PrivateIpAddressLimitExceeded for more addresses than an interface of it takes.

    IPv4 and IPv6 addresses are counted apart; the limit is the same number. A prefix counts as one
    address.
    """
    most = INSTANCE_TYPES[instance_type].addresses_per_interface
    held = (*interface.addresses, *interface.prefixes)
    count = sum(one.version == version for one in held)
    if count > most:
        raise PrivateIpAddressLimitExceeded(
            f"Number of private addresses will exceed limit: {count} of {most} that an interface "
            f"of {instance_type} takes. Unassign some, or use a larger type."
        )
