"""Write the lists of known Swedish and English words that the analyzer ships.

    python -m training.wordlists DATA_FOLDER

Reads YSO labels (CC BY 4.0, National Library of Finland) and Tatoeba sentences (CC BY 2.0 FR). Stems of
the many more forms in simplemma's dictionaries (MIT) go into filters, which only keep the
spelling from being corrected where nothing is wrong.
"""

from __future__ import annotations

import argparse
import gzip
import re
from pathlib import Path

import Stemmer
from simplemma.strategies.dictionaries.dictionary_factory import DefaultDictionaryFactory

from cookbook_search.analyze.wordfilter import pack

WORD = re.compile(r"[^\W\d_]{2,}(?:-[^\W\d_]+)*")
WORDS = Path("src/cookbook_search/analyze/words")
SOURCES = {
    "sv": (("yso-labels.tsv.gz", 1), ("tatoeba-eng-swe.tsv.gz", 1)),
    "en": (("yso-labels.tsv.gz", 2), ("tatoeba-eng-fin.tsv.gz", 0), ("tatoeba-eng-swe.tsv.gz", 0)),
}
STEMMERS = {"sv": "swedish", "en": "english"}
HEADER = (
    "# Known words, from YSO labels (CC BY 4.0) and Tatoeba (CC BY 2.0 FR); made by training/wordlists.py.\n"
)


def column_words(path: Path, column: int) -> set[str]:
    """Lower-case words of one column of a gzipped TSV file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return {
            word for line in lines for word in WORD.findall(line.rstrip("\n").split("\t")[column].lower())
        }


def further_stems(language: str) -> set[str]:
    """Stems of the words in simplemma's dictionary, without abbreviations."""
    dictionary = DefaultDictionaryFactory().get_dictionary(language)
    words = {word.lower() for word in (*dictionary, *dictionary.values()) if WORD.fullmatch(word)}
    return set(Stemmer.Stemmer(STEMMERS[language]).stemWords(sorted(words)))


def main() -> None:
    """Write ``known-<language>.txt`` and ``further-<language>.bloom``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    data: Path = parser.parse_args().data
    for language, columns in SOURCES.items():
        found = set().union(*(column_words(data / name, column) for name, column in columns))
        path = WORDS / f"known-{language}.txt"
        (WORDS / f"further-{language}.bloom").write_bytes(pack(further_stems(language)))
        path.write_text(HEADER + "\n".join(sorted(found)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
