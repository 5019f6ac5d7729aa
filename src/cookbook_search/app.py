"""Cookbook: the one place that wires settings, analyzer, model, index and retrieval together."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from cookbook_search.access import Keys, open_provider, open_sessions
from cookbook_search.analyze import Analyzer, open_analyzer
from cookbook_search.answer import Answerer, Spent, open_answerer, open_language_model
from cookbook_search.check import Health, health_of, structural_faults
from cookbook_search.config import MilvusAddress, Settings
from cookbook_search.embed import Embedder, open_embedder, open_reranker
from cookbook_search.errors import CorpusError, DocumentNotFound, QueryError, SnapshotDamaged
from cookbook_search.index import (
    FolderRepository,
    FolderSnapshot,
    Manifest,
    Progress,
    Repository,
    Snapshot,
    Snapshots,
    build,
    known_documents,
    load,
)
from cookbook_search.pack import DocumentChange, Installed, compare, open_library, previous_of
from cookbook_search.parse import read_corpus
from cookbook_search.plan import Planner, Plans, open_planner
from cookbook_search.retrieve import (
    Explanation,
    Inspection,
    PortableIndex,
    Searcher,
    Suggester,
    inspect,
    make_portable,
    open_searcher,
    read_parameters,
)
from cookbook_search.timing import note
from cookbook_search.types import (
    Answer,
    AnswerDone,
    AnswerEvent,
    AnyDocument,
    Filters,
    Kind,
    Language,
    Message,
    Recipe,
    SearchResult,
    Suggestion,
)
from cookbook_search.types.plan import Plan, Situation
from cookbook_search.usage import GapReport, Nearness, Usage

if TYPE_CHECKING:
    from cookbook_search.store import Database

log = logging.getLogger(__name__)
QUICK_UP_TO = 50_000
"""Chunks that are searched in about a millisecond by the bundled model."""
_Key = tuple[str, int, Language | None, Filters]

FIRST_QUESTIONS: dict[Language, str] = {"fi": "klustteri", "sv": "klusttret", "en": "clusster"}
"""One question a language for ``Cookbook.warm_up``, with a typing error each."""
NEAREST_RECIPES = 3
"""Recipes named beside a question that the cookbook does not answer."""


@dataclass(slots=True)
class Tally:
    """What one process did since its start."""

    searches: int = 0
    cached: int = 0
    """Searches answered from memory."""
    refused: int = 0
    """Searches on which the cookbook has nothing."""
    answers: int = 0
    answers_refused: int = 0
    answers_llm: int = 0
    """Answers worded by a language model."""
    snapshots: int = 0
    """Snapshots taken into use."""
    snapshots_refused: int = 0
    """Snapshots that were current and could not be taken into use, each counted once."""
    builds: int = 0


class Cookbook:
    """Opens an index and answers from it; safe to share by threads.

    ``reload`` swaps the snapshot in one assignment: a search that has begun ends on the old one.
    """

    def __init__(self, settings: Settings) -> None:
        """Opens analyzer and model, not yet the index. Raises ModelError, SettingsError."""
        self.settings = settings
        self.repository = _open_repository(settings)
        self._analyzer: Analyzer = open_analyzer(settings.analyzer)
        self._embedder: Embedder = open_embedder(settings.model, self._analyzer)
        self._language_model = open_language_model(settings)
        self._reranker = open_reranker(settings.reranker)
        self._parameters = read_parameters()
        self._reload_lock = threading.Lock()
        self._database_lock = threading.Lock()
        self._database: Database | None = None
        self._served: _Served | None = None
        self._guests = open_library(settings)
        self.tally = Tally()
        root, follow = self.repository.root, self.repository.follow
        self.snapshots = Snapshots(root, self._analyzer, self._embedder, follow)
        self.plans = Plans(settings, lambda: self.database)
        self.usage = Usage(settings, self._analyzer, lambda: self.database)
        self.keys = Keys(lambda: self.database)
        self.provider = open_provider(settings)
        self.sessions = open_sessions(settings, lambda: self.database)

    def check(self) -> Health:
        """Every fault of the corpus."""
        return health_of(*read_corpus(self.settings.corpus), self._analyzer)

    def index(self, progress: Progress | None = None, stage: bool = False) -> Manifest:
        """Build a snapshot of our corpora and other cities' cookbooks and make it current, or ``stage`` it.

        A faulty guest is left out with a warning: it must not keep us from our own changes.
        Raises CorpusError with every fault that stops the build (the old snapshot stays),
        BuildRunning, SnapshotError.
        """
        known = known_documents(self.repository.root)
        guests = [guest.folder for guest in self._guests.installed() if _is_sound(guest, known)]
        corpus, faults = read_corpus([*self.settings.corpus, *guests], known)
        faults = [*faults, *structural_faults(corpus)]
        if faults or not corpus.documents:
            raise CorpusError(faults)
        root, graph = self.repository.root, self.repository.links_graph
        manifest = build(root, corpus, self._analyzer, self._embedder, progress, stage, graph)
        if not stage:
            self.repository.follow(progress)
        self.tally.builds += 1
        return manifest

    def open(self) -> None:
        """Load the current snapshot and search once, so that the first search is as fast as any.

        Raises SnapshotError, also where the snapshot is whole and yet cannot be searched.
        """
        with self._reload_lock:
            snapshot = self.repository.load(self._analyzer, self._embedder)
            try:
                self._served = self._make_ready(self._searcher(snapshot))
                self.tally.snapshots += 1
            except Exception as error:  # whatever it is, the snapshot served until now answers on
                raise SnapshotDamaged(
                    f"Snapshot {snapshot.manifest.id} cannot be searched "
                    f"({type(error).__name__}: {error}); run `cookbook index`."
                ) from error

    def _make_ready(self, searcher: Searcher) -> _Served:
        searcher.search("klusteri", limit=1)
        model, tokens = self._language_model, self.settings.llm_context_tokens
        answerer = open_answerer(searcher, self._analyzer, self._embedder, model, tokens)
        return _Served(searcher, answerer, self.tally, self.settings.cache_size)

    def searcher_of(self, name: str = "") -> Searcher:
        """A searcher of this machine's current snapshot or of the one of this name, beside what is served.

        Raises SnapshotError.
        """
        return self._searcher(load(self.repository.root, self._analyzer, self._embedder, name))

    def _searcher(self, snapshot: Snapshot) -> Searcher:
        return open_searcher(snapshot, self._parameters, self._analyzer, self._embedder, self._reranker)

    def warm_up(self) -> None:
        """Get ready what the first question to the assistant, and the first typing error, would wait for.

        A server does it when it answers already: searches need none of it.
        """
        answerer = self._open_served().answerer
        for language, question in FIRST_QUESTIONS.items():
            answerer.draft([Message("user", question)], language)

    def reload(self) -> bool:
        """Open the current snapshot if another one is served; True where it changed.

        Raises SnapshotError and keeps serving the old one.
        """
        if self._served is not None and self.repository.current_id() == self._served.snapshot.manifest.id:
            return False
        self.open()
        return True

    @property
    def database(self) -> Database:
        """What outlives the process; opened when first used. Raises SettingsError, StoreError."""
        from cookbook_search.store import open_database  # a server that only searches starts without it

        with self._database_lock:
            if self._database is None:
                self._database = open_database(self.settings.database)
            return self._database

    def close(self) -> None:
        """Store what waits to be stored, and give the database back."""
        self.usage.close()
        with self._database_lock:
            if self._database is not None:
                self._database.close()
                self._database = None

    @property
    def ready(self) -> bool:
        """Whether a snapshot answers."""
        return self._served is not None

    @property
    def is_quick(self) -> bool:
        """Whether a search takes about a millisecond, so that no thread is worth its while."""
        return (
            self._served is not None
            and self.settings.model == "bundled"
            and isinstance(self.repository, FolderRepository)
            and self._reranker is None
            and self._served.snapshot.manifest.counts.chunks <= QUICK_UP_TO
        )

    @property
    def cached_results(self) -> int:
        """Results of searches in memory."""
        return self._served.cached if self._served is not None else 0

    @property
    def spent(self) -> Spent | None:
        """What was asked of the language model; None where none is configured."""
        return self._language_model.spent if self._language_model is not None else None

    @property
    def snapshot(self) -> Snapshot:
        """The snapshot that answers now."""
        return self._open_served().snapshot

    def search(
        self, query: str, limit: int = 10, language: Language | None = None, filters: Filters | None = None
    ) -> SearchResult:
        """Ranked recipes and metrics for a free-text problem. Raises QueryError, SnapshotError."""
        if self.settings.log_text:
            note(query=query)
        result = self._open_served().search(query, limit, language, filters or Filters())
        note(language=result.language, answerable=result.answerable)
        return result

    def explain(self, query: str, language: Language | None = None) -> Explanation:
        """How the query was read and what each part of the retrieval gave. Raises QueryError."""
        return self._open_served().searcher.explain(query, language)

    def inspect(self, query: str, language: Language | None = None, wanted: Sequence[str] = ()) -> Inspection:
        """Why documents stand where they stand, those of the ids ``wanted`` among them. Raises QueryError."""
        return inspect(self._open_served().searcher, query, language, wanted)

    def gaps(self, days: int | None = None, least: int | None = None) -> GapReport:
        """What was asked and not found, or voted down, gathered by meaning; see ``Usage.gaps``.

        Raises StoreError, SettingsError, SnapshotError.
        """
        return self.usage.gaps(self._near, self._embedder, days, least)

    def _near(self, text: str, language: Language) -> Nearness:
        """Whether the cookbook answers a question now, and its nearest recipes."""
        searcher = self._open_served().searcher
        try:
            judged = searcher.judge(searcher.reader.read(text, language), Filters())
        except QueryError:
            return Nearness(False, ())
        documents = (searcher.snapshot.documents[number] for number in judged.recipes)
        recipes = (document.id for document in documents if isinstance(document, Recipe))
        return Nearness(judged.answered, tuple(islice(recipes, NEAREST_RECIPES)))

    async def stream(
        self, messages: Sequence[Message], language: Language | None = None
    ) -> AsyncGenerator[AnswerEvent]:
        """The assistant's answer to the last message, as it comes: sources, text, then the whole.

        ``messages`` is the conversation so far, oldest first, the user's question last. Raises
        QueryError where it cannot be read, SnapshotError.
        """
        async with aclosing(self._open_served().answerer.stream(messages, language)) as events:
            async for event in events:
                if isinstance(event, AnswerDone):
                    self.tally.answers += 1
                    self.tally.answers_refused += event.answer.refused
                    self.tally.answers_llm += event.answer.engine == "llm"
                    self._note_answer(messages[-1].content, event.answer)
                yield event

    def _note_answer(self, question: str, answer: Answer) -> None:
        note(language=answer.language, answerable=not answer.refused, engine=answer.engine)
        if self.settings.log_text:
            note(query=question)

    async def ask(self, messages: Sequence[Message], language: Language | None = None) -> Answer:
        """The assistant's whole answer to the last message. Raises like ``stream``."""
        answers = [e.answer async for e in self.stream(messages, language) if isinstance(e, AnswerDone)]
        return answers[-1]

    def plan(self, situation: Situation) -> Plan:
        """A launch plan for a situation; without steps where no problem is answered. Raises SnapshotError."""
        served = self._open_served()
        return served.planner.make(situation, self.search)

    @property
    def planner(self) -> Planner:
        """Adds to plans what the served snapshot holds. Raises SnapshotError."""
        return self._open_served().planner

    def suggest(self, text: str, language: Language | None = None, limit: int = 8) -> tuple[Suggestion, ...]:
        """What an unfinished query may become; see ``Suggester``. Raises SnapshotError."""
        return self._open_served().suggester(text, language, limit)

    def portable(self) -> PortableIndex:
        """The retrieval as one matrix, for where no server runs; takes seconds. Raises SnapshotError."""
        snapshot = self.snapshot
        if not isinstance(snapshot, FolderSnapshot):  # vectors are read where the index was built
            root, name = self.repository.root, snapshot.manifest.id
            snapshot = load(root, self._analyzer, self._embedder, name)
        return make_portable(snapshot, self._parameters, self._analyzer, self._embedder)

    def document(self, document_id: str, kind: Kind, owner: str | None = None) -> AnyDocument:
        """The document of this id and kind; ``owner`` decides where several cities have one."""
        for document in self._open_served().by_id.get(document_id, ()):
            if document.kind == kind and owner in (None, document.owner):
                return document
        raise DocumentNotFound(f"No {kind} has the id `{document_id}`.")

    def changes(self, document: AnyDocument) -> DocumentChange | None:
        """What changed in a guest's document since the version before; None where none is kept."""
        served = self._open_served()
        if document.guest and document.key not in served.changes:
            installed = self._guests.installed()
            has_previous = any(one.previous and one.manifest.owner == document.owner for one in installed)
            change = compare(previous_of(document, installed), document) if has_previous else None
            served.changes[document.key] = change
        return served.changes.get(document.key)

    @property
    def has_guests(self) -> bool:
        """Whether the served snapshot holds other cities' documents; they stand last."""
        return self._served is not None and self._served.snapshot.documents[-1].guest

    @property
    def home(self) -> str:
        """The owner of the first corpus: addresses of its documents name no owner. Raises SnapshotError."""
        return next((document.owner for document in self.snapshot.documents), "")

    def _open_served(self) -> _Served:
        if self._served is None:
            self.open()
        assert self._served is not None
        return self._served


