"""Names of people in free text, in Finnish, Swedish and English.

A name is known from Voikko's readings (``etunimi``, ``sukunimi``) and from lists of common names;
a word that is also an ordinary word or a place counts only where its company says that it is a name:
a first name before a surname, a title before it, an initial, an introduction.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import cache, lru_cache
from importlib.resources import files
from itertools import islice

from cookbook_search.analyze import Analyzer
from cookbook_search.analyze.spoken import with_diacritics
from cookbook_search.types import Language

NAME = "[nimi]"
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_SENTENCE_START = re.compile(r"(?:^|[.!?:\n\"”»(–-]\s*)$")
_ENDINGS = re.compile(
    r"(?:n|a|ä|ta|tä|lla|llä|lle|lta|ltä|ssa|ssä|sta|stä|in|lia|liä|lin|lille|lilta|liltä|lilla|ksi|na|nä"
    r"|kin|kaan|kään|ko|kö|s|:n|:lle|:lta|'s|’s)$"
)
_SWEDISH_SURNAME = re.compile(r"^\w{3,}(?:sson|qvist|kvist|ström|gren|blom|bäck|dahl|holm)s?$")
_INTRODUCTION = re.compile(
    r"(?:nimeni on|nimi on|olen|terveisin,?|terv\.|yhteyshenkilö on|jag heter|jag är|mitt namn är"
    r"|hälsningar|mvh|kontaktperson|my name is|i am|i'm|best regards,?|regards,?|sincerely,?)\s+$",
    re.IGNORECASE,
)
_LOCATIVE = re.compile(r"(?:ssa|ssä|sta|stä|lla|llä|lta|ltä|seen|iin|aan|ään|oon|een)$")
_ABBREVIATIONS = frozenset({"dr", "mr", "mrs", "ms", "prof", "hra", "rva"})
_NAMES_ALONE = frozenset({"etunimi", "sukunimi", "paikannimi", "nimi"})
_MAX_WORDS_OF_A_NAME = 4
_DIACRITIC_TRIALS = 16
_LOWER_CASE_LENGTH = 5
"""Letters that a name in small letters must have to count without company."""


class Sureness(IntEnum):
    """How surely a word is a name."""

    NO = 0
    MAYBE = 1
    """It is also an ordinary word or a place."""
    SURE = 2


@dataclass(frozen=True, slots=True)
class _Word:
    start: int
    end: int
    text: str
    capital: bool
    begins_sentence: bool
    follows: bool
    """Nothing but a blank parts it from the word before."""
    first: Sureness
    last: Sureness
    place: bool
    common: bool
    """Its base form is on the lists, not only a form that Voikko can read as a name."""
    ordinary: bool
    """The language, or Finnish, has it as a word that is no name."""

    @property
    def lower(self) -> str:
        return self.text.lower()

    @property
    def could_be_surname(self) -> bool:
        """A capitalised word that nobody knows, or a place in no locative case (``Ahvenjärvi``)."""
        unknown = not self.ordinary and (not self.place or not _LOCATIVE.search(self.lower))
        return self.capital and unknown and not self.text.isupper()


READINGS_KEPT = 16_384
"""Words whose reading is remembered: most questions are made of the same words."""


class NameFinder:
    """Finds names; safe to share by threads."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self._reading = lru_cache(READINGS_KEPT)(self._read)

    def spans(self, text: str, language: Language) -> list[tuple[int, int]]:
        """Half-open ranges of ``text`` that name a person, in reading order."""
        words = list(self._words(text, language))
        found: list[tuple[int, int]] = []
        at = 0
        while at < len(words):
            length = _run(words, at, text) or _single(words, at, language)
            if length:
                found.append((words[at].start, words[at + length - 1].end))
            at += length or 1
        return found

    def _words(self, text: str, language: Language) -> Iterator[_Word]:
        end = 0
        dotless = not any(letter in text for letter in "äöÄÖ")
        for match in _WORD.finditer(text):
            word = match.group()
            begins = bool(_SENTENCE_START.search(text[max(0, match.start() - 4) : match.start()]))
            first, last, place, common, ordinary = self._reading(word, language, dotless)
            if begins and self._is_function_word(word.lower(), language):  # «My French partner»
                first = Sureness.NO
            yield _Word(
                match.start(), match.end(), word, word[0].isupper(),
                begins,
                _parted_by(text, end, match.start()),
                first, last, place, common, ordinary,
            )  # fmt: skip
            end = match.end()

    def _read(
        self, word: str, language: Language, dotless: bool
    ) -> tuple[Sureness, Sureness, bool, bool, bool]:
        lower = word.lower().replace("’", "'")
        classes = self._analyzer.word_classes(lower)
        place = "paikannimi" in classes
        if language == "fi" and classes:
            ordinary = bool(classes - _NAMES_ALONE) or (dotless and self._is_careless_finnish(lower))
        else:
            ordinary = self._is_foreign_word(lower, "en" if language == "fi" else language)
        forms = {lower} if classes else _stems(lower)
        is_first = "etunimi" in classes or bool(forms & _words("first"))
        is_last = "sukunimi" in classes or bool(forms & _words("last")) or bool(_SWEDISH_SURNAME.match(lower))
        level = Sureness.MAYBE if ordinary or place else Sureness.SURE
        lemmas = {lower, *self._analyzer.forms(lower, "fi").lemmas} if classes else forms
        common = bool(classes) and bool(lemmas & (_words("first") | _words("last")))
        first, last = (level if named else Sureness.NO for named in (is_first, is_last))
        if first and language != "fi" and not place and not forms & _words("ordinary"):
            first = Sureness.SURE
        if last and any(_is_nen_name(lower, lemma) for lemma in lemmas):
            last = Sureness.SURE
        if _stems(lower) & _words("public"):
            first = last = Sureness.NO
        return first, last, place, common, ordinary

    def _is_foreign_word(self, lower: str, language: Language) -> bool:
        """A word of Swedish or English; a name that looks like a compound is none."""
        known = self._analyzer.knows(lower, language) and not self._analyzer.forms(lower, language).parts
        return known or self._is_function_word(lower, language)

    def _is_function_word(self, lower: str, language: Language) -> bool:
        return any(token.stop for token in self._analyzer.tokens(lower, language))

    def _is_careless_finnish(self, lower: str) -> bool:
        """A Finnish word that lacks its dots: ``mika`` is read as ``mikä``."""
        return any(
            self._analyzer.word_classes(candidate) - _NAMES_ALONE
            for candidate in islice(with_diacritics(lower), _DIACRITIC_TRIALS)
        )


