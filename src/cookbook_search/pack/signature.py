"""Signatures of packs: Ed25519 (RFC 8032). A city makes one key, keeps it, and tells its fingerprint."""

from __future__ import annotations

import base64
import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from cookbook_search.errors import PackError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_PURPOSE = b"cookbook pack manifest\n"
"""Stands before what is signed: a signature for this can be used for nothing else."""
OTHERS = 0o077


def new_key(path: Path) -> str:
    """Write a new private key, which its owner alone may read; its public key. Never overwrites.

    Raises PackError.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # a search needs none
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = Ed25519PrivateKey.generate()
    content = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise PackError(f"{path} exists; a key is never overwritten, choose another name.") from error
    except OSError as error:
        raise PackError(f"{path} cannot be written: {error.strerror}.") from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    return public_key(key)


def read_key(path: Path) -> Ed25519PrivateKey:
    """The private key. Raises PackError where it is none, or where others may read it."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        if path.stat().st_mode & OTHERS:
            raise PackError(f"Others can read the key {path}; run `chmod 600 {path}`, or make a new one.")
        key = load_pem_private_key(path.read_bytes(), None)
    except OSError as error:
        raise PackError(f"The key {path} cannot be read: {error.strerror}.") from error
    except (ValueError, TypeError) as error:
        raise PackError(f"{path} is no key of `cookbook pack --new-key`.") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise PackError(f"{path} is a key of another kind; make one with `cookbook pack --new-key`.")
    return key


def public_key(key: Ed25519PrivateKey) -> str:
    """The public key, base64."""
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def fingerprint(public: str) -> str:
    """The first 128 bits of the SHA-256 of a public key, to be read aloud: ``3f0a-91c2-...``."""
    digest = hashlib.sha256(_decoded(public)).hexdigest()[:32]
    return "-".join(digest[at : at + 4] for at in range(0, 32, 4))


def same_fingerprint(told: str, public: str) -> bool:
    """Whether a fingerprint that somebody typed is this key's."""
    plain = "".join(char for char in told.lower() if char.isalnum())
    return plain == fingerprint(public).replace("-", "")


def sign(content: bytes, key: Ed25519PrivateKey) -> bytes:
    """The signature as a line of base64."""
    return base64.b64encode(key.sign(_PURPOSE + content)) + b"\n"


def verify(content: bytes, signature: bytes, public: str) -> None:
    """Raise PackError unless the key signed this content."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        key = Ed25519PublicKey.from_public_bytes(_decoded(public))
        key.verify(base64.b64decode(signature.removesuffix(b"\n"), validate=True), _PURPOSE + content)
    except (ValueError, InvalidSignature) as error:
        raise PackError(
            "The signature of the pack does not hold: somebody has altered it. Do not use it; tell its maker."
        ) from error


def _decoded(public: str) -> bytes:
    try:
        raw = base64.b64decode(public, validate=True)
    except ValueError:
        raw = b""
    if len(raw) != 32:
        raise PackError("The public key in the pack is none; ask its maker for a new pack.")
    return raw
