"""The model that ships with the package, and small ones made by hand."""

import json
import shutil
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cookbook_search.analyze import Analyzer, normalise
from cookbook_search.embed import StaticEmbedder, open_embedder
from cookbook_search.embed.protocol import unit_rows
from cookbook_search.errors import ModelError
from cookbook_search.types import LANGUAGES, Language

TOKENS = {
    "fi:yritys": (4, 0, 0),
    "fi:raha": (0, 4, 0),
    "fi:jäsen": (0, 0, 4),
    "fi:maksu": (0, 4, 0),
    "fi:ja": (0, 0, 100),
    "fi:tuki": (4, 0, 0),
    "sv:tuki": (4, 4, 0),
    "fi#<qq": (1, 0, 0),
    "fi#qqq": (1, 2, 0),
}


def write_model(folder: Path, **card: object) -> Path:
    """A model of three dimensions whose vectors can be reckoned in the head."""
    folder.mkdir(parents=True, exist_ok=True)
    values = {
        "name": "tiny", "version": "1", "dimension": 3, "part_weight": 0.5, "stop_weight": 0.1, "ngram": 3
    } | card  # fmt: skip
    (folder / "model.json").write_text(json.dumps(values), encoding="utf-8")
    (folder / "tokens.txt").write_text("".join(f"{token}\n" for token in TOKENS), encoding="utf-8")
    np.save(folder / "rows.npy", np.array(list(TOKENS.values()), dtype=np.int8))
    np.save(folder / "scales.npy", np.full(len(TOKENS), 0.5, dtype=np.float16))
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_model(tmp_path / "model")


@pytest.fixture
def tiny(folder: Path, analyzer: Analyzer) -> StaticEmbedder:
    return StaticEmbedder(folder, analyzer)


@pytest.fixture(scope="module")
def bundled(analyzer: Analyzer) -> StaticEmbedder:
    embedder = open_embedder("bundled", analyzer)
    assert isinstance(embedder, StaticEmbedder)
    return embedder


def one(embedder: StaticEmbedder, text: str, language: Language = "fi") -> list[float]:
    """The vector of one text."""
    return embedder.embed([text], [language], "passage")[0].round(4).tolist()


def test_a_word_has_its_vector_at_unit_length(tiny: StaticEmbedder) -> None:
    assert one(tiny, "yrityksille") == [1, 0, 0]
    assert one(tiny, "Raha! raha? RAHA.") == [0, 1, 0]


def test_words_are_added_up(tiny: StaticEmbedder) -> None:
    assert one(tiny, "yritys raha") == pytest.approx([0.7071, 0.7071, 0], abs=1e-4)


def test_rows_are_multiplied_by_their_scales(folder: Path, analyzer: Analyzer) -> None:
    scales = np.load(folder / "scales.npy")
    scales[0] *= 3
    np.save(folder / "scales.npy", scales)

    assert one(StaticEmbedder(folder, analyzer), "yritys raha") == pytest.approx(
        [0.9487, 0.3162, 0], abs=1e-4
    )


def test_a_compound_that_has_no_vector_is_its_parts(tiny: StaticEmbedder) -> None:
    assert one(tiny, "jäsenmaksujen") == pytest.approx([0, 0.7071, 0.7071], abs=1e-4)


def test_the_parts_of_a_compound_with_a_vector_weigh_less(folder: Path, analyzer: Analyzer) -> None:
    tokens = (folder / "tokens.txt").read_text(encoding="utf-8").replace("fi:tuki", "fi:jäsenmaksu")
    (folder / "tokens.txt").write_text(tokens, encoding="utf-8")

    # 1 for the compound, 0.5 shared by `jäsen` and `maksu`
    assert one(StaticEmbedder(folder, analyzer), "jäsenmaksu") == pytest.approx(
        [0.9428, 0.2357, 0.2357], abs=1e-4
    )


def test_a_function_word_weighs_little(tiny: StaticEmbedder) -> None:
    # 0.1 x 100 for `ja` against 4 for `raha`, were it not for its weight of a tenth
    assert one(tiny, "raha ja") == pytest.approx([0, 0.3714, 0.9285], abs=1e-4)


def test_an_unknown_word_is_its_letters(tiny: StaticEmbedder) -> None:
    assert one(tiny, "qqqzz") == pytest.approx([0.7071, 0.7071, 0], abs=1e-4)


