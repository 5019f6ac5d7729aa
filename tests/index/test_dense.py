"""The vector index finds exactly what numpy finds."""

import faiss
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookbook_search.embed.protocol import unit_rows
from cookbook_search.index.dense import read_dense, write_dense


def random_units(seed, rows, dimension=16):
    return unit_rows(np.random.default_rng(seed).standard_normal((rows, dimension)))


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    vectors = random_units(1, 200)
    path = tmp_path_factory.mktemp("dense") / "dense.faiss"
    write_dense(vectors, path)
    return vectors, read_dense(path)


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


def test_another_kind_of_index_is_refused(tmp_path):
    path = tmp_path / "dense.faiss"
    index = faiss.IndexHNSWFlat(16, 4)
    index.add(random_units(2, 10))
    faiss.write_index(index, str(path))
    with pytest.raises(ValueError, match=r"dense\.faiss holds another kind of index"):
        read_dense(path)


def test_a_file_that_cannot_be_written_is_an_os_error(tmp_path):
    with pytest.raises(OSError, match=r"dense\.faiss"):
        write_dense(random_units(3, 4), tmp_path / "nowhere" / "dense.faiss")
