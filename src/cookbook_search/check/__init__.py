"""The rules of a good corpus. Every fault is found in one run, each with file and line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cookbook_search.analyze import Analyzer
from cookbook_search.check import form, prose, relations
from cookbook_search.check.reading import Read, read
from cookbook_search.errors import Fault
from cookbook_search.types import Corpus

__all__ = ["Health", "check_corpus", "health_of", "structural_faults"]


@dataclass(frozen=True, slots=True)
class Health:
    """How a corpus stands."""

    documents: int
    """Documents that could be read."""
    faults: tuple[Fault, ...]
    """In the order of files and lines."""
    stopping: frozenset[Fault]
    """Those over which no index is built."""


def health_of(corpus: Corpus, unread: Iterable[Fault], analyzer: Analyzer) -> Health:
    """All faults; ``unread`` are those of the files that could not be read."""
    stopping = frozenset({*unread, *structural_faults(corpus)})
    faults = {*stopping, *check_corpus(corpus, analyzer)}
    return Health(len(corpus.documents), tuple(sorted(faults)), stopping)


def structural_faults(corpus: Corpus) -> list[Fault]:
    """Faults that would make search or pages wrong; an index is not built over them."""
    documents = [read(document) for document in corpus.documents]
    return sorted([*relations.faults_of_ids(documents, corpus.vocabulary), *_unfinished(_ours(documents))])


def check_corpus(corpus: Corpus, analyzer: Analyzer) -> list[Fault]:
    """All faults of documents that could be read, in the order of files and lines.

    Plain pages keep no rules but those of ids and links.
    """
    everything = [read(document) for document in corpus.documents]
    documents = _ours(everything)
    faults: list[Fault] = [
        *relations.faults_of_ids(everything, corpus.vocabulary),
        *relations.faults_of_graph(documents),
        *_unfinished(documents),
        *form.repeated_problems(documents),
        *prose.repeated_paragraphs(documents),
        *_per_document(documents, corpus, analyzer),
    ]
    return sorted(faults)


def _ours(documents: list[Read]) -> list[Read]:
    """Those that keep the cookbook's form."""
    return [document for document in documents if not document.document.plain]


def _unfinished(documents: list[Read]) -> Iterator[Fault]:
    for document in documents:
        yield from form.unfinished(document)


def _per_document(documents: list[Read], corpus: Corpus, analyzer: Analyzer) -> Iterable[Fault]:
    for document in documents:
        for rule in form.RULES:
            yield from rule(document)
        yield from prose.misspelt(document, analyzer, corpus.vocabulary)
        yield from prose.forbidden_words(document, analyzer)
