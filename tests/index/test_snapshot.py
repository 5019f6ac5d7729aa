"""Snapshots: what is built is what is loaded, and no more is done than is needed."""

from __future__ import annotations

import ast
import threading
from pathlib import Path

import numpy as np
import pytest
from kitchen import VOCABULARY, corpus_of, write_guest, write_recipe

import cookbook_search
from cookbook_search.analyze import open_analyzer
from cookbook_search.chunk import chunks
from cookbook_search.errors import BuildRunning, NoSnapshot, SnapshotError, SnapshotMismatch
from cookbook_search.index import KIND_CODES, build, builder, current_id, known_documents, load, segments
from cookbook_search.index.builder import KEPT
from cookbook_search.index.changes import CHANGES
from cookbook_search.index.manifest import FORMAT, read_manifest, write_manifest
from cookbook_search.index.segments import embedding_text
from cookbook_search.parse import read_corpus, yaml_model

QUESTIONS_OUTSIDE = 1
"""Questions of the cookbook's ``ohi.yaml``."""


class Counting:
    """The real model, which remembers the texts it was asked to embed."""

    def __init__(self, embedder, name=None, digest=None):
        self._embedder = embedder
        self.name = name or embedder.name
        self.digest = digest or embedder.digest
        self.dimension = embedder.dimension
        self.texts = []

    def embed(self, texts, languages, role):
        self.texts += texts
        return self._embedder.embed(texts, languages, role)


def folders(root):
    return sorted(path.name for path in root.iterdir() if path.is_dir())


def test_a_snapshot_comes_back_as_it_was_built(built, cookbook, analyzer, embedder):
    corpus = corpus_of(cookbook)
    snapshot = load(built, analyzer, embedder)
    expected = [chunk for document in corpus.documents for chunk in chunks(document)]
    assert snapshot.documents == corpus.documents
    assert snapshot.vocabulary == corpus.vocabulary
    assert [snapshot.chunks[at] for at in range(len(snapshot.chunks))] == expected
    assert snapshot.chunk_kind.tolist() == [KIND_CODES[chunk.kind] for chunk in expected]
    keys = [snapshot.documents[number].key for number in snapshot.chunk_document]
    assert keys == [chunk.document for chunk in expected]
    assert snapshot.chunk_range[-1] == len(expected) == snapshot.dense.size
    texts = [embedding_text(chunk) for chunk in expected]
    vectors = embedder.embed(texts, [chunk.language for chunk in expected], "passage")
    assert np.array_equal(snapshot.dense.vectors, vectors)


def test_the_manifest_says_what_the_snapshot_is(built, cookbook, analyzer, embedder):
    manifest = load(built, analyzer, embedder).manifest
    assert manifest.id == current_id(built)
    assert manifest.model.name == embedder.name
    assert manifest.model.digest == embedder.digest
    assert manifest.model.dimension == embedder.dimension
    assert manifest.analyzer.name == analyzer.name
    assert manifest.analyzer.version == analyzer.version
    assert manifest.counts.documents == len(corpus_of(cookbook).documents)
    folder = built / manifest.id
    names = {path.name for path in folder.iterdir()} - {"manifest.json", "manifest.sha256"}
    assert set(manifest.files) == names
    assert {name: record.bytes for name, record in manifest.files.items()} == {
        name: (folder / name).stat().st_size for name in names
    }


def test_spans_lead_from_terms_to_their_words(built, analyzer, embedder):
    snapshot = load(built, analyzer, embedder)
    wanted = snapshot.spans.wanted(["yritys", "ei-missään"])
    found = {
        snapshot.chunks[at].text[start:end].lower()
        for at in range(len(snapshot.chunks))
        for start, end in snapshot.spans.places(at, wanted)
    }
    assert {"yritys", "yritykset", "yrityksiltä", "yrityksille"} <= found
    assert all(word.startswith("yrity") for word in found)
    assert snapshot.spans.places(0, snapshot.spans.wanted(["ei-missään"])) == []


def test_word_forms_leave_hurried_questions_out(tmp_path, cookbook, analyzer, embedder):
    questions = cookbook / "kysymykset" / "luottamus.yaml"
    questions.parent.mkdir()
    questions.write_text("id: luottamus\nfi: [{style: spoken, text: kilpailiat qwertyä}]\n", encoding="utf-8")
    build(tmp_path / "index", corpus_of(cookbook), analyzer, embedder)
    snapshot = load(tmp_path / "index", analyzer, embedder)
    assert "kilpailijat" in snapshot.forms["fi"]
    assert "kilpailiat" not in snapshot.forms["fi"]
    assert "kilpailiat qwertyä" in {snapshot.chunks[at].text for at in range(len(snapshot.chunks))}


