"""Ports for servers of a test's own."""

import socket


def free_ports(count):
    """The first of so many ports in a row that nobody has."""
    for _ in range(100):
        with socket.socket() as first:
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
        if port > 65000:
            continue
        try:
            for offset in range(count):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port + offset))
            return port
        except OSError:
            continue
    raise AssertionError(f"there are no {count} free ports in a row")