def test_without_ngrams_an_unknown_word_is_nothing(tmp_path: Path, analyzer: Analyzer) -> None:
    assert one(StaticEmbedder(write_model(tmp_path / "m", ngram=0), analyzer), "qqqzz") == [0, 0, 0]


def test_the_language_chooses_the_vectors(tiny: StaticEmbedder) -> None:
    assert one(tiny, "tuki", "sv") == pytest.approx([0.7071, 0.7071, 0], abs=1e-4)
    assert one(tiny, "tuki", "en") == [0, 0, 0]


@pytest.mark.parametrize("text", ["", " ", "🙂", "!!!", "xyzzy"])
def test_a_text_without_known_words_is_zero(tiny: StaticEmbedder, text: str) -> None:
    assert one(tiny, text) == [0, 0, 0]


def test_no_texts_give_no_rows(tiny: StaticEmbedder) -> None:
    assert tiny.embed([], [], "query").shape == (0, 3)


def test_each_text_needs_its_language(tiny: StaticEmbedder) -> None:
    with pytest.raises(ValueError, match="zip"):
        tiny.embed(["raha", "yritys"], ["fi"], "query")


def test_the_digest_tells_any_change_of_the_files(folder: Path, analyzer: Analyzer) -> None:
    digests = {StaticEmbedder(folder, analyzer).digest}
    write_model(folder, part_weight=0.6)
    digests.add(StaticEmbedder(folder, analyzer).digest)
    np.save(folder / "scales.npy", np.full(len(TOKENS), 0.25, dtype=np.float16))
    digests.add(StaticEmbedder(folder, analyzer).digest)
    np.save(folder / "rows.npy", np.load(folder / "rows.npy")[::-1].copy())
    digests.add(StaticEmbedder(folder, analyzer).digest)

    assert len(digests) == 4


def test_the_digest_does_not_depend_on_the_folder(folder: Path, tmp_path: Path, analyzer: Analyzer) -> None:
    elsewhere = Path(shutil.copytree(folder, tmp_path / "elsewhere"))

    assert StaticEmbedder(elsewhere, analyzer).digest == StaticEmbedder(folder, analyzer).digest


@pytest.mark.parametrize("name", ["model.json", "tokens.txt", "rows.npy", "scales.npy"])
def test_a_missing_file_is_told(folder: Path, analyzer: Analyzer, name: str) -> None:
    (folder / name).unlink()

    with pytest.raises(ModelError, match=name):
        StaticEmbedder(folder, analyzer)


@pytest.mark.parametrize("name", ["model.json", "rows.npy", "scales.npy"])
@pytest.mark.parametrize("content", [b"", b"\x00\x01", b"\x93NUMPY", b"PK\x03\x04", b"[1, 2"])
def test_a_damaged_file_is_told(folder: Path, analyzer: Analyzer, name: str, content: bytes) -> None:
    (folder / name).write_bytes(content)

    with pytest.raises(ModelError, match="cannot be read"):
        StaticEmbedder(folder, analyzer)


@pytest.mark.parametrize("name", ["rows.npy", "scales.npy"])
def test_a_torn_file_is_told(folder: Path, analyzer: Analyzer, name: str) -> None:
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[:-5])

    with pytest.raises(ModelError, match="cannot be read"):
        StaticEmbedder(folder, analyzer)


