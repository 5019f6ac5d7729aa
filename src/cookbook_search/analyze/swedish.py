"""Swedish words: compounds in their parts, and standard forms behind spoken ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator

_LINKS = ("", "s")
MIN_PART = 4
MIN_RARE_PART = 3
"""Letters of a part of a compound that no list knows."""
_LINKING_VOWELS = "ueo"
"""The last vowel of a first part may change: ``gatu-`` from ``gata``, ``kyrko-`` from ``kyrka``."""
_FLEETING = "rl"
"""Before these a base form has an e that its other forms lack."""
_VOWELS = "aeiouyåäö"
_SPOKEN_ENDINGS = (("ona", "orna"), ("ana", "arna"), ("ena", "erna"))


def split_compound(
    word: str, stem_of_known: Callable[[str], str | None], least: int = MIN_PART
) -> tuple[str, ...]:
    """Stems of the two halves, or nothing: ``medlemsföretagen`` -> medlem, företag.

    The longest known last half wins; an -s- between the halves is dropped. ``stem_of_known``
    gives the stem of a known word and None for any other; ``least`` letters make a part.
    """
    for at in range(least, len(word) - least + 1):
        tail = stem_of_known(word[at:])
        if tail is None:
            continue
        for link in _LINKS:
            head = word[: at - len(link)]
            if not word[:at].endswith(link) or len(head) < least:
                continue
            stem = stem_of_known(head) or (
                stem_of_known(head[:-1] + "a") if head[-1] in _LINKING_VOWELS else None
            )
            if stem:
                return stem, tail
    return ()


def standard_forms(word: str) -> Iterator[str]:
    """Standard forms that a spoken one of Finland may stand for: ``fakturona`` -> ``fakturorna``."""
    for spoken, standard in _SPOKEN_ENDINGS:
        if word.endswith(spoken):
            yield word[: -len(spoken)] + standard


def bare_nouns(word: str) -> Iterator[str]:
    """Base forms of nouns left inflected by Snowball: ``kortet``: ``kort``, ``klustrens``: ``kluster``."""
    noun = word.removesuffix("s")
    if noun != word:
        yield noun
    if not noun.endswith(("et", "en")) or len(noun) < MIN_RARE_PART + 2:
        return
    bare = noun[:-2]
    if bare[-1] in _FLEETING and bare[-2] not in _VOWELS:
        yield f"{bare[:-1]}e{bare[-1]}"
    if noun.endswith("et"):
        yield bare
