"""A large set of words in few bytes, which now and then holds one that was never put in.

A Bloom filter (Bloom 1970, https://doi.org/10.1145/362686.362692) with double hashing (Kirsch,
Mitzenmacher 2006): a third of a million stems take 0.6 MB and no time to load, where a set of them
would take 40 MB.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from hashlib import blake2b

BITS = 14
"""Bits a word: with ``HASHES`` one word in 800 is held by mistake."""
HASHES = 10


class WordFilter:
    """Holds every word it was made of, and one in 800 of all others."""

    def __init__(self, bits: bytes) -> None:
        """``bits`` as ``pack`` made them; without any it holds nothing."""
        self._bits = bits

    def __contains__(self, word: str) -> bool:
        bits = self._bits
        return bool(bits) and all(bits[at >> 3] >> (at & 7) & 1 for at in _places(word, len(bits) * 8))


def pack(words: Collection[str]) -> bytes:
    """The bits of a filter that holds these words."""
    bits = bytearray(-(-len(words) * BITS // 8))
    for word in words:
        for at in _places(word, len(bits) * 8):
            bits[at >> 3] |= 1 << (at & 7)
    return bytes(bits)


def _places(word: str, size: int) -> Iterator[int]:
    digest = blake2b(word.encode(), digest_size=16).digest()
    first, step = int.from_bytes(digest[:8]), int.from_bytes(digest[8:]) | 1
    return ((first + number * step) % size for number in range(HASHES))
