"""Swedish compounds: split where both halves are known words."""

from __future__ import annotations

from collections.abc import Callable

_LINKS = ("", "s")
_MIN_PART = 4


def split_compound(word: str, stem_of_known: Callable[[str], str | None]) -> tuple[str, ...]:
    """Stems of the two halves, or nothing: ``medlemsföretagen`` -> medlem, företag.

    The longest known last half wins; an -s- between the halves is dropped. ``stem_of_known``
    gives the stem of a known word and None for any other.
    """
    for at in range(_MIN_PART, len(word) - _MIN_PART + 1):
        tail = stem_of_known(word[at:])
        if tail is None:
            continue
        for link in _LINKS:
            head = word[: at - len(link)]
            if word[:at].endswith(link) and len(head) >= _MIN_PART and (stem := stem_of_known(head)):
                return stem, tail
    return ()
