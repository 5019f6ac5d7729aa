"""Text to tokens: the one analysis that indexing, embedding, querying and highlighting share."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from importlib.resources import files

import Stemmer

from cookbook_search.analyze.finnish import Morphology, WordForms, open_morphology, recover
from cookbook_search.analyze.language import LanguageDetector
from cookbook_search.analyze.spelling import Speller
from cookbook_search.analyze.swedish import (
    MIN_PART,
    MIN_RARE_PART,
    bare_nouns,
    split_compound,
    standard_forms,
)
from cookbook_search.analyze.tokens import Token, words
from cookbook_search.analyze.wordfilter import WordFilter
from cookbook_search.types import LANGUAGES, Language

ANALYZER_FORMAT = 3
"""Raised whenever the same text would give other tokens."""
SUGGESTED = (5, 30)
"""Letters, at least and at most, of a word for which a suggestion is better than nothing."""
_CACHE_LIMIT = 200_000
_SUGGESTIONS_KEPT = 4096


class Analyzer:
    """Language detection and tokens for Finnish, Swedish and English; safe to share by threads."""

    def __init__(self, morphology: Morphology) -> None:
        self._morphology = morphology
        self._stop: dict[Language, frozenset[str]] = {code: _read_words(f"stop-{code}") for code in LANGUAGES}
        self._spoken: dict[Language, dict[str, str]] = {
            "fi": dict(_read_pairs("spoken-fi")), "sv": dict(_read_pairs("spoken-sv")), "en": {},
        }  # fmt: skip
        self._stemmers: dict[Language, Stemmer.Stemmer] = {
            "sv": Stemmer.Stemmer("swedish", 0), "en": Stemmer.Stemmer("english", 0),
        }  # fmt: skip
        self._stem_lock = threading.Lock()
        self._known_stems = {code: self._read_stems(code) for code in ("sv", "en")}
        self._further_stems = {
            code: WordFilter(_read_bytes(f"further-{code}.bloom")) for code in ("sv", "en")
        }
        self._cache: dict[tuple[Language, str], WordForms] = {}
        self._written: dict[str, WordForms] = {}
        knows: dict[Language, Callable[[str], bool]] = {
            code: lru_cache(_CACHE_LIMIT)(partial(self._is_word, language=code)) for code in LANGUAGES
        }
        self._classes = lru_cache(_CACHE_LIMIT)(morphology.classes)
        self._spellers: dict[Language, Speller] = {}
        self._suggested = lru_cache(_SUGGESTIONS_KEPT)(self._suggest)
        self._detect = LanguageDetector(self._stop, knows)

    @property
    def name(self) -> str:
        """Name of the Finnish morphology: ``voikko`` or ``simplemma``."""
        return self._morphology.name

    @property
    def version(self) -> str:
        """Changes whenever the same text could give other tokens."""
        return f"{ANALYZER_FORMAT}:{self._morphology.name}:{self._morphology.version}"

    @property
    def stop_words(self) -> Mapping[Language, frozenset[str]]:
        """Function words by language, in lower case."""
        return self._stop

    def detect(self, text: str) -> Language:
        """The language of a query; Finnish where nothing speaks for another."""
        return self._detect(text)

    def tokens(self, text: str, language: Language) -> list[Token]:
        """Words of ``text`` (normalised: see ``tokens.normalise``) with base forms and places."""
        stop, spoken = self._stop[language], self._spoken[language]
        result: list[Token] = []
        for start, end, word in words(text):
            forms = self.forms(word, language)
            lemmas = forms.lemmas or (word,)
            is_stop = word in stop or spoken.get(word) in stop or len(word) < 2
            is_stop = is_stop or all(lemma in stop for lemma in lemmas)
            result.append(Token(start, end, word, lemmas, forms.parts, is_stop))
        return result

    def terms(self, text: str, language: Language) -> list[str]:
        """Terms of the content words of ``text``, in their order."""
        return [term for token in self.tokens(text, language) if not token.stop for term in token.terms]

    def forms(self, word: str, language: Language) -> WordForms:
        """Base forms of one lower-case word; ``UNKNOWN`` where the language does not know it."""
        key = (language, word)
        forms = self._cache.get(key)
        if forms is None:
            forms = self._finnish(word) if language == "fi" else self._stemmed(word, language)
            if len(self._cache) < _CACHE_LIMIT:
                self._cache[key] = forms
        return forms

    def word_classes(self, word: str) -> frozenset[str]:
        """Finnish word classes of a lower-case word, names among them; empty where it is no Finnish word."""
        return self._classes(word)

    def is_finnish(self, word: str) -> bool:
        """Whether the lower-case word, or each of its hyphenated pieces, is Finnish as written."""
        return self._morphology.knows(word) or (
            "-" in word and all(self._morphology.knows(piece) for piece in word.split("-") if piece)
        )

    def knows(self, word: str, language: Language) -> bool:
        """Whether the word is one of the language, as written, spoken or without diacritics."""
        if language == "fi":
            return bool(self.forms(word, "fi").lemmas)
        return (
            self._is_word(word, language)
            or self._stem(word, language) in self._further_stems[language]
            or bool(self.forms(word, language).parts)
        )

    def suggest(self, word: str, language: Language) -> str | None:
        """The word of the language that a mistyped lower-case one is likeliest to be; None: no idea."""
        fits = SUGGESTED[0] <= len(word) <= SUGGESTED[1] and word.isalpha()
        return self._suggested(word, language) if fits else None

    def _suggest(self, word: str, language: Language) -> str | None:
        if language == "fi":
            return self._morphology.suggest(word)
        if language not in self._spellers:  # built when first needed: most servers never do
            known = (known for known in _read_words(f"known-{language}") if known.isalpha())
            self._spellers[language] = Speller(dict.fromkeys(known, 1))
        return self._spellers[language].correct(word)

    def _is_word(self, word: str, language: Language) -> bool:
        if language == "fi":
            return bool(self._finnish_as_written(word).lemmas)
        return self._stem(word, language) in self._known_stems[language]

    def _finnish(self, word: str) -> WordForms:
        if word in self._stop["fi"]:
            return self._finnish_as_written(word)
        if standard := self._spoken["fi"].get(word):
            return WordForms(tuple(dict.fromkeys((standard, *self._finnish_as_written(word).lemmas))))
        forms = self._finnish_as_written(word)
        if not forms.lemmas and word.isalpha():
            forms = recover(self._morphology, word)
        if not forms.lemmas and "-" in word:
            pieces = [piece for piece in word.split("-") if piece]
            lemmas = [lemma for piece in pieces for lemma in self.forms(piece, "fi").lemmas[:1] or (piece,)]
            return WordForms((word,), tuple(dict.fromkeys(lemmas)))
        return forms

    def _finnish_as_written(self, word: str) -> WordForms:
        known = self._written.get(word)
        if known is None:
            known = self._morphology.forms(word) if any(map(str.isalpha, word)) else WordForms((word,))
            if len(self._written) < _CACHE_LIMIT:
                self._written[word] = known
        return known

    def _stemmed(self, word: str, language: Language) -> WordForms:
        pieces: tuple[str, ...] = ()
        stems = [self._stem(word, language)]
        if "-" in word:
            pieces = tuple(self._stem(piece, language) for piece in word.split("-") if piece)
        elif language == "sv":
            standard = self._swedish_standard(word)
            stems = [self._stem(form, "sv") for form in standard] or stems
            pieces = () if standard else self._swedish_parts(word)
        return WordForms(tuple(stems), tuple(piece for piece in dict.fromkeys(pieces) if piece not in stems))

    def _swedish_standard(self, word: str) -> list[str]:
        """What a spoken form stands for; nothing for a word as it is written."""
        if standard := self._spoken["sv"].get(word):
            return [standard]
        if self._is_word(word, "sv") or self._stem(word, "sv") in self._further_stems["sv"]:
            return []
        return [form for form in standard_forms(word) if self._is_word(form, "sv")][:1]

    def _swedish_parts(self, word: str) -> tuple[str, ...]:
        """Stems of the parts of a compound; those of a rare one may be rare themselves, and more than two."""
        parts = split_compound(word, self._is_swedish_part)
        if parts or self._is_word(word, "sv"):
            return parts
        return split_compound(word, self._is_rare_swedish_part, MIN_RARE_PART)

    def _is_swedish_part(self, word: str) -> str | None:
        """The stem of a known content word, else None."""
        stem = self._stem(word, "sv")
        return stem if stem in self._known_stems["sv"] and word not in self._stop["sv"] else None

    def _is_rare_swedish_part(self, word: str) -> str | None:
        """The same with the larger list, where a part of three letters must be of the smaller one."""
        if known := self._is_swedish_part(word):
            return known
        stem = self._stem(word, "sv")
        rare = len(word) >= MIN_PART and stem in self._further_stems["sv"] and word not in self._stop["sv"]
        return stem if rare else None

    def _stem(self, word: str, language: Language) -> str:
        stem = self._snowball(word, language)
        if language == "sv" and (word.endswith("et") or stem not in self._known_stems["sv"]):
            bare = (self._snowball(noun, "sv") for noun in bare_nouns(word))
            return next((found for found in bare if found in self._known_stems["sv"]), stem)
        return stem

    def _snowball(self, word: str, language: Language) -> str:
        with self._stem_lock:  # a Snowball stemmer keeps a buffer of its own
            return str(self._stemmers[language].stemWord(word))

    def _read_stems(self, language: Language) -> frozenset[str]:
        return frozenset(self._stemmers[language].stemWords(list(_read_words(f"known-{language}"))))


def open_analyzer(choice: str = "auto") -> Analyzer:
    """The analyzer with the Finnish morphology asked for: ``voikko``, ``simplemma`` or ``auto``."""
    return Analyzer(open_morphology(choice))


def _read_lines(name: str) -> list[str]:
    text = files("cookbook_search.analyze").joinpath("words", f"{name}.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def _read_bytes(name: str) -> bytes:
    return files("cookbook_search.analyze").joinpath("words", name).read_bytes()


def _read_words(name: str) -> frozenset[str]:
    return frozenset(word for line in _read_lines(name) for word in line.split())


def _read_pairs(name: str) -> list[tuple[str, str]]:
    return [(spoken, standard) for spoken, standard in (line.split() for line in _read_lines(name))]
