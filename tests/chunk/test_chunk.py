"""Chunks: they hold all the text, have ids of their own, and stand where the page has their anchor."""

import datetime as dt
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cookbook_search.chunk import MAX_WORDS, chunks
from cookbook_search.parse import blocks, read_corpus, sections
from cookbook_search.surfaces.render import to_html
from cookbook_search.types import AnyDocument, Chunk, Effort, Localised, Phrasings, Recipe


def recipe(body: str, problems: Phrasings | None = None, questions: Phrasings | None = None) -> Recipe:
    """A recipe with this body."""
    return Recipe(
        id="resepti",
        kind="recipe",
        title=Localised(fi="Otsikko", sv="Rubrik", en="Title"),
        summary=Localised(fi="Tiivistelmä.", sv="Sammandrag.", en="Summary."),
        problems=problems or Phrasings(),
        questions=questions or Phrasings(),
        tags=("rahoitus",),
        updated=dt.date(2026, 11, 24),
        owner="Vantaa",
        phase="rahoita",
        effort=Effort(people=1, weeks=1, euros="0"),
        body=body,
    )


def body_chunks(document: AnyDocument) -> list[Chunk]:
    """The chunks that come from the body."""
    return [chunk for chunk in chunks(document) if chunk.kind in {"section", "step"}]


def page_anchors(document: AnyDocument) -> list[str]:
    """Anchors of the rendered page in reading order."""
    return re.findall(r'<h[1-6] id="([^"]*)"', to_html(document))


# --- any body ---------------------------------------------------------------------------------

word = st.text(st.sampled_from("abdeikmnosäöÅé019"), min_size=1, max_size=9)
mark = st.sampled_from(["", "", "", ",", ".", "!", "?", ":", ";", "…", " –", ")"])
plain = st.lists(st.tuples(word, mark).map("".join), min_size=1, max_size=40).map(" ".join)
rich = st.one_of(
    plain,
    plain.map(lambda text: f"**{text}** ja *{text}*"),
    plain.map(lambda text: f"[{text}](../mittarit/x.md#osa) {text}"),
    st.tuples(plain, plain).map("\n".join),
    st.tuples(plain, plain).map("\\\n".join),
    st.tuples(plain, st.integers(3, 9)).map(lambda pair: " ".join([pair[0]] * pair[1])),
    word.map(lambda text: " ".join([text] * (2 * MAX_WORDS + 7))),
)
heading = st.tuples(st.sampled_from(["##", "##", "###", "###", "####"]), plain).map(" ".join)
named = st.sampled_from(["## Työvaiheet", "## Vaiheet", "## Fi", "## Sv", "## Osa", "### Osa", "### Osa 1"])
block = st.one_of(
    heading,
    named,
    rich,
    st.lists(rich, min_size=1, max_size=4).map(
        lambda items: "\n".join(f"- {_hang(item, 2)}" for item in items)
    ),
    st.lists(rich, min_size=1, max_size=4).map(
        lambda items: "\n".join(f"{at}. {_hang(item, 3)}" for at, item in enumerate(items, start=1))
    ),
    st.lists(plain, min_size=2, max_size=9).map(
        lambda lines: "```kopioi Pohja\n" + "\n".join(lines) + "\n```"
    ),
    plain.map(lambda text: f"> {text}"),
    st.lists(plain, min_size=1, max_size=4).map(
        lambda rows: "| a | b |\n|---|---|\n" + "\n".join(f"| {row} | {row} |" for row in rows)
    ),
    st.just("---"),
    st.just("```\n```"),
)
bodies = st.lists(block, max_size=12).map("\n\n".join)


def _hang(text: str, indent: int) -> str:
    return text.replace("\n", "\n" + " " * indent)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(bodies)
