"""A device's help with checksums and segments, turned off where packets are to be whole.

By SIOCETHTOOL: without checksums a device is given no segments to cut either, so the kernel does
both before it hands a packet over. See ethtool(8), linux/ethtool.h.
"""

import fcntl
import socket
import struct
from array import array

from genkan.engine.linux.namespace import socket_in
from genkan.engine.linux.objects import Device
from genkan.engine.protocol import EngineFailure

_SIOCETHTOOL = 0x8946
_SET_CHECKSUMS = 0x17  # ETHTOOL_STXCSUM


def leave_nothing_to(one: Device) -> None:
    """Have the kernel cut and sum what is sent by a device. Raises EngineFailure."""
    value = array("I", (_SET_CHECKSUMS, 0))
    asked = struct.pack("16sQ16x", one.name.encode(), value.buffer_info()[0])
    with socket_in(one.place, socket.AF_INET, socket.SOCK_DGRAM) as opened:
        try:
            fcntl.ioctl(opened, _SIOCETHTOOL, asked)
        except OSError as error:
            raise EngineFailure(f"the kernel does not sum what {one} sends: {error}") from error