@pytest.mark.parametrize("name", ["rows.npy", "scales.npy"])
def test_a_pickle_or_an_archive_is_not_opened(folder: Path, analyzer: Analyzer, name: str) -> None:
    np.save(folder / name, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(ModelError, match="cannot be read"):
        StaticEmbedder(folder, analyzer)

    with (folder / name).open("wb") as file:
        np.savez(file, a=np.zeros(3))
    with pytest.raises(ModelError, match="cannot be read"):
        StaticEmbedder(folder, analyzer)


@pytest.mark.parametrize(
    "misfit",
    [
        pytest.param(lambda f: np.save(f / "rows.npy", np.zeros((3, 3), np.int8)), id="fewer-rows"),
        pytest.param(
            lambda f: np.save(f / "rows.npy", np.zeros((len(TOKENS), 4), np.int8)), id="other-dimension"
        ),
        pytest.param(
            lambda f: np.save(f / "rows.npy", np.zeros((len(TOKENS), 3), np.float64)), id="other-type"
        ),
        pytest.param(lambda f: np.save(f / "rows.npy", np.zeros(len(TOKENS) * 3, np.int8)), id="flat"),
        pytest.param(lambda f: np.save(f / "scales.npy", np.zeros(2, np.float16)), id="fewer-scales"),
        pytest.param(lambda f: np.save(f / "scales.npy", np.float16(1)), id="one-scale"),
        pytest.param(lambda f: (f / "tokens.txt").write_text("fi:yritys\n"), id="fewer-tokens"),
        pytest.param(lambda f: write_model(f, dimension=2), id="card"),
    ],
)
def test_files_that_do_not_fit_together_are_told(folder: Path, analyzer: Analyzer, misfit) -> None:
    misfit(folder)

    with pytest.raises(ModelError, match="do not fit together"):
        StaticEmbedder(folder, analyzer)


def test_a_card_without_its_dimension_is_told(folder: Path, analyzer: Analyzer) -> None:
    (folder / "model.json").write_text('{"name": "tiny"}', encoding="utf-8")

    with pytest.raises(ModelError, match="dimension"):
        StaticEmbedder(folder, analyzer)


# --- the bundled model ------------------------------------------------------------------------


def test_the_bundled_model_has_a_card(bundled: StaticEmbedder) -> None:
    assert bundled.name == "bundled"
    assert bundled.dimension == bundled.card.dimension > 0
    assert len(bundled.digest) == 64


def test_bundled_vectors_are_of_unit_length(bundled: StaticEmbedder) -> None:
    texts = [
        "Yritykset käyvät kerran eivätkä palaa",
        "medlemsavgiften för små företag",
        "how to fund a cluster",
    ]

    vectors = bundled.embed(texts, ["fi", "sv", "en"], "query")

    assert vectors.dtype == np.float32
    assert vectors.shape == (3, bundled.dimension)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1, 1], abs=1e-5)


def test_an_empty_text_is_zero_among_others(bundled: StaticEmbedder) -> None:
    vectors = bundled.embed(["yritys", "", "raha"], ["fi", "fi", "fi"], "passage")

    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 0, 1], abs=1e-5)


def test_inflection_does_not_move_a_bundled_vector(bundled: StaticEmbedder) -> None:
    base, inflected, other = bundled.embed(["jäsenmaksu", "jäsenmaksujen", "työpaja"], ["fi"] * 3, "query")

    assert base @ inflected == pytest.approx(1, abs=1e-4)
    assert base @ other < 0.9


def test_the_company_of_other_texts_does_not_matter(bundled: StaticEmbedder) -> None:
    texts = ["jäsenmaksu puhuttaa", "", "työpaja alkaa"]

    together = bundled.embed(texts, ["fi"] * 3, "passage")

    for text, vector in zip(texts, together, strict=True):
        assert np.array_equal(bundled.embed([text], ["fi"], "passage")[0], vector)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60).map(normalise), st.sampled_from(LANGUAGES))
def test_any_text_has_a_vector_of_length_one_or_zero(
    bundled: StaticEmbedder, text: str, language: Language
) -> None:
    (vector,) = bundled.embed([text], [language], "query")

    assert np.isfinite(vector).all()
    assert min(abs(np.linalg.norm(vector) - length) for length in (0, 1)) < 1e-5


def test_threads_share_one_model(bundled: StaticEmbedder) -> None:
    texts = [f"{a} {b}" for a in ("jäsenmaksu", "työpaja", "rahoitus") for b in ("kaupunki", "yritys")] * 5
    expected = bundled.embed(texts, ["fi"] * len(texts), "query")
    found: list[np.ndarray] = []

    def work() -> None:
        found.append(bundled.embed(texts, ["fi"] * len(texts), "query"))

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 6
    assert all(np.array_equal(vectors, expected) for vectors in found)


def test_unit_rows_leave_zero_rows_alone() -> None:
    rows = unit_rows(np.array([[3.0, 4.0], [0.0, 0.0], [-2.0, 0.0]]))

    assert rows.dtype == np.float32
    assert rows.tolist() == [[pytest.approx(0.6), pytest.approx(0.8)], [0, 0], [-1, 0]]
