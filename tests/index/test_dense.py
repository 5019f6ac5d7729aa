"""The vector index finds exactly what numpy finds."""

import faiss
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookbook_search.embed.protocol import unit_rows
from cookbook_search.index import dense
from cookbook_search.index.dense import VECTORS, DenseRecord, choose, read_dense, write_dense


def random_units(seed, rows, dimension=16):
    return unit_rows(np.random.default_rng(seed).standard_normal((rows, dimension)))


def store(folder, vectors):
    np.save(folder / VECTORS, vectors)
    return read_dense(folder, write_dense(folder))


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    vectors = random_units(1, 200)
    return vectors, store(tmp_path_factory.mktemp("dense"), vectors)


def test_vectors_come_back_unchanged(stored):
    vectors, index = stored
    assert index.size == 200
    assert index.vectors.dtype == np.float32
    assert np.array_equal(index.vectors, vectors)


@given(seed=st.integers(0, 2**32 - 1), count=st.integers(1, 300))
def test_search_is_exact(stored, seed, count):
    vectors, index = stored
    query = random_units(seed, 1)[0]
    cosines, numbers = index.search(query, count)
    order = np.argsort(-(vectors @ query))[:count]
    assert numbers.tolist() == order.tolist()
    assert cosines == pytest.approx((vectors @ query)[order], abs=1e-6)


@given(seed=st.integers(0, 2**32 - 1), bounds=st.tuples(st.integers(0, 200), st.integers(0, 200)))
def test_cosines_of_a_range_are_those_of_numpy(stored, seed, bounds):
    vectors, index = stored
    query = random_units(seed, 1)[0]
    first, end = sorted(bounds)
    assert index.cosines(query, first, end) == pytest.approx(vectors[first:end] @ query, abs=1e-6)


@pytest.mark.parametrize("dimension", [8, 30, 64, 192, 384])
def test_the_nearest_of_many_are_found_whatever_the_dimension(tmp_path, dimension):
    vectors = random_units(3, 3000, dimension)
    index = store(tmp_path, vectors)
    for query in random_units(4, 20, dimension):
        cosines, numbers = index.search(query, 100)
        order = np.argsort(-(vectors @ query))[:100]
        assert numbers[:80].tolist() == order[:80].tolist()
        assert cosines == pytest.approx(vectors[numbers] @ query, abs=1e-6)


@given(seed=st.integers(0, 2**32 - 1), among=st.sets(st.integers(0, 199), max_size=30))
def test_search_stays_among_what_is_allowed(stored, seed, among):
    vectors, index = stored
    query = random_units(seed, 1)[0]
    allowed = np.array(sorted(among), dtype=np.int64)
    cosines, numbers = index.search(query, 20, allowed)
    order = allowed[np.argsort(-(vectors[allowed] @ query))][:20]
    assert numbers.tolist() == order.tolist()
    assert len(cosines) == len(numbers)


def test_a_zero_query_has_no_nearest(stored):
    _, index = stored
    cosines, numbers = index.search(np.zeros(16, dtype=np.float32), 5)
    assert cosines.tolist() == [0] * 5
    assert len(set(numbers.tolist())) == 5


@pytest.mark.parametrize("record", [DenseRecord(links=0, breadth=0), DenseRecord(links=4, breadth=2)])
def test_another_kind_of_index_is_refused(tmp_path, record):
    index = faiss.IndexLSH(16, 32)
    index.add(random_units(2, 10))
    faiss.write_index(index, str(tmp_path / "dense.faiss"))
    np.save(tmp_path / VECTORS, random_units(2, 10))
    with pytest.raises(ValueError, match=r"dense\.faiss holds another kind of index"):
        read_dense(tmp_path, record)


def test_a_file_that_cannot_be_written_is_an_os_error(tmp_path):
    np.save(tmp_path / VECTORS, random_units(3, 4))
    (tmp_path / "dense.faiss").mkdir()
    with pytest.raises(OSError, match=r"dense\.faiss"):
        write_dense(tmp_path)


@pytest.mark.parametrize(
    ("size", "graph"), [(0, False), (200_000, False), (200_001, True), (1_000_000, True)]
)
def test_the_size_decides_on_the_index(size, graph):
    record = choose(size)
    assert bool(record.links) == bool(record.breadth) == graph


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """A graph over vectors that gather around a hundred centres."""
    random = np.random.default_rng(5)
    centres = random_units(4, 100)
    vectors = unit_rows(centres[random.integers(0, 100, 4000)] + random.standard_normal((4000, 16)) * 0.1)
    folder = tmp_path_factory.mktemp("many")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dense, "SCANNED_UP_TO", 1000)
        return vectors, store(folder, vectors)


def test_a_graph_finds_nearly_all_that_is_near(many):
    vectors, index = many
    assert (index.record.links, index.size) == (dense.LINKS, 4000)
    assert np.array_equal(index.vectors, vectors)
    shares = []
    for query in random_units(6, 50):
        cosines, numbers = index.search(query, 10)
        assert cosines == pytest.approx(vectors[numbers] @ query, abs=1e-6)
        assert (np.diff(cosines) <= 0).all()
        shares.append(len(set(numbers) & set(np.argsort(-(vectors @ query))[:10])) / 10)
    assert np.mean(shares) > 0.97


def test_a_narrow_filter_over_a_graph_is_exact(many):
    vectors, index = many
    query = random_units(7, 1)[0]
    allowed = np.arange(3, 4000, 50)
    _, numbers = index.search(query, 10, allowed)
    assert numbers.tolist() == allowed[np.argsort(-(vectors[allowed] @ query))[:10]].tolist()


def test_a_wide_filter_over_a_graph_holds(many, monkeypatch):
    vectors, index = many
    monkeypatch.setattr(dense, "PICKED_UP_TO", 10)
    allowed = np.arange(0, 4000, 2)
    _, numbers = index.search(vectors[8], 10, allowed)
    assert numbers[0] == 8
    assert (numbers % 2 == 0).all()
