"""The index on Milvus: the same answers, builds nobody notices, a Milvus that goes and comes back."""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import numpy as np
import pytest
from kitchen import write_cookbook, write_guest, write_recipe
from milvus_lite_server import Lite, running_lite
from serving import serving

from cookbook_search.app import Cookbook
from cookbook_search.config import MilvusAddress, Settings, read_settings
from cookbook_search.errors import (
    IndexUnreachable,
    NoSnapshot,
    SettingsError,
    SnapshotDamaged,
    SnapshotError,
)
from cookbook_search.evaluate import read_queries
from cookbook_search.index import FolderRepository, build
from cookbook_search.index.milvus import MilvusRepository, scoring
from cookbook_search.index.milvus.collection import FILES, collection_of, is_of, snapshot_of
from cookbook_search.parse import read_corpus
from cookbook_search.retrieve import candidates, open_searcher, read_parameters
from cookbook_search.types import Filters
from cookbook_search.types.documents import Phrasings

QUERIES = ("Yritykset eivät palaa", "Where do we find money?", "luottamus kilpailijat", "kärngrupp", "qqxyzw")
INDEX = "from cookbook_search.surfaces.cli import main; main()"


@pytest.fixture(scope="module")
def lite(tmp_path_factory):
    with running_lite(tmp_path_factory.mktemp("milvus") / "data") as server:
        yield server


@pytest.fixture
def name(request) -> str:
    """An index of the test's own."""
    return request.node.name.split("[")[0]


@pytest.fixture
def corpora(tmp_path):
    return write_cookbook(tmp_path / "vantaa"), write_guest(tmp_path / "espoo")


@pytest.fixture
def settings(lite: Lite, name, corpora, tmp_path):
    """Settings of the machine that builds."""
    return Settings(
        corpus=corpora, index=lite.address(name), index_cache=tmp_path / "builder", reload_seconds=0.05,
        cache_size=0,
    )  # fmt: skip


@pytest.fixture
def server_settings(settings, tmp_path):
    """Settings of a machine that has nothing but the address."""
    return settings.model_copy(update={"index_cache": tmp_path / "server"})


@pytest.fixture
def builder(settings):
    return Cookbook(settings)


def collections(lite, name):
    return sorted(each for each in lite.client(name).collections() if is_of(name, each))


def change(corpora, number):
    write_recipe(corpora[0], "uusi", f"## Pulma\n\nUusi pulma numero {number}.\n")


def test_a_server_with_nothing_but_the_address_answers_as_the_embedded_index(
    builder, server_settings, corpora, tmp_path
):
    here = Cookbook(Settings(corpus=corpora, index=tmp_path / "index", cache_size=0))
    here.index()
    assert builder.index().counts == here.snapshot.manifest.counts
    there = Cookbook(server_settings)
    for query in QUERIES:
        for filters in (Filters(), Filters(owner=("Espoo",)), Filters(phase=("sitouta",), kind=("recipe",))):
            ours, theirs = here.search(query, filters=filters), there.search(query, filters=filters)
            assert [hit.document.key for hit in theirs.recipes] == [hit.document.key for hit in ours.recipes]
            assert [hit.document.key for hit in theirs.metrics] == [hit.document.key for hit in ours.metrics]
            for our, their in zip(ours.recipes, theirs.recipes, strict=True):
                assert their.score == pytest.approx(our.score, abs=1e-5)
                assert (their.passages, their.why) == (our.passages, our.why)
        assert there.explain(query).unknown == here.explain(query).unknown
    held = {path.name for path in (tmp_path / "server" / "served").glob("*/*")}
    assert "documents.jsonl" in held
    assert not held & {"dense.faiss", "vectors.npy", "postings-scores.npy"}


def both(settings, analyzer, embedder):
    """Searchers of what a build left in its folder, and of the same snapshot on Milvus."""
    repository = MilvusRepository(settings.index, settings.index_cache, "", 30)
    folder = FolderRepository(settings.index_cache)
    return [
        open_searcher(each.load(analyzer, embedder), read_parameters(), analyzer, embedder)
        for each in (folder, repository)
    ]