def _is_sound(guest: Installed, known: Mapping[str, AnyDocument]) -> bool:
    corpus, faults = read_corpus([guest.folder], known)
    faults = [*faults, *structural_faults(corpus)]
    if faults:
        log.warning("the cookbook of %s is left out: %s", guest.manifest.owner, faults[0])
    return not faults


def _open_repository(settings: Settings) -> Repository:
    if not isinstance(settings.index, MilvusAddress):
        return FolderRepository(settings.index)
    from cookbook_search.index.milvus import MilvusRepository  # pymilvus takes a second to import

    token = settings.milvus_token.get_secret_value()
    return MilvusRepository(settings.index, settings.index_cache, token, settings.milvus_seconds)


class _Served:
    """One snapshot with its searcher and its recent answers."""

    def __init__(self, searcher: Searcher, answerer: Answerer, tally: Tally, cache_size: int) -> None:
        self.searcher = searcher
        self.answerer = answerer
        self._tally = tally
        self._cache_size = cache_size
        self._cache: OrderedDict[_Key, SearchResult] = OrderedDict()
        self._cache_lock = threading.Lock()
        self.changes: dict[str, DocumentChange | None] = {}
        """Key of a guest's document -> what changed, as far as somebody asked."""

    @property
    def snapshot(self) -> Snapshot:
        return self.searcher.snapshot

    @property
    def cached(self) -> int:
        return len(self._cache)

    @cached_property
    def planner(self) -> Planner:
        return open_planner(self.answerer.library, self.snapshot.documents)

    @cached_property
    def suggester(self) -> Suggester:
        return Suggester(self.snapshot.documents)

    @cached_property
    def by_id(self) -> dict[str, list[AnyDocument]]:
        found: dict[str, list[AnyDocument]] = {}
        for document in self.snapshot.documents:
            found.setdefault(document.id, []).append(document)
        return found

    def search(self, query: str, limit: int, language: Language | None, filters: Filters) -> SearchResult:
        key = (query, limit, language, filters)
        with self._cache_lock:
            self._tally.searches += 1
            if (known := self._cache.get(key)) is not None:
                self._cache.move_to_end(key)
                self._tally.cached += 1
                self._tally.refused += not known.answerable
                note(cached=True)
                return known
        result = self.searcher.search(query, limit, language, filters)
        with self._cache_lock:
            self._tally.refused += not result.answerable
            if self._cache_size:
                self._cache[key] = result
                while len(self._cache) > self._cache_size:
                    self._cache.popitem(last=False)
        return result
