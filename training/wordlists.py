"""Write the lists of known Swedish and English words that the analyzer ships.

    python -m training.wordlists DATA_FOLDER

Reads YSO labels (CC BY 4.0, National Library of Finland) and Tatoeba sentences (CC BY 2.0 FR).
"""

from __future__ import annotations

import argparse
import gzip
import re
from pathlib import Path

WORD = re.compile(r"[^\W\d_]{2,}(?:-[^\W\d_]+)*")
WORDS = Path("src/cookbook_search/analyze/words")
SOURCES = {
    "sv": (("yso-labels.tsv.gz", 1), ("tatoeba-eng-swe.tsv.gz", 1)),
    "en": (("yso-labels.tsv.gz", 2), ("tatoeba-eng-fin.tsv.gz", 0), ("tatoeba-eng-swe.tsv.gz", 0)),
}
HEADER = (
    "# Known words, from YSO labels (CC BY 4.0) and Tatoeba (CC BY 2.0 FR); made by training/wordlists.py.\n"
)


def column_words(path: Path, column: int) -> set[str]:
    """Lower-case words of one column of a gzipped TSV file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return {
            word for line in lines for word in WORD.findall(line.rstrip("\n").split("\t")[column].lower())
        }


def main() -> None:
    """Write ``known-sv.txt`` and ``known-en.txt``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    data: Path = parser.parse_args().data
    for language, columns in SOURCES.items():
        found = set().union(*(column_words(data / name, column) for name, column in columns))
        path = WORDS / f"known-{language}.txt"
        path.write_text(HEADER + "\n".join(sorted(found)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
