"""Any question: answered or refused with one sentence, the same way twice, within what a request may take."""

from __future__ import annotations

import pytest
from examples import examples
from hypothesis import example, given
from hypothesis import strategies as st

from cookbook_search.analyze import normalise
from cookbook_search.errors import QueryError
from cookbook_search.privacy import Masker
from cookbook_search.types import Filters

WORDS = (
    "yritykset", "företagen", "companies", "eivät", "palaa", "rahaa",
    "klusterikehittämishanke" * 8, "'; DROP TABLE x", "${jndi:ldap://x}", "{{7*7}}", "<script>",
    "../../etc/passwd", "%s%n", "1e309", "-0", "NaN", "٣٤", "Ⅳ", "½", "a" * 600, "e\u0301" * 40,
    "z" + "\u0336" * 300, "\u202eabc\u202c", "\u200b", "\u200d", "\ufeff", "\x00", "\x1b[31m",
    "\ud7ff", "👩‍👩‍👧‍👦", "🏳️‍🌈" * 30, "العربية", "עברית", "中文字", "ﬁ", "ſ", "İ", "ß", "Å",
    "\U0010ffff", "hyvää–huomenta", "a.b.c" * 50,
)  # fmt: skip
SEPARATORS = st.sampled_from([" ", "", "\n", "\t", "-", "–", ", ", "\u00a0", "\u2028", "/", "'"])
MIXED = st.lists(st.tuples(st.sampled_from(WORDS) | st.text(max_size=12), SEPARATORS), max_size=60).map(
    lambda parts: "".join(part for pair in parts for part in pair)[:2000]
)


@examples(100)
@given(
    text=st.one_of(st.text(max_size=2000), MIXED),
    language=st.sampled_from([None, "fi", "sv", "en"]),
    limit=st.integers(1, 50),
)
@example(text="a " * 1000, language=None, limit=10)
@example(text="xqzjw" * 400, language="fi", limit=10)
@example(text=" ".join(f"sana{number}" for number in range(250))[:2000], language=None, limit=50)
def test_any_question_is_answered_or_refused(fuzzed_cookbook, text, language, limit):
    if not any(char.isalnum() for char in normalise(text)):
        with pytest.raises(QueryError, match="holds no word"):
            fuzzed_cookbook.search(text, limit, language)
        return
    found = fuzzed_cookbook.search(text, limit, language)
    assert found.answerable or not (found.recipes or found.metrics)
    assert len(found.recipes) <= limit
    assert all(0 <= hit.score <= 1 for hit in (*found.recipes, *found.metrics))
    for hit in found.recipes:
        for passage in hit.passages:
            assert all(0 <= start < end <= len(passage.text) for start, end in passage.highlights)
    again = fuzzed_cookbook._open_served().searcher.search(text, limit, language, Filters())
    assert again == found


@examples(60)
@given(text=st.one_of(st.text(max_size=200), MIXED.map(lambda text: text[:200])))
def test_any_beginning_has_suggestions_that_fit_it(fuzzed_cookbook, text):
    for suggestion in fuzzed_cookbook.suggest(text):
        assert all(0 <= start < end <= len(suggestion.text) for start, end in suggestion.highlights)


@examples(40)
@given(before=st.text(max_size=300), after=MIXED.map(lambda text: text[:300]))
def test_an_address_is_masked_in_any_question(analyzer, before, after):
    masked = Masker(analyzer).mask(f"{before} matti.meikalainen@example.fi {after}", "fi")
    assert "meikalainen@" not in masked
