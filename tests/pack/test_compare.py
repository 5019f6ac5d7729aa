"""What differs between two versions of a document."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kitchen import corpus_of, write_guest, write_recipe

from cookbook_search.pack.compare import compare, compare_all, words

BODY = """## Pulma

Yritys käy aamukahveilla ja jää sitten pois.

## Työvaiheet

### 1. Soita yrityksille

**Kuka:** vetäjä · **Kesto:** 2 päivää · **Tuotos:** luettelo

Kysy, mitä ne odottivat.

### 2. Lupaa jotain

Kerro, mitä yritykset saavat.

## Lähteet

1. Tekijä (2019): [Kirja](https://example.org/a). Osuus.
"""


@pytest.fixture
def versions(tmp_path):
    """Makes a change of one recipe's body or front matter."""

    def made(body: str = BODY, **front: object):
        changes = []
        for name, text, fields in (("old", BODY, {}), ("new", body, front)):
            root = write_guest(tmp_path / name, "Vantaa")
            write_recipe(root, "uusi", text, **{"related": [], "metrics": ["saatu-raha"], **fields})
            changes.append({d.id: d for d in corpus_of(root).documents}["uusi"])
        return compare(*changes)

    return made


def told(change) -> str:
    """The pieces of all sections, marked."""
    marks = {"same": "{}", "added": "+{}+", "removed": "-{}-"}
    return "\n".join(
        "".join(marks[piece.status].format(piece.text) for piece in section.pieces)
        for section in change.sections
    )


def test_the_same_document_has_no_changes(versions):
    change = versions()
    assert (change.status, change.fields, change.sections) == ("same", (), ())


def test_words_are_marked_where_they_changed(versions):
    change = versions(BODY.replace("aamukahveilla", "iltapäivällä").replace("odottivat", "toivoivat"))
    assert [section.headings for section in change.sections] == [
        ("Pulma",), ("Työvaiheet", "1. Soita yrityksille")
    ]  # fmt: skip
    assert "Yritys käy -aamukahveilla-+iltapäivällä+ ja jää sitten pois." in told(change)
    assert "Kysy, mitä ne -odottivat-+toivoivat+." in told(change)


def test_a_step_put_in_front_is_one_new_step_and_the_others_moved(versions):
    new = "### 1. Päätä tavoite\n\nKirjaa se.\n\n### 2. Soita yrityksille"
    body = BODY.replace("### 1. Soita yrityksille", new).replace("### 2. Lupaa", "### 3. Lupaa")
    change = versions(body)
    assert [(section.status, section.headings[-1], section.renamed_from) for section in change.sections] == [
        ("added", "1. Päätä tavoite", ""),
        ("changed", "2. Soita yrityksille", "1. Soita yrityksille"),
        ("changed", "3. Lupaa jotain", "2. Lupaa jotain"),
    ]
    assert change.sections[1].pieces == ()  # its number alone is another


def test_a_renamed_step_and_one_that_is_gone(versions):
    renamed = versions(BODY.replace("2. Lupaa jotain", "2. Kerro hyödyistä"))
    assert [(s.status, s.headings[-1], s.renamed_from) for s in renamed.sections] == [
        ("changed", "2. Kerro hyödyistä", "2. Lupaa jotain")
    ]
    gone = versions(BODY.replace("### 2. Lupaa jotain\n\nKerro, mitä yritykset saavat.\n\n", ""))
    assert [(section.status, section.headings[-1]) for section in gone.sections] == [
        ("removed", "2. Lupaa jotain")
    ]
    assert gone.sections[0].pieces[0].text == "Kerro, mitä yritykset saavat."


def test_a_link_that_leads_elsewhere_is_a_change(versions):
    change = versions(BODY.replace("example.org/a", "example.org/b"))
    assert "(https://example.org/-a-+b+)" in told(change)


def test_front_matter_is_told_by_field(versions):
    change = versions(updated="2026-12-01", tags=["rahoitus"])
    assert {field.name: (field.before, field.after) for field in change.fields} == {
        "tags": (["verkostot"], ["rahoitus"]),
        "updated": ("2026-11-24", "2026-12-01"),
    }
    assert change.sections == ()


def test_documents_that_came_and_went(tmp_path):
    old = corpus_of(write_guest(tmp_path / "old", "Vantaa")).documents
    root = write_guest(tmp_path / "new", "Vantaa")
    write_recipe(root, "uusi", BODY, related=[], metrics=["saatu-raha"])
    new = corpus_of(root).documents
    assert [(change.status, change.document.id) for change in compare_all(old, new)] == [("added", "uusi")]
    assert [(change.status, change.document.id) for change in compare_all(new, old)] == [("removed", "uusi")]
    assert compare_all(new, new) == []


@given(before=st.text(max_size=200), after=st.text(max_size=200))
def test_the_pieces_hold_both_texts(before, after):
    pieces = words(before, after)
    assert "".join(piece.text for piece in pieces if piece.status != "removed") == after
    assert "".join(piece.text for piece in pieces if piece.status != "added") == before


_MARKDOWN = st.lists(st.sampled_from(["# A", "## B", "### 1. C", "### 2. C", "teksti", "toinen teksti", ""]))


@settings(deadline=None)
@given(before=_MARKDOWN, after=_MARKDOWN)
def test_any_two_bodies_can_be_compared(before, after):
    from cookbook_search.pack.compare import _sections
    from cookbook_search.parse import sections

    old, new = sections("\n\n".join(before)), sections("\n\n".join(after))
    found = list(_sections(old, new))
    if before == after:
        assert found == []
    assert sum(change.status == "added" for change in found) <= len(new)
    assert sum(change.status == "removed" for change in found) <= len(old)


def test_huge_pages_are_compared_coarsely(versions):
    text = "\n\n".join(f"### {n}. Kohta\n\nsana {n}" for n in range(3000))
    change = versions(f"{BODY}\n\n## Loput\n\n{text}\n\n{'sana ' * 20_000}")
    assert len(change.sections) == 3001
    assert words("a " * 50_000, "b " * 50_000)[0].status == "removed"