def test_two_cities_make_one_index(tmp_path, cookbook, analyzer, embedder):
    corpus = corpus_of(cookbook, write_guest(tmp_path / "guest"))
    build(tmp_path / "index", corpus, analyzer, embedder)
    documents = load(tmp_path / "index", analyzer, embedder).documents
    assert {d.owner for d in documents if d.id == "avustushaku"} == {"Vantaa", "Espoo"}


def test_steps_are_reported_in_order(tmp_path, cookbook, analyzer, embedder):
    seen = []
    build(tmp_path / "index", corpus_of(cookbook), analyzer, embedder, lambda *step: seen.append(step))
    assert list(dict.fromkeys(step for step, _, _ in seen)) == ["analyze", "write", "switch"]
    assert all(0 <= done <= total for _, done, total in seen)
    assert [(done, total) for step, done, total in seen if step == "write"] == [(n, 4) for n in range(5)]


def test_an_unchanged_corpus_keeps_the_snapshot(built, cookbook, analyzer, embedder):
    before = load(built, analyzer, embedder).manifest
    files = {path: path.stat().st_mtime_ns for path in built.rglob("*") if path.name != ".lock"}
    counting = Counting(embedder)
    assert build(built, corpus_of(cookbook), analyzer, counting) == before
    assert counting.texts == []
    assert {path: path.stat().st_mtime_ns for path in built.rglob("*") if path.name != ".lock"} == files


def test_only_changed_chunks_are_embedded_again(built, cookbook, analyzer, embedder):
    path = cookbook / "reseptit" / "luottamus.md"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("vaikenevat", "hymyilevät"), encoding="utf-8")
    counting = Counting(embedder)
    build(built, corpus_of(cookbook), analyzer, counting)
    [again] = counting.texts
    assert "hymyilevät" in again


def remove(cookbook):
    (cookbook / "reseptit" / "avustushaku.md").unlink()


def change(cookbook):
    path = cookbook / "reseptit" / "luottamus.md"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("vaikenevat", "hymyilevät"), encoding="utf-8")


def add(cookbook):
    write_recipe(cookbook, "aivan-uusi", "## Pulma\n\nTämä resepti on uusi.\n")


def add_in_the_middle(cookbook):
    write_recipe(cookbook, "keskelle", "## Pulma\n\nSanoja: kvantti, ekosysteemi, [b](luottamus.md).\n")


def add_questions(cookbook):
    (cookbook / "kysymykset").mkdir()
    (cookbook / "kysymykset" / "luottamus.yaml").write_text(
        "id: luottamus\nfi: [{style: spoken, text: ei ne puhu}]\n", encoding="utf-8"
    )


def ask_beyond(cookbook):
    (cookbook / "ohi.yaml").write_text("fi: [Missä on uimahalli?]\nen: [Who won?]\n", encoding="utf-8")


def change_words(cookbook):
    (cookbook / "sanasto.yaml").write_text(VOCABULARY.replace("Nätverk", "Nät"), encoding="utf-8")


def rename(cookbook):
    path = cookbook / "reseptit" / "luottamus.md"
    text = path.read_text(encoding="utf-8")
    path.unlink()
    (cookbook / "reseptit" / "aa-luottamus.md").write_text(
        text.replace('"luottamus"', '"aa-luottamus"'), encoding="utf-8"
    )


@pytest.mark.parametrize(
    "changes",
    [
        (change,), (add,), (remove,), (add_in_the_middle,), (add_questions,), (ask_beyond,), (change_words,),
        (rename,), (remove, add, change), (ask_beyond, add_questions, add_in_the_middle),
    ],
    ids=lambda changes: " ".join(one.__name__ for one in changes),
)  # fmt: skip
def test_an_incremental_build_equals_a_full_one(
    tmp_path, built, cookbook, rebuild, analyzer, embedder, changes
):
    for one in changes:
        one(cookbook)
        rebuild()
    build(tmp_path / "full", corpus_of(cookbook), analyzer, embedder)
    incremental, full = load(built, analyzer, embedder), load(tmp_path / "full", analyzer, embedder)
    history = {CHANGES}  # of what came before, which a first build does not know
    files = [
        {name: record for name, record in one.manifest.files.items() if name not in history}
        for one in (incremental, full)
    ]
    assert files[0] == files[1]


def test_small_batches_make_the_same_snapshot(tmp_path, built, cookbook, analyzer, embedder, monkeypatch):
    monkeypatch.setattr(segments, "BATCH", 2)
    build(tmp_path / "index", corpus_of(cookbook), analyzer, embedder)
    one, other = load(built, analyzer, embedder), load(tmp_path / "index", analyzer, embedder)
    assert one.manifest.files == other.manifest.files