def _run(words: list[_Word], at: int, text: str) -> int:
    """How many words from here are one name of several parts, or one introduced; 0: none."""
    word = words[at]
    introduced = bool(_INTRODUCTION.search(text[max(0, word.start - 24) : word.start]))
    titled = at > 0 and word.follows and words[at - 1].lower in _words("titles")
    if introduced or titled:
        length = _length(words, at)
        if length and (word.capital or max(word.first, word.last) == Sureness.SURE):
            return length
    length = _length(words, at)
    if length < 2:
        return 0
    second = words[at + 1]
    if word.capital and second.capital:
        if len(word.text) == 1:  # an initial, and no sentence that begins with `I`
            return length if second.last and text[word.end] == "." else 0
        surname = second.last or second.first or (word.first == Sureness.SURE and second.could_be_surname)
        shouted = word.text.isupper() or second.text.isupper()
        return length if word.first and (surname if not shouted else second.last == Sureness.SURE) else 0
    pair = (word.first, second.last)
    return 2 if not second.capital and min(pair) and max(pair) == Sureness.SURE else 0


def _length(words: list[_Word], at: int) -> int:
    """Words from here that could belong to one name."""
    length = 0
    for word in words[at : at + _MAX_WORDS_OF_A_NAME]:
        if length and not word.follows:
            break
        initial = word.capital and len(word.text) == 1
        named = word.first or word.last or initial or word.could_be_surname
        if not named or (length and word.capital != words[at].capital):
            break
        length += 1
    return length


def _single(words: list[_Word], at: int, language: Language) -> int:
    """1 where the word alone is a name."""
    word = words[at]
    if at + 1 < len(words) and words[at + 1].lower in _words("companies") and words[at + 1].follows:
        return 0
    if Sureness.SURE in (word.first, word.last):
        typed = language == "fi" and len(word.text) >= _LOWER_CASE_LENGTH and word.common
        return int((word.capital and len(word.text) > 1) or typed)
    mid_sentence = word.capital and not word.begins_sentence and not word.text.isupper()
    surname = word.last and word.common and not _LOCATIVE.search(word.lower)
    likely = (word.first and not word.place) or (surname and not _stems(word.lower) & _words("towns"))
    return int(language == "fi" and mid_sentence and bool(likely))


@cache
def _words(name: str) -> frozenset[str]:
    """A list of ``privacy/words``, in small letters."""
    text = files("cookbook_search.privacy").joinpath("words", f"{name}.txt").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return frozenset(word for line in lines for word in line.lower().split())


def _stems(lower: str) -> set[str]:
    """The word, and the word without a case ending."""
    stem = _ENDINGS.sub("", lower)
    return {lower, stem} if len(stem) > 2 else {lower}


def _parted_by(text: str, end: int, start: int) -> bool:
    """A blank alone, or the point of an abbreviation or an initial and a blank."""
    if text[end:start] == ". ":
        before = _WORD.findall(text[max(0, end - 8) : end])
        return bool(before) and (len(before[-1]) == 1 or before[-1].lower() in _ABBREVIATIONS)
    return end > 0 and text[end:start] == " "


def _is_nen_name(lower: str, lemma: str) -> bool:
    """``nieminen``, ``niemisen``: such a surname is an ordinary word to Voikko, hardly ever to a writer."""
    if not lemma.endswith("nen") or lemma not in _words("last"):
        return False
    return lower == lemma or lower.startswith(f"{lemma[:-3]}se")
