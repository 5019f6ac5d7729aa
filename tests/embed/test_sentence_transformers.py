"""The wrapper of sentence-transformers, against a stand-in for that library (it brings torch along)."""

import sys
import types

import numpy as np
import pytest

from cookbook_search.analyze import Analyzer
from cookbook_search.embed import SentenceTransformerEmbedder, open_embedder, open_reranker
from cookbook_search.errors import ModelError


class Tensor:
    """What the wrapper asks of a torch tensor."""

    def __init__(self, values: list[float]) -> None:
        self.values = values

    def detach(self):
        return self

    cpu = contiguous = float = detach

    def numpy(self) -> np.ndarray:
        return np.array(self.values, dtype=np.float32)


class Model:
    """What the wrapper asks of a SentenceTransformer; remembers what it was given."""

    prompts: dict[str, str] = {}  # noqa: RUF012  # never changed; each test alters a class of its own
    weights = (1.0, 2.0)

    def __init__(self, name: str) -> None:
        if name == "no/such-model":
            raise OSError("no/such-model is not a local folder")
        self.encoded: list[str] = []

    def get_sentence_embedding_dimension(self) -> int:
        return 2

    def encode(self, texts, *, convert_to_numpy, show_progress_bar, prompt):
        assert (convert_to_numpy, show_progress_bar, prompt) == (True, False, "")
        self.encoded += texts
        return np.array([[3.0, 4.0] if text else [0.0, 0.0] for text in texts])

    def state_dict(self) -> dict[str, Tensor]:
        return {"layer": Tensor(list(self.weights))}


class Judge:
    """What the wrapper asks of a CrossEncoder: a passage scores the words it shares with the query."""

    def __init__(self, name: str) -> None:
        if name == "no/such-model":
            raise OSError("no/such-model is not a local folder")

    def predict(self, pairs, *, convert_to_numpy, show_progress_bar):
        assert (convert_to_numpy, show_progress_bar) == (True, False)
        return np.array([[len(set(a.split()) & set(b.split()))] for a, b in pairs], dtype=np.float64)


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> type[Model]:
    """A module `sentence_transformers` whose models can be altered."""
    module = types.ModuleType("sentence_transformers")
    model = type("Model", (Model,), {})
    module.SentenceTransformer = model  # type: ignore[attr-defined]  # a made module
    module.CrossEncoder = Judge  # type: ignore[attr-defined]  # a made module
    monkeypatch.setitem(sys.modules, "sentence_transformers", module)
    return model


def test_without_the_library_the_message_names_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch, analyzer: Analyzer
) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)

    with pytest.raises(ModelError) as caught:
        open_embedder("intfloat/multilingual-e5-small", analyzer)

    assert "pip install 'cookbook-search[sentence-transformers]'" in str(caught.value)
    assert "intfloat/multilingual-e5-small" in str(caught.value)


def test_a_model_that_cannot_be_loaded_is_told(library: type[Model], analyzer: Analyzer) -> None:
    with pytest.raises(ModelError, match=r"no/such-model.*is not a local folder.*local one"):
        open_embedder("no/such-model", analyzer)


def test_vectors_are_scaled_to_unit_length(library: type[Model]) -> None:
    embedder = SentenceTransformerEmbedder("some/model")

    vectors = embedder.embed(["a", "", "b"], ["fi", "sv", "en"], "passage")

    assert vectors.dtype == np.float32
    assert vectors == pytest.approx(np.array([[0.6, 0.8], [0, 0], [0.6, 0.8]]))
    assert (embedder.name, embedder.dimension) == ("some/model", 2)


@pytest.mark.parametrize(
    ("name", "prompts", "query", "passage"),
    [
        ("intfloat/multilingual-e5-small", {}, "query: a", "passage: a"),
        ("models/Multilingual-E5-large", {"query": "ignored "}, "query: a", "passage: a"),
        ("some/model", {"query": "search: ", "passage": "text: "}, "search: a", "text: a"),
        ("some/model", {"query": "search: "}, "search: a", "a"),
        ("some/model", {"query": "q: ", "document": "d: "}, "q: a", "d: a"),
        ("BAAI/bge-m3", {}, "a", "a"),
        ("BAAI/bge-base-en-v1.5", {}, "Represent this sentence for searching relevant passages: a", "a"),
        ("nomic-ai/nomic-embed-text-v1.5", {}, "search_query: a", "search_document: a"),
        (
            "intfloat/multilingual-e5-large-instruct",
            {},
            "Instruct: Find what solves this problem\nQuery: a",
            "a",
        ),
        ("some/model", {}, "a", "a"),
    ],
)
def test_a_text_gets_the_prefix_of_its_role(
    library: type[Model], name: str, prompts: dict[str, str], query: str, passage: str
) -> None:
    library.prompts = prompts
    embedder = SentenceTransformerEmbedder(name)

    embedder.embed(["a"], ["fi"], "query")
    embedder.embed(["a"], ["fi"], "passage")

    assert embedder._model.encoded == [query, passage]


def test_the_digest_tells_weights_and_prefixes(library: type[Model]) -> None:
    digests = [SentenceTransformerEmbedder("some/model").digest for _ in range(2)]
    assert digests[0] == digests[1]

    digests.append(SentenceTransformerEmbedder("some/e5").digest)
    library.weights = (1.0, 2.5)
    digests.append(SentenceTransformerEmbedder("some/model").digest)

    assert len(set(digests)) == 3


def test_no_texts_give_no_rows(library: type[Model]) -> None:
    assert SentenceTransformerEmbedder("some/model").embed([], [], "query").shape == (0, 2)


def test_a_reranker_scores_each_passage(library: type[Model]) -> None:
    reranker = open_reranker("some/judge")

    scores = reranker.scores("raha loppui", ["mistä raha", "muuta", "raha loppui taas"])

    assert scores.dtype == np.float32
    assert scores.tolist() == [1, 0, 2]
    assert reranker.scores("raha", []).shape == (0,)
    assert reranker.name == "some/judge"


def test_no_name_is_no_reranker() -> None:
    assert open_reranker("") is None


def test_a_reranker_that_cannot_be_opened_is_told(
    library: type[Model], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ModelError, match=r"no/such-model.*is not a local folder"):
        open_reranker("no/such-model")
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(ModelError, match=r"pip install 'cookbook-search\[sentence-transformers\]'"):
        open_reranker("some/judge")