def test_only_changed_chunks_are_analysed_again(built, cookbook, embedder, monkeypatch):
    change(cookbook)
    add(cookbook)
    analyzer, seen = open_analyzer("auto"), []
    real = analyzer.tokens

    def tokens(text, language):
        seen.append(text)
        return real(text, language)

    monkeypatch.setattr(analyzer, "tokens", tokens)
    build(built, corpus_of(cookbook), analyzer, Counting(embedder))
    whole = {chunk.text for document in corpus_of(cookbook).documents for chunk in chunks(document)}
    new = [document for document in corpus_of(cookbook).documents if document.id == "aivan-uusi"]
    fresh = {chunk.text for document in new for chunk in chunks(document)}
    again = set(seen) & whole
    assert {text for text in again - fresh if "hymyilevät" not in text} == set()
    assert any("hymyilevät" in text for text in again)


def test_a_snapshot_of_other_chunks_is_not_reused(built, cookbook, analyzer, embedder, monkeypatch):
    monkeypatch.setattr(builder, "CHUNK_FORMAT", "another")
    counting = Counting(embedder)
    manifest = build(built, corpus_of(cookbook), analyzer, counting)
    assert len(counting.texts) == manifest.counts.chunks + QUESTIONS_OUTSIDE


def test_documents_that_did_not_change_are_not_parsed_again(built, cookbook, monkeypatch):
    known = known_documents(built)
    assert set(known.values()) == set(corpus_of(cookbook).documents)
    change(cookbook)
    parsed, real = [], yaml_model.load_yaml
    monkeypatch.setattr(yaml_model, "load_yaml", lambda text: parsed.append(text) or real(text))
    corpus, faults = read_corpus([cookbook], known)
    assert faults == []
    assert len(parsed) == 4  # the vocabulary, the imprint, the questions outside and the changed recipe
    assert corpus == corpus_of(cookbook)


@pytest.mark.parametrize("name", ["documents.jsonl", "manifest.json"])
def test_nothing_is_known_from_a_damaged_snapshot(built, name):
    path = built / current_id(built) / name
    path.write_bytes(path.read_bytes()[:-1])
    assert known_documents(built) == {}


def test_a_changed_tag_makes_a_new_snapshot_and_no_new_vector(built, cookbook, analyzer, embedder):
    path = cookbook / "reseptit" / "luottamus.md"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('["verkostot"]', '["rahoitus"]'), encoding="utf-8")
    before, counting = current_id(built), Counting(embedder)
    build(built, corpus_of(cookbook), analyzer, counting)
    assert counting.texts == []
    assert current_id(built) != before
    changed = [d for d in load(built, analyzer, embedder).documents if d.id == "luottamus"]
    assert changed[0].tags == ("rahoitus",)


def test_a_changed_vocabulary_makes_a_new_snapshot(built, cookbook, rebuild):
    before = current_id(built)
    (cookbook / "sanasto.yaml").write_text(VOCABULARY.replace("Nätverk", "Nät"), encoding="utf-8")
    assert rebuild().id == current_id(built) != before


def test_another_model_embeds_everything_again(built, cookbook, analyzer, embedder):
    counting = Counting(embedder, digest="f" * 64)
    manifest = build(built, corpus_of(cookbook), analyzer, counting)
    assert len(counting.texts) == manifest.counts.chunks + QUESTIONS_OUTSIDE
    assert manifest.model.digest == "f" * 64


def test_another_analyzer_builds_anew(built, cookbook, embedder):
    other = open_analyzer("simplemma")
    counting = Counting(embedder)
    manifest = build(built, corpus_of(cookbook), other, counting)
    assert manifest.analyzer.name == "simplemma"
    assert len(counting.texts) == manifest.counts.chunks + QUESTIONS_OUTSIDE


def test_a_damaged_snapshot_is_not_reused(built, cookbook, analyzer, embedder):
    (built / current_id(built) / "dense.faiss").write_bytes(b"rubbish")
    counting = Counting(embedder)
    manifest = build(built, corpus_of(cookbook), analyzer, counting)
    assert len(counting.texts) == manifest.counts.chunks + QUESTIONS_OUTSIDE
    assert load(built, analyzer, embedder).manifest == manifest


def test_nothing_is_indexed_at_first(tmp_path, analyzer, embedder):
    with pytest.raises(NoSnapshot, match="run `cookbook index`"):
        load(tmp_path, analyzer, embedder)
    with pytest.raises(NoSnapshot):
        current_id(tmp_path / "not-even-a-folder")


def test_a_snapshot_of_another_model_is_refused(built, analyzer, embedder):
    other = Counting(embedder, name="other-model", digest="e" * 64)
    with pytest.raises(SnapshotMismatch) as caught:
        load(built, analyzer, other)
    message = str(caught.value)
    assert "other-model (eeeeeeeeeeee)" in message
    assert f"{embedder.name} ({embedder.digest[:12]})" in message
    assert message.endswith("run `cookbook index`.")
    assert "\n" not in message


