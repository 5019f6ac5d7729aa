"""Clients that do not keep to HTTP's manners."""

from __future__ import annotations

import socket
import time
from urllib.parse import urlsplit

PATIENCE = 120.0


def connect(address: str, receive_buffer: int = 0) -> socket.socket:
    """An open connection."""
    parts = urlsplit(address)
    connection = socket.socket()
    if receive_buffer:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    connection.settimeout(PATIENCE)
    connection.connect((parts.hostname, parts.port))
    return connection


def everything(connection: socket.socket) -> bytes:
    """What comes until the server ends the connection; it must."""
    received = bytearray()
    try:
        while piece := connection.recv(65536):
            received += piece
    except ConnectionResetError:
        pass
    connection.close()
    return bytes(received)


def drip(connection: socket.socket, piece: bytes, pause: float = 0.02) -> bytes:
    """Send the piece again and again until the server ends the connection; what it said."""
    connection.settimeout(pause)
    begun, received = time.monotonic(), bytearray()
    while time.monotonic() < begun + PATIENCE:
        try:
            connection.sendall(piece)
            if not (got := connection.recv(65536)):
                break
            received += got
        except TimeoutError:
            continue
        except OSError:
            break
    else:
        raise AssertionError("the server goes on listening")
    connection.close()
    return bytes(received)