def test_the_chunks_of_a_body_hold_all_its_text_in_order(body: str) -> None:
    document = recipe(body)

    told = [
        (section.anchor, words)
        for section in sections(body)
        if (words := [word for block in blocks(section.tokens) for word in block.split()])
    ]
    held: list[tuple[str, list[str]]] = []
    for chunk in body_chunks(document):
        if not held or held[-1][0] != chunk.anchor:
            held.append((chunk.anchor, []))
        held[-1][1].extend(chunk.text.split())

    assert held == told


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(bodies)
def test_every_written_word_of_a_body_stands_in_a_chunk_or_its_headings(body: str) -> None:
    # An independent reading: the words of the source, without a Markdown parser between
    document = recipe(body + "\n\n## Loppu\n\nLoppu.")
    written = set(re.findall(r"[abdeikmnosäöÅé019]{4,}", re.sub(r"\]\([^)]*\)|```kopioi", "]", body)))
    leaves = {
        section.headings
        for section in sections(document.body)
        if not any(blocks(section.tokens))
    }  # fmt: skip
    empty_headings = " ".join(text for path in leaves for text in path)

    held = " ".join(f"{' '.join(chunk.headings)} {chunk.text}" for chunk in body_chunks(document))

    assert {word for word in written if word not in held and word not in empty_headings} == set()


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(bodies, st.lists(plain, max_size=4), st.lists(plain, max_size=4))
def test_ids_are_unique_and_stable(body: str, problems: list[str], questions: list[str]) -> None:
    document = recipe(body, Phrasings(fi=tuple(problems)), Phrasings(fi=(*problems[:1], *questions)))

    found = chunks(document)

    ids = [chunk.id for chunk in found]
    assert len(set(ids)) == len(ids)
    assert all(chunk.id.startswith("Vantaa/resepti#") for chunk in found)
    assert chunks(document.model_copy()) == found


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(bodies)
def test_no_chunk_is_empty_or_too_long(body: str) -> None:
    for chunk in body_chunks(recipe(body)):
        assert 1 <= len(chunk.text.split()) <= MAX_WORDS


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(bodies)
def test_the_anchors_of_chunks_are_those_of_the_rendered_page(body: str) -> None:
    document = recipe(body)
    on_page = page_anchors(document)

    anchors = [chunk.anchor for chunk in body_chunks(document) if chunk.anchor]

    assert len(set(on_page)) == len(on_page)
    assert list(dict.fromkeys(anchors)) == [anchor for anchor in on_page if anchor in set(anchors)]


# --- known bodies -----------------------------------------------------------------------------


def test_the_chunks_of_a_small_recipe() -> None:
    document = recipe(
        "## Pulma\n\nRaha loppuu.\n\n## Työvaiheet\n\n### 1. Laske\n\n**Kuka:** sinä\n\n"
        "```kopioi Lasku\nHei\n```\n\n### 2. Kysy\n\nKysy.\n",
        Phrasings(fi=("Mistä rahaa?",), sv=("Var finns pengar?",)),
        Phrasings(en=("Where is the money?",)),
    )

    assert [(c.kind, c.language, c.headings, c.anchor, c.text) for c in chunks(document)] == [
        ("title", "fi", (), "", "Otsikko. Tiivistelmä."),
        ("title", "sv", (), "", "Rubrik. Sammandrag."),
        ("title", "en", (), "", "Title. Summary."),
        ("problem", "fi", (), "", "Mistä rahaa?"),
        ("problem", "sv", (), "", "Var finns pengar?"),
        ("question", "en", (), "", "Where is the money?"),
        ("section", "fi", ("Pulma",), "pulma", "Raha loppuu."),
        ("step", "fi", ("Työvaiheet", "1. Laske"), "1-laske", "Kuka: sinä\nLasku\nHei"),
        ("step", "fi", ("Työvaiheet", "2. Kysy"), "2-kysy", "Kysy."),
    ]
    assert {chunk.document for chunk in chunks(document)} == {"Vantaa/resepti"}


def test_only_third_level_headings_under_the_steps_are_steps() -> None:
    document = recipe(
        "## Muunnelmat\n\n### Ei rahaa\n\na\n\n## Vaiheet\n\nb\n\n### 1. Askel\n\nc\n\n#### Alla\n\nd\n"
    )

    assert [(chunk.text, chunk.kind) for chunk in body_chunks(document)] == [
        ("a", "section"),
        ("b", "section"),
        ("c", "step"),
        ("d", "section"),
    ]


def test_a_phrasing_that_stands_twice_is_one_chunk() -> None:
    document = recipe("", Phrasings(fi=("a", "a", "b")), Phrasings(fi=("b", "c"), sv=("b",)))

    assert [(c.kind, c.language, c.text) for c in chunks(document) if c.kind != "title"] == [
        ("problem", "fi", "a"),
        ("problem", "fi", "b"),
        ("question", "fi", "c"),
        ("question", "sv", "b"),
    ]


