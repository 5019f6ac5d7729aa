"""Documents are told apart by how their questions are worded, function words and neighbours too."""

import math

import numpy as np
import pytest

from cookbook_search.index.wording import PRIOR, cues, learn_wording, read_wording, write_wording

QUESTIONS = (
    (0, "who pays for the room"),
    (0, "who pays the rent"),
    (1, "the room pays for itself, but who knows"),
    (2, "how do we count it"),
)


@pytest.fixture
def wording():
    return learn_wording(((document, cues(text, "en")) for document, text in QUESTIONS), 4)


def test_words_side_by_side_speak_for_the_document_where_they_stand_so(wording):
    scores = wording.score("who pays", "en")
    assert scores[0] > scores[1] > scores[2]
    assert wording.score("pays who", "en")[0] < scores[0]


def test_scores_are_those_of_the_formula(wording):
    held = {
        0: 9 + 7,
        1: 8 + 7,
        2: 5 + 4,
    }  # words and pairs of each document's questions, each once a question
    share = 3 / sum(held.values())
    expected = math.log1p(2 / (PRIOR * share)) + math.log(PRIOR / (held[0] + PRIOR))
    assert wording.score("pays", "en")[0] == pytest.approx(expected, rel=1e-5)


def test_documents_may_be_looked_up_alone(wording):
    whole, some = wording.score("who pays", "en"), wording.score("who pays", "en", np.array([1, 2]))
    assert np.array_equal(some[1:3], whole[1:3])
    assert some[0] < whole[0]


def test_unknown_words_and_other_languages_tell_nothing(wording):
    assert not wording.score("zeppelin", "en").any()
    assert not wording.score("who pays", "sv").any()
    assert not wording.score("", "fi").any()


def test_without_questions_every_document_is_alike():
    assert not learn_wording((), 3).score("who pays", "en").any()


def test_what_was_written_is_read_back(wording, tmp_path):
    write_wording(wording, tmp_path)
    again = read_wording(tmp_path).score("who pays for the room", "en")
    assert np.array_equal(again, wording.score("who pays for the room", "en"))
