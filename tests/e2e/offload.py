#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""offload.py INTERFACE checksum on|off - whether an interface leaves sums of
what it sends to whoever looks at them"""
import ctypes
import fcntl
import socket
import struct
import sys

SIOCETHTOOL = 0x8946
ETHTOOL_STXCSUM = 0x17


def main():
    name, _, state = sys.argv[1:]
    value = ctypes.create_string_buffer(
        struct.pack("II", ETHTOOL_STXCSUM, state == "on"))
    request = struct.pack("16sP", name.encode(), ctypes.addressof(value))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        fcntl.ioctl(s, SIOCETHTOOL, request)


main()