def test_statements_are_chunks_in_the_languages_that_the_body_lacks() -> None:
    statement = Localised(fi="Kysy syy.", sv="Fråga efter orsaken.", en="Ask for the reason.")
    document = recipe("## Pulma\n\na").model_copy(update={"statements": (statement, statement)})

    assert [(c.kind, c.language, c.text) for c in chunks(document) if c.kind != "title"] == [
        ("statement", "sv", "Fråga efter orsaken."),
        ("statement", "en", "Ask for the reason."),
        ("section", "fi", "a"),
    ]


def test_headings_named_like_a_language_keep_ids_of_their_own() -> None:
    found = chunks(recipe("## Fi\n\na\n\n## Sv\n\nb\n\n## En\n\nc"))

    assert len({chunk.id for chunk in found}) == len(found) == 6


def test_a_long_section_is_split_between_blocks_and_then_between_sentences() -> None:
    short = "Yksi lyhyt virke."
    sentence = " ".join(["sana"] * 39) + " loppu."
    (first, *rest) = body_chunks(recipe(f"## Pulma\n\n{short}\n\n{' '.join([sentence] * 5)}"))

    assert first.id == "Vantaa/resepti#pulma"
    assert first.text == f"{short}\n{sentence} {sentence}"
    assert [chunk.id for chunk in rest] == ["Vantaa/resepti#pulma~2", "Vantaa/resepti#pulma~3"]
    assert [chunk.text for chunk in rest] == [f"{sentence} {sentence}", sentence]
    assert {chunk.anchor for chunk in (first, *rest)} == {"pulma"}


@pytest.mark.parametrize(("words", "sizes"), [(50, [110]), (51, [60, 51])])
def test_blocks_are_joined_as_long_as_they_fit(words: int, sizes: list[int]) -> None:
    found = body_chunks(recipe(f"## Pulma\n\n{'sana ' * 60}\n\n{'toinen ' * words}"))

    assert [len(chunk.text.split()) for chunk in found] == sizes


def test_a_sentence_that_never_ends_is_cut_between_words_to_the_last_one() -> None:
    found = body_chunks(recipe(f"## Pulma\n\n{' '.join(f'sana{at}' for at in range(2 * MAX_WORDS + 1))}"))

    assert [len(chunk.text.split()) for chunk in found] == [MAX_WORDS, MAX_WORDS, 1]
    assert found[-1].text == f"sana{2 * MAX_WORDS}"


def test_a_long_block_to_copy_is_split_between_lines() -> None:
    line = " ".join(["rivi"] * 60)
    found = body_chunks(recipe(f"## Pohja\n\n```kopioi Nimi\n{line}\n{line}\n{line}\n```"))

    assert [chunk.text for chunk in found] == [f"Nimi {line}", line, line]


def test_a_change_in_one_section_leaves_the_other_chunks_alone() -> None:
    before = {c.id: c for c in chunks(recipe("## A\n\nyksi\n\n## B\n\nkaksi\n\n## C\n\nkolme"))}
    after = {c.id: c for c in chunks(recipe("## A\n\nyksi\n\n## B\n\nmuuttui\n\n## C\n\nkolme"))}

    assert [name for name in after if after[name] != before.get(name)] == ["Vantaa/resepti#b"]


# --- real documents ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real() -> tuple[AnyDocument, ...]:
    """Every document of the cookbook itself."""
    return read_corpus([Path(__file__).parents[2] / "corpus"])[0].documents


def test_the_chunks_of_the_cookbook_hold_all_its_text(real: tuple[AnyDocument, ...]) -> None:
    for document in real:
        told = [w for s in sections(document.body) for block in blocks(s.tokens) for w in block.split()]
        held = [w for chunk in body_chunks(document) for w in chunk.text.split()]

        assert held == told, document.key


def test_ids_are_unique_over_the_cookbook(real: tuple[AnyDocument, ...]) -> None:
    ids = [chunk.id for document in real for chunk in chunks(document)]

    assert len(ids) > 1000
    assert len(set(ids)) == len(ids)


def test_the_pages_of_the_cookbook_have_the_anchors_of_its_chunks(real: tuple[AnyDocument, ...]) -> None:
    for document in real:
        missing = {chunk.anchor for chunk in body_chunks(document)} - set(page_anchors(document))

        assert missing == set(), document.key
