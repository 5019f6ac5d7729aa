"""A word of the titles is looked for, however little it says."""

import pytest

from cookbook_search.retrieve.answerable import NAMED, is_subject


@pytest.mark.parametrize("text", ["avustukset", "hankerahaa", "Avustuksen haku", "verkostot"])
def test_one_or_two_words_of_the_titles_or_the_vocabulary_are_answered(searcher, text):
    query = searcher.reader.read(text, "fi")
    assert is_subject(query, searcher.subjects)
    result = searcher.search(text, language="fi")
    assert result.answerable
    assert searcher.explain(text, "fi").answerable >= NAMED


@pytest.mark.parametrize(
    "text", ["astianpesukone", "avustus astianpesukone", "mistä avustus haku verkosto raha"]
)
def test_other_words_and_longer_questions_are_judged_as_before(searcher, text):
    assert not is_subject(searcher.reader.read(text, "fi"), searcher.subjects)
