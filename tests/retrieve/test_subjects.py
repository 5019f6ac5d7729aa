"""Whoever types a word of the titles, or a phrase of the recipes, looks for it, however little it says."""

import pytest

from cookbook_search.retrieve.answerable import NAMED
from cookbook_search.types import Filters


@pytest.mark.parametrize("text", ["avustukset", "hankerahaa", "Avustuksen haku", "verkostot"])
def test_one_or_two_words_of_the_titles_or_the_vocabulary_are_answered(searcher, text):
    query = searcher.reader.read(text, "fi")
    assert searcher.names.holds(query)
    result = searcher.search(text, language="fi")
    assert result.answerable
    assert searcher.explain(text, "fi").answerable >= NAMED


@pytest.mark.parametrize(
    "text", ["astianpesukone", "avustus astianpesukone", "mistä avustus haku verkosto raha"]
)
def test_other_words_and_longer_questions_are_judged_as_before(searcher, text):
    assert not searcher.names.holds(searcher.reader.read(text, "fi"))


@pytest.mark.parametrize(("text", "stands"), [("avustuksen ehdot", True), ("luetaan kokeilu valmis", False)])
def test_words_side_by_side_in_a_section_are_answered(searcher, text, stands):
    for language in ("fi", "sv"):  # the recipes are Finnish, whatever language two words are taken for
        query = searcher.reader.read(text, language)
        assert searcher.names.holds(query) == stands
        assert searcher.judge(query, Filters()).answered or not stands
