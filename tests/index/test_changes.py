"""The record of changes: carried from snapshot to snapshot, of what a reader would see."""

from __future__ import annotations

import pytest

from cookbook_search.index import build, changes, current_id, load
from cookbook_search.index.changes import CHANGES, KEPT_CHANGES
from cookbook_search.index.manifest import MANIFEST


@pytest.fixture
def told(built, analyzer, embedder):
    """What the current snapshot tells: (what, id, sections)."""

    def of_current():
        return [(one.what, one.id, one.sections) for one in load(built, analyzer, embedder).changes]

    return of_current


def replace(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_the_first_snapshot_knows_of_no_change(told):
    assert told() == []


def test_what_came_changed_and_went_is_told_newest_first(cookbook, rebuild, told):
    recipe = cookbook / "reseptit" / "avustushaku.md"
    replace(recipe, "Laske omarahoitus ennen hakemusta.", "Laske omarahoitus ensin.")
    rebuild()
    assert told() == [("changed", "avustushaku", ("Työvaiheet",))]

    replace(recipe, "Hankerahan haku", "Hankerahan hakeminen")
    text = recipe.read_text(encoding="utf-8")
    (cookbook / "reseptit" / "toinen-haku.md").write_text(
        text.replace("id: avustushaku", "id: toinen-haku").replace('"avustushaku"', '"toinen-haku"'),
        encoding="utf-8",
    )
    rebuild()
    (cookbook / "reseptit" / "toinen-haku.md").unlink()
    rebuild()
    assert told() == [
        ("removed", "toinen-haku", ()),
        ("changed", "avustushaku", ()),
        ("added", "toinen-haku", ()),
        ("changed", "avustushaku", ("Työvaiheet",)),
    ]


def test_a_phrasing_that_no_page_shows_is_no_change(cookbook, built, rebuild, told):
    before = current_id(built)
    (cookbook / "kysymykset").mkdir(exist_ok=True)
    (cookbook / "kysymykset" / "avustushaku.yaml").write_text(
        "id: avustushaku\nfi:\n  - {style: spoken, text: Mist saa rahaa?}\nsv: []\nen: []\n", encoding="utf-8"
    )
    rebuild()
    assert current_id(built) != before
    assert told() == []


def test_heading_that_went_is_told_after_those_that_stand(cookbook, rebuild, told):
    replace(cookbook / "reseptit" / "avustushaku.md", "## Lähteet", "## Viitteet")
    rebuild()
    assert told() == [("changed", "avustushaku", ("Viitteet", "Lähteet"))]


def test_another_model_still_sees_what_changed(cookbook, built, analyzer, embedder, told):
    from kitchen import corpus_of

    class Other:
        name, digest, dimension = "other", "0" * 64, embedder.dimension
        embed = embedder.embed

    replace(cookbook / "reseptit" / "avustushaku.md", "Kirjoita budjetti", "Laadi budjetti")
    build(built, corpus_of(cookbook), analyzer, Other())
    assert [(one.what, one.id) for one in load(built, analyzer, Other()).changes] == [
        ("changed", "avustushaku")
    ]


def test_a_damaged_snapshot_lets_the_record_begin_anew(cookbook, built, rebuild, told):
    (built / current_id(built) / MANIFEST).write_text("{}", encoding="utf-8")
    replace(cookbook / "reseptit" / "avustushaku.md", "Kirjoita budjetti", "Laadi budjetti")
    rebuild()
    assert told() == []


def test_a_snapshot_from_before_the_record_opens(built):
    folder = built / current_id(built)
    (folder / CHANGES).unlink()
    assert changes.read_changes(folder) == ()


def test_the_record_does_not_grow_without_end(built, analyzer, embedder, rebuild, cookbook, monkeypatch):
    monkeypatch.setattr(changes, "KEPT_CHANGES", 2)
    recipe = cookbook / "reseptit" / "avustushaku.md"
    for n in range(3):
        recipe.write_text(recipe.read_text(encoding="utf-8") + f"\nRivi {n}.\n", encoding="utf-8")
        rebuild()
    assert len(load(built, analyzer, embedder).changes) == 2 < KEPT_CHANGES
