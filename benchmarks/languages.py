"""How often the language of a short query is right, beside lingua's full mode and py3langid.

    pip install py3langid
    python -m benchmarks.languages DATA_FOLDER

Queries are the first 1, 2, 3 and 5 words of Tatoeba sentences, in small letters.
"""

from __future__ import annotations

import argparse
import gzip
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from cookbook_search.analyze import open_analyzer

SENTENCES = 2000
LENGTHS = (1, 2, 3, 5)
SOURCES = (("fi", "fin", 1), ("sv", "swe", 1), ("en", "fin", 0))


def read_queries(data: Path) -> Iterator[tuple[int, str, str]]:
    """(number of words, language, query)."""
    for language, name, column in SOURCES:
        with gzip.open(data / f"tatoeba-eng-{name}.tsv.gz", "rt", encoding="utf-8") as lines:
            for _, line in zip(range(SENTENCES), lines, strict=False):
                words = line.rstrip("\n").split("\t")[column].rstrip(".!?").lower().split()
                for length in LENGTHS:
                    if len(words) >= length:
                        yield length, language, " ".join(words[:length])


def ours() -> Callable[[str], str]:
    return open_analyzer().detect


def lingua() -> Callable[[str], str]:
    from lingua import Language, LanguageDetectorBuilder

    codes = {Language.FINNISH: "fi", Language.SWEDISH: "sv", Language.ENGLISH: "en"}
    detector = LanguageDetectorBuilder.from_languages(*codes).build()

    def detect(text: str) -> str:
        language = detector.detect_language_of(text)
        return codes[language] if language is not None else "?"

    return detect


def langid() -> Callable[[str], str]:
    import py3langid  # installed for this benchmark alone

    py3langid.set_languages(["fi", "sv", "en"])
    return lambda text: str(py3langid.classify(text)[0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    queries = list(read_queries(parser.parse_args().data))
    print("| detector | start, s | a query, µs | " + " | ".join(f"{n} words" for n in LENGTHS) + " |")
    print("| --- " * (3 + len(LENGTHS)) + "|")
    for opened in (ours, lingua, langid):
        begun = time.perf_counter()
        detect = opened()
        detect("yritys")
        started = time.perf_counter() - begun
        right: Counter[int] = Counter()
        begun = time.perf_counter()
        for length, language, query in queries:
            right[length] += detect(query) == language
        each = (time.perf_counter() - begun) / len(queries) * 1e6
        counts = Counter(length for length, _, _ in queries)
        shares = " | ".join(f"{right[n] / counts[n]:.3f}" for n in LENGTHS)
        print(f"| {opened.__name__} | {started:.2f} | {each:.0f} | {shares} |")


if __name__ == "__main__":
    main()
