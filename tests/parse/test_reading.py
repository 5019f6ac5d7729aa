"""What reading keeps: line ends, byte order marks, digests, and corpora side by side."""

import shutil
from pathlib import Path

import pytest

from cookbook_search.parse import read_corpus, read_document

RECIPE = "reseptit/jasenmaksut.md"


@pytest.mark.parametrize(
    "as_saved",
    [
        pytest.param(lambda text: text.replace("\n", "\r\n").encode(), id="crlf"),
        pytest.param(lambda text: text.replace("\n", "\r").encode(), id="cr"),
        pytest.param(lambda text: text.encode("utf-8-sig"), id="bom"),
        pytest.param(lambda text: text.replace("\n", "\r\n").encode("utf-8-sig"), id="bom-and-crlf"),
    ],
)
def test_line_ends_and_byte_order_marks_make_no_difference(small_corpus: Path, as_saved) -> None:
    path = small_corpus / RECIPE
    before, _ = read_document(path, small_corpus)
    path.write_bytes(as_saved(path.read_text(encoding="utf-8")))

    after, faults = read_document(path, small_corpus)

    assert faults == []
    assert after == before
    assert after is not None
    assert before is not None
    assert (after.body, after.body_line, after.digest) == (before.body, before.body_line, before.digest)


def test_letters_are_composed_and_control_characters_blanked(small_corpus: Path) -> None:
    path = small_corpus / RECIPE
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("Ilmainen on helppo", "A\u0308iti\x07on helppo"), encoding="utf-8")

    document, faults = read_document(path, small_corpus)

    assert faults == []
    assert document is not None
    assert "Äiti on helppo aloittaa" in document.body


def test_the_body_begins_on_its_line(small_corpus: Path) -> None:
    document, _ = read_document(small_corpus / RECIPE, small_corpus)

    lines = (small_corpus / RECIPE).read_text(encoding="utf-8").split("\n")
    assert document is not None
    assert lines[document.body_line - 2] == "---"
    assert "\n".join(lines[document.body_line - 1 :]) == document.body


def test_a_rule_at_the_head_of_the_body_is_no_second_front_matter(small_corpus: Path) -> None:
    path = small_corpus / RECIPE
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("---\n\n## Pulma", "---\n---\n\nEi saa kadota.\n\n---\n\n## Pulma"), encoding="utf-8"
    )

    document, faults = read_document(path, small_corpus)

    assert faults == []
    assert document is not None
    assert document.body.startswith("---\n\nEi saa kadota.")


def test_the_key_joins_owner_and_id(small_corpus: Path) -> None:
    document, _ = read_document(small_corpus / RECIPE, small_corpus)

    assert document is not None
    assert document.key == "Vantaa/jasenmaksut"
    assert document.path == RECIPE


@pytest.mark.parametrize(
    "name", [RECIPE, "kysymykset/jasenpysyvyys.yaml", "sanasto.yaml", "mittarit/uudet-jasenet.md"]
)
def test_any_changed_file_changes_the_digest_of_the_corpus(small_corpus: Path, name: str) -> None:
    before, _ = read_corpus([small_corpus])
    path = small_corpus / name
    path.write_text(path.read_text(encoding="utf-8").replace("o", "u", 3), encoding="utf-8")

    after, _ = read_corpus([small_corpus])

    assert after.digest != before.digest


def test_the_same_files_have_the_same_digest_wherever_they_lie(small_corpus: Path, tmp_path: Path) -> None:
    elsewhere = Path(shutil.copytree(small_corpus, tmp_path / "elsewhere"))

    assert read_corpus([elsewhere])[0].digest == read_corpus([small_corpus])[0].digest


def test_the_home_corpus_alone_says_what_is_outside(small_corpus: Path, tmp_path: Path) -> None:
    espoo = tmp_path / "espoo"
    espoo.mkdir()
    (espoo / "sanasto.yaml").write_text("tags: []\n", encoding="utf-8")
    before, _ = read_corpus([small_corpus, espoo])
    (small_corpus / "ohi.yaml").write_text("fi: [Milloin uimahalli aukeaa?]\n", encoding="utf-8")
    (espoo / "ohi.yaml").write_text("fi: [Kuka auraa kadun?]\nen: [Who ploughs?]\n", encoding="utf-8")

    corpus, faults = read_corpus([small_corpus, espoo])

    assert faults == []
    assert (before.outside.fi, before.outside.en) == ((), ())
    assert corpus.outside.fi == ("Milloin uimahalli aukeaa?",)  # what it does not answer, Espoo may
    assert (corpus.outside.sv, corpus.outside.en) == ((), ())
    assert corpus.digest != before.digest


def test_questions_change_the_digest_of_their_document_alone(small_corpus: Path) -> None:
    before = {d.id: d.digest for d in read_corpus([small_corpus])[0].documents}
    path = small_corpus / "kysymykset/jasenpysyvyys.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("Kuinka", "Miten", 1), encoding="utf-8")

    after = {d.id: d.digest for d in read_corpus([small_corpus])[0].documents}

    assert {name for name in after if after[name] != before[name]} == {"jasenpysyvyys"}


def test_another_city_joins_with_the_same_ids(small_corpus: Path, tmp_path: Path) -> None:
    espoo = Path(shutil.copytree(small_corpus, tmp_path / "espoo"))
    for path in espoo.glob("*/*.md"):
        path.write_text(
            path.read_text(encoding="utf-8").replace("owner: Vantaa", "owner: Espoo"), encoding="utf-8"
        )
    (espoo / "sanasto.yaml").write_text(
        "tags:\n"
        "  - {id: myynti, fi: Toinen, sv: Andra, en: Other}\n"
        "  - {id: satama, fi: Satama, sv: Hamn, en: Port}\n"
        "words: [klusteri, satamakanvaasi]\n",
        encoding="utf-8",
    )

    corpus, faults = read_corpus([small_corpus, espoo])

    assert faults == []
    assert len({document.key for document in corpus.documents}) == 10
    tags = {tag.id: tag.fi for tag in corpus.vocabulary.tags}
    assert tags["myynti"] == "Myynti ja kaupallistaminen"
    assert tags["satama"] == "Satama"
    assert corpus.vocabulary.words.count("klusteri") == 1
    assert "satamakanvaasi" in corpus.vocabulary.words