@pytest.mark.parametrize("graph", [False, True])
def test_a_large_index_is_scored_as_the_embedded_one(
    builder, settings, analyzer, embedder, monkeypatch, graph
):
    """Candidates first, then the chunks of few documents; vectors by a graph."""
    if graph:
        monkeypatch.setattr(scoring.dense, "SCANNED_UP_TO", 0)
        builder = Cookbook(settings)
    builder.index()
    monkeypatch.setattr(candidates, "WHOLE_UP_TO", 0)
    monkeypatch.setattr(candidates, "DOCUMENTS", 4)
    here, there = both(settings, analyzer, embedder)
    for text in QUERIES:
        query = here.reader.read(text)
        for filters in (Filters(), Filters(owner=("Vantaa",)), Filters(tag=("rahoitus",))):
            ours, theirs = here.judge(query, filters), there.judge(query, filters)
            assert theirs.recipes == ours.recipes
            assert theirs.scores == pytest.approx(ours.scores, abs=1e-5)
            assert theirs.ranking.found.documents.tolist() == ours.ranking.found.documents.tolist()


def test_many_chunks_are_asked_for_page_by_page(builder, settings, analyzer, embedder, monkeypatch):
    builder.index()
    here, there = both(settings, analyzer, embedder)
    longest = int(np.diff(here.snapshot.chunk_range).max())
    monkeypatch.setattr(scoring, "MOST", longest)
    query = here.reader.read("Yritykset eivät palaa")
    size = here.snapshot.dense.size
    assert size > 2 * longest
    for term in here.snapshot.spans.terms:
        held = here.snapshot.chunk_postings.holding(term)
        assert there.snapshot.chunk_postings.holding(term).tolist() == held.tolist()
    ours, theirs = here.snapshot.dense, there.snapshot.dense
    assert theirs.cosines(query.vector, 0, size) == pytest.approx(
        ours.cosines(query.vector, 0, size), abs=1e-6
    )
    assert there.snapshot.chunk_postings.search(query.weights) == pytest.approx(
        here.snapshot.chunk_postings.search(query.weights), abs=1e-5
    )


def test_the_real_cookbook_is_ranked_as_by_the_embedded_index(lite, tmp_path, analyzer, embedder):
    """Every other document, without drawn-up questions: Milvus Lite is slow with thousands of scores."""
    corpus, _ = read_corpus((Path("corpus"),))
    none = Phrasings.model_construct(fi=(), sv=(), en=())
    documents = tuple(
        document.model_copy(update={"questions": none, "statements": ()})
        for document in corpus.documents[::2]
    )
    address = MilvusAddress(f"http://127.0.0.1:{lite.port}", "real")
    repository = MilvusRepository(address, tmp_path, "", 60)
    build(tmp_path, dataclasses.replace(corpus, documents=documents), analyzer, embedder, graph=False)
    repository.follow()
    here, there = (
        open_searcher(each.load(analyzer, embedder), read_parameters(), analyzer, embedder)
        for each in (FolderRepository(tmp_path), repository)
    )
    for judged in read_queries(Path("evaluation/dev.jsonl"))[::60]:
        query = here.reader.read(judged.query)
        ours, theirs = here.judge(query, Filters()), there.judge(query, Filters())
        assert theirs.recipes[:10] == ours.recipes[:10]
        assert theirs.metrics[:10] == ours.metrics[:10]
        assert theirs.scores == pytest.approx(ours.scores, abs=1e-5)
        assert theirs.answerable == pytest.approx(ours.answerable, abs=1e-5)


def test_builds_keep_what_is_served_and_clear_what_was_left(builder, lite, name, corpora):
    other = Cookbook(builder.settings.model_copy(update={"index": MilvusAddress(
        builder.settings.index.uri, f"{name}_b"
    )}))  # fmt: skip
    other.index()
    first = collection_of(name, builder.index().id)
    assert collections(lite, name) == [first, first + FILES]
    assert builder.index().id == snapshot_of(name, first)  # nothing has changed
    assert collections(lite, name) == [first, first + FILES]
    made = [first]
    for number in range(3):
        change(corpora, number)
        made.append(collection_of(name, builder.index().id))
        assert collections(lite, name) == sorted(
            each + end for each in made[-2:] for end in ("", FILES)
        )  # searches that have begun end on the one before
        assert lite.client(name).served(name) == made[-1]
    assert len(collections(lite, f"{name}_b")) == 2


