"""Finnish as it is typed: standard forms that a spoken or hurried word may stand for.

The generators only propose; a morphology decides which proposal is a word.
"""

from __future__ import annotations

from collections.abc import Iterator

_ENDINGS = ("a", "ä", "la", "lä", "sa", "sä", "ta", "tä", "n", "i", "si", "an", "än", "ut", "yt")
_VOWEL_PAIRS = (("ee", "ea"), ("ee", "eä"), ("ii", "ia"), ("ii", "iä"), ("oo", "oa"), ("öö", "öä"))
_VOWELS = "aeiouyäö"
_LEAST_PART = 3
_DIPHTHONGS = (("o", "oi"), ("ö", "öi"), ("a", "ai"), ("ä", "äi"))


def spoken_candidates(word: str) -> Iterator[str]:
    """Standard forms behind a spoken one, likeliest first: ``firmois`` -> ``firmoissa``.

    Covers the dropped final vowel of cases (meil, tapahtumis), the clitic -ks (saadaanks),
    assimilated vowel pairs (korkee, oikeesti) and reduced diphthongs (aikasemmin, rahottaa).
    """
    for clitic in ("kse", "ks", "han", "hän", "kin", "kaan", "kään"):
        if word.endswith(clitic) and len(word) > len(clitic) + 2:
            yield word[: -len(clitic)]
            if clitic in {"ks", "kse"}:
                yield word[: -len(clitic)] + "ko"
    for ending in _ENDINGS:
        yield word + ending
    for spoken, standard in (*_VOWEL_PAIRS, *_DIPHTHONGS):
        for at in _places(word, spoken):
            yield word[:at] + standard + word[at + len(spoken) :]


def hyphenated(word: str) -> Iterator[str]:
    """The compound whose hyphen between two equal vowels was left out: ``raakaaine`` -> ``raaka-aine``."""
    for at in range(_LEAST_PART, len(word) - _LEAST_PART + 1):
        if word[at - 1] == word[at] and word[at] in _VOWELS:
            yield f"{word[:at]}-{word[at:]}"


def with_diacritics(word: str) -> Iterator[str]:
    """The word with its ä and ö put back: ``eivat`` -> ``eivät``, ``jasenmaksu`` -> ``jäsenmaksu``.

    Vowel harmony keeps the number small: a simple word is wholly front or back, so only whole
    words and one change of harmony (a compound) are tried, never every subset.
    """
    if not any(letter in word for letter in "ao"):
        return
    front = word.replace("a", "ä").replace("o", "ö")
    yield front
    for at in range(2, len(word) - 1):
        yield front[:at] + word[at:]
        yield word[:at] + front[at:]
    for first in range(2, len(word) - 3):
        for second in range(first + 2, len(word) - 1):
            yield word[:first] + front[first:second] + word[second:]


def _places(word: str, piece: str) -> Iterator[int]:
    at = word.find(piece)
    while at >= 0:
        yield at
        at = word.find(piece, at + 1)