def test_a_model_of_the_same_name_and_another_digest_is_refused(built, analyzer, embedder):
    with pytest.raises(SnapshotMismatch):
        load(built, analyzer, Counting(embedder, digest="e" * 64))


def test_a_snapshot_of_another_analyzer_is_refused(built, analyzer, embedder):
    other = open_analyzer("simplemma")
    assert other.version != analyzer.version
    with pytest.raises(SnapshotMismatch) as caught:
        load(built, other, embedder)
    assert analyzer.version in str(caught.value)
    assert other.version in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("number", [0, FORMAT - 1, FORMAT + 1, 999])
def test_a_snapshot_of_another_format_is_refused(built, analyzer, embedder, number):
    folder = built / current_id(built)
    write_manifest(folder, read_manifest(folder).model_copy(update={"format": number}))
    with pytest.raises(SnapshotMismatch, match=f"has format {number}, this program reads {FORMAT}; run"):
        load(built, analyzer, embedder)


def test_old_snapshots_are_removed_and_nothing_else(built, cookbook, rebuild):
    (built / "README.md").write_text("keep me", encoding="utf-8")
    (built / "notes").mkdir()
    made = [current_id(built)]
    for number in range(KEPT + 2):
        write_recipe(cookbook, f"uusi-{number}", f"## Pulma\n\nTeksti {number}.\n")
        made.append(rebuild().id)
        assert len(folders(built)) == min(len(made), KEPT) + 1
    assert folders(built) == [*made[-KEPT:], "notes"]
    assert current_id(built) == made[-1]
    assert (built / "README.md").read_text(encoding="utf-8") == "keep me"


def test_a_removed_snapshot_still_answers_its_reader(built, cookbook, rebuild, analyzer, embedder):
    held = load(built, analyzer, embedder)
    texts = [held.chunks[at].text for at in range(len(held.chunks))]
    vectors = held.dense.vectors.copy()
    for number in range(KEPT):
        write_recipe(cookbook, f"uusi-{number}", f"## Pulma\n\nTeksti {number}.\n")
        rebuild()
    assert held.manifest.id not in folders(built)
    assert [held.chunks[at].text for at in range(len(held.chunks))] == texts
    assert np.array_equal(held.dense.vectors, vectors)
    assert held.chunk_postings.search({"yritys": 1.0}).max() > 0


def test_the_second_of_two_builds_at_once_is_refused(built, cookbook, analyzer, embedder):
    write_recipe(cookbook, "uusi", "## Pulma\n\nTeksti.\n")
    corpus = corpus_of(cookbook)
    inside, go_on, made = threading.Event(), threading.Event(), []

    def wait(step, _done, _total):
        if step == "write":
            inside.set()
            assert go_on.wait(60)

    first = threading.Thread(target=lambda: made.append(build(built, corpus, analyzer, embedder, wait)))
    first.start()
    try:
        assert inside.wait(60)
        before = current_id(built)
        with pytest.raises(BuildRunning, match="wait until it ends"):
            build(built, corpus, analyzer, embedder)
        assert current_id(built) == before
    finally:
        go_on.set()
        first.join()
    assert current_id(built) == made[0].id
    assert load(built, analyzer, embedder).manifest == made[0]


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path, cookbook, analyzer, embedder):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(SnapshotError, match="cannot be written") as caught:
        build(tmp_path / "file" / "index", corpus_of(cookbook), analyzer, embedder)
    assert "\n" not in str(caught.value)


def test_a_failing_callback_leaves_nothing_behind(built, cookbook, analyzer, embedder):
    write_recipe(cookbook, "uusi", "## Pulma\n\nTeksti.\n")
    before = folders(built)

    def interrupt(step, done, _total):
        if (step, done) == ("write", 3):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(built, corpus_of(cookbook), analyzer, embedder, interrupt)
    assert folders(built) == before == [current_id(built)]


def sources():
    return sorted(Path(cookbook_search.__file__).parent.rglob("*.py"))


def test_nothing_is_pickled(built):
    forbidden = {"pickle", "cPickle", "marshal", "shelve", "joblib", "dill", "cloudpickle"}
    array_calls = 0
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                assert not forbidden & {alias.name.partition(".")[0] for alias in node.names}, path
            if isinstance(node, ast.ImportFrom):
                assert (node.module or "").partition(".")[0] not in forbidden, path
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                if ast.unparse(node.func) in {"np.load", "np.save", "numpy.load", "numpy.save"}:
                    array_calls += 1
                    given = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
                    assert given.get("allow_pickle") == "False", f"{path}:{node.lineno}"
                assert ast.unparse(node.func) not in {"np.savez", "np.fromfile", "torch.load"}, path
    assert array_calls > 5
    for path in (built / current_id(built)).glob("*.npy"):
        assert np.load(path, allow_pickle=False).dtype.kind in "iuf"