def test_a_staged_snapshot_is_served_when_it_is_published_and_a_rollback_goes_back(
    builder, server_settings, lite, name, corpora
):
    first = builder.index().id
    server = Cookbook(server_settings)
    server.open()
    change(corpora, 1)
    second = builder.index(stage=True).id
    assert not server.reload()
    builder.snapshots.publish()
    assert server.reload()
    assert server.snapshot.manifest.id == second
    builder.snapshots.roll_back()
    assert server.reload()
    assert server.snapshot.manifest.id == first
    assert server.search("Yritykset eivät palaa").recipes
    assert builder.index().id == first  # until the corpus changes
    assert len(collections(lite, name)) == 4  # the collections that were there are used again


def test_a_build_that_fails_leaves_the_old_index_serving(
    builder, server_settings, lite, name, corpora, monkeypatch
):
    first = builder.index().id
    server = Cookbook(server_settings)
    server.open()
    change(corpora, 1)
    with monkeypatch.context() as patch:
        patch.setattr(
            "cookbook_search.index.milvus.client.Milvus.point",
            lambda *_: (_ for _ in ()).throw(IndexUnreachable("gone")),
        )
        with pytest.raises(IndexUnreachable):
            builder.index()
    assert len(collections(lite, name)) == 4
    assert not server.reload()
    assert server.search("Yritykset eivät palaa").recipes
    second = builder.index().id  # the folder has it already; it is published now
    assert server.reload()
    assert server.snapshot.manifest.id == second != first


def test_a_killed_build_leaves_the_old_index_serving(builder, server_settings, settings, lite, name, corpora):
    first = builder.index().id
    server = Cookbook(server_settings)
    server.open()
    change(corpora, 1)
    environment = os.environ | {
        "COOKBOOK_INDEX_CACHE": str(settings.index_cache),
        "COOKBOOK_CORPUS": f'["{corpora[0]}", "{corpora[1]}"]',
    }
    command = [sys.executable, "-c", INDEX, "index", "--index", lite.address(name)]
    process = subprocess.Popen(command, env=environment)
    while len(collections(lite, name)) < 3:
        assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    left = set(collections(lite, name))
    assert lite.client(name).served(name) == collection_of(name, first)
    assert server.search("Yritykset eivät palaa").recipes
    change(corpora, 2)
    second = collection_of(name, builder.index().id)
    assert set(collections(lite, name)) == {each for each in left if first[:8] in each} & {
        collection_of(name, first), collection_of(name, first) + FILES
    } | {second, second + FILES}  # fmt: skip
    assert server.reload()


def test_no_search_fails_while_the_index_is_built_anew(builder, server_settings, corpora):
    builder.index()
    server = Cookbook(server_settings)
    server.open()
    stop, failures, answered, seen = threading.Event(), [], [], set()

    def ask(number):
        while not stop.is_set():
            try:
                assert server.search(QUERIES[number]).recipes or number == 4
                answered.append(server.snapshot.manifest.id)
            except Exception as error:
                failures.append(error)

    def watch():
        while not stop.is_set():
            server.reload()

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(3)] + [threading.Thread(target=watch)]
    for thread in threads:
        thread.start()
    try:
        for number in range(4):
            change(corpora, number)
            seen.add(builder.index().id)
            before = len(answered)
            while len(answered) < before + 3 and not failures:
                stop.wait(0.01)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert failures == []
    assert len(seen & set(answered)) > 1


def test_milvus_goes_and_comes_back(tmp_path, corpora):
    with running_lite(tmp_path / "data") as lite:
        settings = Settings(
            corpus=corpora, index=lite.address("k"), index_cache=tmp_path / "cache", reload_seconds=0.05,
            rate_limit="0", cache_size=0,
        )  # fmt: skip
        Cookbook(settings).index()
        with serving(settings) as address:
            ask = {"query": "Yritykset eivät palaa"}
            assert httpx.post(f"{address}/api/v1/search", json=ask).json()["recipes"]
            lite.stop()
            gone = httpx.post(f"{address}/api/v1/search", json=ask)
            assert gone.status_code == 503
            assert gone.headers["content-type"] == "application/problem+json"
            assert gone.headers["retry-after"]
            assert "k at http://127.0.0.1" in gone.json()["detail"]
            assert httpx.get(f"{address}/reseptit/yritysten-paluu").status_code == 200
            lite.start()
            deadline = 600
            while httpx.post(f"{address}/api/v1/search", json=ask).status_code != 200:
                assert (deadline := deadline - 1)
                threading.Event().wait(0.05)


