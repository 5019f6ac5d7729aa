"""What a search returns: ranked, filtered, explained, and never outside its promises."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cookbook_search.analyze import normalise
from cookbook_search.errors import QueryError
from cookbook_search.retrieve.passages import _merged
from cookbook_search.types import KINDS, PHASES, Filters, Metric, Recipe

RETURN = "Yritykset käyvät kerran eivätkä palaa"
PROBLEMS = {
    "luottamus": "Kilpailijat eivät kerro toisilleen mitään",
    "avustushaku": "Mistä saamme rahaa kokeiluun?",
    "yritysten-paluu": "Tilaisuuksissa ei näy samoja kasvoja kahdesti",
    "puhelinkierros": "Miten kysytään syitä puhelimessa?",
}


def ids(hits):
    return [hit.document.id for hit in hits]


@pytest.mark.parametrize(("document", "problem"), PROBLEMS.items())
def test_the_phrasing_of_a_problem_finds_its_recipe(searcher, document, problem):
    assert document in ids(searcher.search(problem).recipes[:2])


@pytest.mark.parametrize(
    ("query", "language"),
    [("Konkurrenterna litar inte på varandra", "sv"), ("Competitors do not trust one another", "en")],
)
def test_other_languages_find_finnish_recipes(searcher, query, language):
    result = searcher.search(query)
    assert result.language == language
    assert ids(result.recipes)[0] == "luottamus"


def test_recipes_and_methods_are_hits_and_metrics_stand_apart(searcher):
    result = searcher.search(RETURN, limit=50)
    assert set(ids(result.recipes)) == {
        "yritysten-paluu", "avustushaku", "luottamus", "ydinjoukko", "puhelinkierros"
    }  # fmt: skip
    assert len(result.recipes) == 6
    assert set(ids(result.metrics)) == {"paluuosuus", "jasenmaara", "saatu-raha"}
    assert len(result.metrics) == 4


def test_hits_come_best_first(searcher):
    result = searcher.search(RETURN, limit=50)
    for hits in (result.recipes, result.metrics):
        scores = [hit.score for hit in hits]
        assert scores == sorted(scores, reverse=True)
        assert all(0 <= score <= 1 for score in scores)


@pytest.mark.parametrize("limit", [1, 2, 50])
def test_the_limit_cuts_recipes_and_metrics(searcher, limit):
    full = searcher.search(RETURN, limit=50)
    cut = searcher.search(RETURN, limit=limit)
    assert ids(cut.recipes) == ids(full.recipes)[:limit]
    assert ids(cut.metrics) == ids(full.metrics)[:limit]


def test_highlights_fall_on_inflected_words_of_the_query(searcher):
    [hit] = [hit for hit in searcher.search("yritys palata").recipes if hit.document.id == "yritysten-paluu"]
    marked = {
        passage.text[start:end].lower() for passage in hit.passages for start, end in passage.highlights
    }
    assert marked & {"yrityksille", "yrityksiltä", "yritykset", "palaavat"}
    assert all(word.startswith(("yrity", "pala")) for word in marked)
    assert all(word != "pulma" for word in marked)


def test_passages_are_pieces_of_the_document_and_never_its_sources(searcher):
    for hit in searcher.search("yritysten sitouttaminen lähteet tekijä", limit=50).recipes:
        assert 1 <= len(hit.passages) <= 2
        assert len({passage.anchor for passage in hit.passages}) == len(hit.passages)
        for passage in hit.passages:
            assert passage.anchor
            assert passage.anchor != "lahteet"
            assert passage.heading in hit.document.body
            assert passage.text.split()[-1].strip(".?") in hit.document.body


@pytest.mark.parametrize(
    ("field", "value", "of"),
    [
        ("phase", "rahoita", lambda d: d.phase if isinstance(d, Recipe) else None),
        ("kind", "method", lambda d: d.kind),
        ("kind", "recipe", lambda d: d.kind),
        ("tag", "sitouttaminen", lambda d: d.tags),
        ("owner", "Espoo", lambda d: d.owner),
    ],
)
def test_nothing_comes_from_outside_a_filter(searcher, field, value, of):
    result = searcher.search(RETURN, limit=50, filters=Filters(**{field: (value,)}))
    assert result.recipes
    for hit in result.recipes:
        assert value == of(hit.document) or value in of(hit.document)


def test_a_filter_changes_no_probability(searcher):
    whole = {hit.document.key: hit.score for hit in searcher.search(RETURN, limit=50).recipes}
    for phase in PHASES:
        for hit in searcher.search(
            RETURN, limit=50, filters=Filters(phase=(phase,), kind=("recipe",))
        ).recipes:
            assert hit.score == pytest.approx(whole[hit.document.key], abs=1e-3)


def test_filters_work_before_ranking(searcher):
    """The last hit of all is the first of its filter, however small the limit."""
    last = searcher.search(RETURN, limit=50).recipes[-1].document
    only = Filters(kind=(last.kind,), owner=(last.owner,), tag=last.tags)
    result = searcher.search(RETURN, limit=1, filters=only)
    assert len(result.recipes) == 1
    assert set(result.recipes[0].document.tags) & set(last.tags)
    assert result.recipes[0].document.owner == last.owner


def test_fewer_than_the_limit_are_returned_rather_than_others(searcher):
    result = searcher.search(RETURN, limit=10, filters=Filters(phase=("rahoita", "orkestroi")))
    assert sorted(ids(result.recipes)) == ["avustushaku", "avustushaku", "luottamus"]


def test_values_of_a_filter_are_alternatives_and_filters_add_up(searcher):
    both = Filters(phase=("rahoita",), owner=("Espoo",))
    [hit] = searcher.search("raha", filters=both).recipes
    assert hit.document.key == "Espoo/avustushaku"


def test_metrics_alone(searcher):
    result = searcher.search("Miten lasketaan palaavien osuus?", filters=Filters(kind=("metric",)))
    assert result.recipes == ()
    assert len(result.metrics) == 4
    assert result.metrics[0].document.id == "paluuosuus"
    assert all(hit.via == () for hit in result.metrics)


def test_metrics_left_out(searcher):
    result = searcher.search(RETURN, filters=Filters(kind=("recipe",)))
    assert result.metrics == ()
    assert result.recipes


@pytest.mark.parametrize("filters", [Filters(tag=("ei-ole",)), Filters(owner=("Tampere",))])
def test_a_filter_that_lets_nothing_through_gives_a_refusal(searcher, filters):
    result = searcher.search(RETURN, filters=filters)
    assert not result.answerable
    assert result.recipes == result.metrics == result.suggestions == ()


def test_a_phase_without_recipes_still_has_metrics(searcher):
    result = searcher.search(RETURN, filters=Filters(phase=("uudista",)))
    assert result.recipes == ()
    assert result.metrics


@pytest.mark.parametrize(
    ("query", "openings"),
    [
        ("Yritykset eivät palaa tilaisuuksiin", ("Vastaa pulmaan: «", "Kohdassa «", "Kohta «")),
        ("Företagen kommer inte tillbaka", ("Svarar på problemet: ”", "Avsnittet ”")),
        ("The companies never return", ("Answers the problem: “", "The section “")),
    ],
)
def test_why_is_a_sentence_in_the_language_of_the_query(searcher, query, openings):
    for hit in searcher.search(query, limit=50).recipes:
        assert hit.why.startswith(openings)
        assert "\n" not in hit.why
        assert "{" not in hit.why


def test_why_quotes_the_nearest_phrasing_of_the_problem(searcher):
    query = "Kilpailijat eivät kerro toisilleen mitään"
    [hit] = [hit for hit in searcher.search(query).recipes if hit.document.id == "luottamus"]
    assert hit.why == f"Vastaa pulmaan: «{query}»"


def test_a_hit_names_the_metrics_of_its_recipe_best_first(searcher):
    result = searcher.search(RETURN, limit=50)
    order = {(hit.document.owner, hit.document.id): at for at, hit in enumerate(result.metrics)}
    for hit in result.recipes:
        named = hit.document.metrics if isinstance(hit.document, Recipe) else ()
        assert sorted(hit.metrics) == sorted(named)
        places = [order[hit.document.owner, metric] for metric in hit.metrics]
        assert places == sorted(places)


def test_via_names_the_returned_recipes_that_recommend_the_metric(searcher):
    result = searcher.search(RETURN, limit=3)
    shown = [hit.document for hit in result.recipes]
    for hit in result.metrics:
        assert hit.via == tuple(
            document.id
            for document in shown
            if isinstance(document, Recipe)
            and hit.document.id in document.metrics
            and document.owner == hit.document.owner
        )
    assert any(hit.via for hit in result.metrics)


def test_a_metric_is_recommended_by_the_recipes_of_its_own_city(searcher):
    result = searcher.search("hankerahan haku", limit=50)
    for hit in result.metrics:
        if hit.document.owner == "Espoo":
            assert hit.via == ("avustushaku",)


def test_a_refusal_has_empty_lists_and_the_nearest_topics(refusing, snapshot):
    result = refusing.search(RETURN)
    titles = {d.title["fi"] for d in snapshot.documents if not isinstance(d, Metric)}
    assert not result.answerable
    assert result.recipes == result.metrics == ()
    assert result.facets == {}
    assert len(result.suggestions) == 3
    assert set(result.suggestions) <= titles
    assert "Yritykset palaavat" in result.suggestions


def test_topics_of_a_refusal_are_in_the_language_of_the_query(refusing, snapshot):
    result = refusing.search("Varför kommer företagen inte tillbaka?")
    assert set(result.suggestions) <= {document.title["sv"] for document in snapshot.documents}


def test_a_refusal_keeps_to_the_filters(refusing):
    result = refusing.search(RETURN, filters=Filters(phase=("rahoita",)))
    assert set(result.suggestions) == {"Hankerahan haku"}


def test_suggestions_lead_to_related_recipes_that_are_not_shown(searcher):
    result = searcher.search("Yritys käy aamukahveilla ja jää pois", limit=1)
    [shown] = ids(result.recipes)
    expected = {"yritysten-paluu": ("Ydinjoukon kokoaminen",), "ydinjoukko": ("Yritykset palaavat",)}
    assert result.suggestions == expected[shown]
    everything = searcher.search("Yritys käy aamukahveilla ja jää pois", limit=50)
    assert everything.suggestions == ()


def test_facets_count_documents_of_the_answer(searcher, snapshot):
    facets = searcher.search(RETURN, limit=1).facets
    assert set(facets) == {"phase", "kind", "tag", "owner"}
    assert facets["kind"].get("recipe", 0) == sum(facets["phase"].values())
    assert sum(facets["kind"].values()) == sum(facets["owner"].values()) <= len(snapshot.documents)
    assert set(facets["phase"]) <= set(PHASES)
    assert set(facets["kind"]) <= set(KINDS)


def test_corrections_are_told(searcher, refusing):
    assert searcher.search("kilpaillijat", language="fi").corrected == {"kilpaillijat": "kilpailijat"}
    assert refusing.search("kilpaillijat", language="fi").corrected == {"kilpaillijat": "kilpailijat"}


def test_the_same_query_has_the_same_answer(open_with, searcher):
    again = open_with(answer_threshold=0.0)
    for query in (*PROBLEMS.values(), "raha", "trust", "zzzxqwv"):
        assert searcher.search(query) == searcher.search(query) == again.search(query)


def test_explanation_tells_how_a_query_was_read_and_ranked(searcher):
    explanation = searcher.explain("kilpaillijat ja qqxyzw", "fi")
    assert explanation.language == "fi"
    assert explanation.corrected == {"kilpaillijat": "kilpailijat"}
    assert "kilpailija" in explanation.tokens["kilpailijat"]
    assert explanation.unknown == ("qqxyzw",)
    assert 0 <= explanation.answerable <= 1
    result = searcher.search("kilpaillijat ja qqxyzw", language="fi")
    found = [one.id for one in explanation.documents]
    assert found[: len(result.recipes)] == ids(result.recipes)
    assert [one.probability for one in explanation.documents][: len(result.recipes)] == [
        hit.score for hit in result.recipes
    ]
    for one in explanation.documents:
        assert 0 <= one.chunk_lexical <= 1
        assert 0 <= one.document_lexical <= 1
        assert -1.001 <= one.cosine <= 1.001
        assert one.chunk


words = st.sampled_from(
    ["yritys", "rahaa", "kilpailijat", "företag", "the", "ei", "klusteri", "12", "äö", "💶", "\0", "?", "'"]
)
any_text = st.one_of(
    st.text(max_size=200),
    st.lists(words, max_size=40).map(" ".join),
    st.builds(lambda piece, times: (piece * times)[:2000], st.text(min_size=1, max_size=20), st.just(2000)),
)
any_filters = st.builds(
    Filters,
    phase=st.lists(st.sampled_from(PHASES), max_size=2).map(tuple),
    kind=st.lists(st.sampled_from(KINDS), max_size=2).map(tuple),
    tag=st.lists(st.sampled_from(["rahoitus", "verkostot", "x"]), max_size=2).map(tuple),
    owner=st.lists(st.sampled_from(["Vantaa", "Espoo", "Turku"]), max_size=1).map(tuple),
)


@settings(deadline=None)
@given(text=any_text, limit=st.integers(1, 50), filters=any_filters, answer=st.booleans())
@example(text="ﬃ" * 2000, limit=10, filters=Filters(), answer=True)
@example(text="İ" * 2000, limit=10, filters=Filters(), answer=True)
@example(text="a" * 2000, limit=10, filters=Filters(kind=("metric",)), answer=True)
def test_any_text_is_refused_or_answered_within_the_promises(
    searcher, open_with, text, limit, filters, answer
):
    chosen = searcher if answer else open_with()
    if not any(char.isalnum() for char in normalise(text)):
        with pytest.raises(QueryError, match="holds no word"):
            chosen.search(text, limit, None, filters)
        return
    result = chosen.search(text, limit, None, filters)
    assert result.query == text
    assert len(result.recipes) <= limit
    assert len(result.metrics) <= limit
    assert result.answerable == bool(result.recipes or result.metrics)
    for hit in (*result.recipes, *result.metrics):
        assert 0 <= hit.score <= 1
    for hit in result.recipes:
        assert hit.why
        for passage in hit.passages:
            ends = [0]
            for start, end in passage.highlights:
                assert ends[-1] <= start < end <= len(passage.text)
                ends.append(end)


def test_overlapping_highlights_become_one():
    assert _merged([(0, 4), (2, 6), (6, 8), (9, 12), (10, 11)]) == [(0, 6), (6, 8), (9, 12)]