def test_a_server_waits_for_a_milvus_that_is_not_there_yet(server_settings, builder, lite):
    absent = Cookbook(server_settings.model_copy(
        update={"index": MilvusAddress("http://127.0.0.1:9", "k"), "milvus_seconds": 1.0}
    ))  # fmt: skip
    with pytest.raises(IndexUnreachable, match=r"127\.0\.0\.1:9"):
        absent.open()
    empty = Cookbook(server_settings)
    with pytest.raises(NoSnapshot, match="cookbook index"):
        empty.open()
    builder.index()
    assert empty.reload()


def test_an_altered_copy_is_fetched_anew(builder, server_settings, tmp_path):
    snapshot = builder.index().id
    server = Cookbook(server_settings)
    server.open()
    served = tmp_path / "server" / "served"
    altered = served / snapshot / "documents.jsonl"
    whole = altered.read_bytes()
    altered.write_bytes(b"x" + whole[1:])
    (served / ".fetching-1").mkdir()
    Cookbook(server_settings).open()
    assert altered.read_bytes() == whole
    assert not list(served.glob(".fetching-*"))


def test_an_archive_that_was_altered_is_refused(builder, server_settings, lite, name):
    collection = collection_of(name, builder.index().id)
    client = lite.client(name)
    rows = client.read(collection + FILES, "id >= 0 and id < 64", ("id", "content", "nothing"))
    row = rows[len(rows) // 2]
    text = row["content"]
    middle = len(text) // 2 // 4 * 4
    row["content"] = (
        text[:middle] + ("AAAA" if text[middle : middle + 4] != "AAAA" else "BBBB") + text[middle + 4 :]
    )
    client._open().upsert(collection + FILES, [row])
    with pytest.raises(SnapshotDamaged):
        Cookbook(server_settings).open()


def test_an_alias_that_leads_elsewhere_is_refused(lite, name, builder, server_settings):
    builder.index()
    client = lite.client(name)
    client._open().create_collection("strange", dimension=2)
    client.point(name, "strange")
    with pytest.raises(SnapshotDamaged, match="strange"):
        Cookbook(server_settings).open()


def test_a_collection_that_was_dropped_is_an_error_of_the_index(builder, server_settings, lite, name):
    collection = collection_of(name, builder.index().id)
    server = Cookbook(server_settings)
    server.open()
    lite.client(name).drop(collection)
    with pytest.raises(SnapshotError):
        server.search("Yritykset eivät palaa")


@pytest.mark.parametrize(
    ("written", "uri", "alias"),
    [
        ("milvus://db.example.fi/keittokirja", "http://db.example.fi:19530", "keittokirja"),
        ("milvus://127.0.0.1:19531/k_1", "http://127.0.0.1:19531", "k_1"),
        ("milvus+https://db.example.fi/k", "https://db.example.fi:443", "k"),
        ("milvus:///var/lib/keitto-kirja.db", "/var/lib/keitto-kirja.db", "keitto_kirja"),
    ],
)
def test_addresses(written, uri, alias, monkeypatch):
    monkeypatch.setenv("COOKBOOK_INDEX", written)
    assert read_settings().index == MilvusAddress(uri, alias)


@pytest.mark.parametrize(
    "written",
    ["milvus://host", "milvus://host/a-b", "milvus+http://host/a", "milvus://user:x@host/a", "milvus:///"],
)
def test_what_is_no_address_is_refused(written):
    with pytest.raises(SettingsError, match="COOKBOOK_INDEX"):
        read_settings(index=written)


def test_without_pymilvus_the_message_names_the_command(tmp_path):
    code = "import sys; sys.modules['pymilvus'] = None\nfrom cookbook_search.surfaces.cli import main\nmain()"
    command = [sys.executable, "-c", code, "search", "raha", "--index", "milvus://127.0.0.1/k"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 2
    assert "pip install 'cookbook-search[milvus]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_pymilvus_is_imported_only_where_it_is_configured(tmp_path):
    code = (
        "import sys\n"
        "from cookbook_search.app import Cookbook\n"
        "from cookbook_search.config import read_settings\n"
        "Cookbook(read_settings())\n"
        "assert not {'pymilvus', 'grpc', 'pandas'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path)
