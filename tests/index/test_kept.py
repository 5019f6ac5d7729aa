"""The snapshots on disk: staged, published, rolled back, and never lost by doing so."""

from __future__ import annotations

import multiprocessing
import os
import signal

import pytest
from kitchen import corpus_of, write_recipe

from cookbook_search.errors import BuildRunning, NoSnapshot, SnapshotDamaged, SnapshotMismatch
from cookbook_search.index import Snapshots, build, current_id, load
from cookbook_search.index.builder import KEPT
from cookbook_search.index.lock import writing
from cookbook_search.index.moves import MOVES, Move, read_moves, staged_id, way_here


class Other:
    """The model under another digest."""

    def __init__(self, embedder):
        self.name, self.digest, self.dimension = embedder.name, "f" * 64, embedder.dimension


@pytest.fixture
def kept(built, analyzer, embedder) -> Snapshots:
    return Snapshots(built, analyzer, embedder)


@pytest.fixture
def change(cookbook):
    """Change the cookbook, each time in another way."""
    number = iter(range(100))

    def again() -> None:
        at = next(number)
        write_recipe(cookbook, f"uusi-{at}", f"## Pulma\n\nTeksti {at}.\n")

    return again


@pytest.fixture
def stage(built, cookbook, analyzer, embedder):
    return lambda: build(built, corpus_of(cookbook), analyzer, embedder, stage=True).id


def ids(kept):
    return [one.id for one in kept.all()]


def test_a_staged_build_leaves_the_current_one_until_it_is_published(built, kept, change, stage):
    old = kept.current
    change()
    new = stage()
    assert (kept.current, kept.staged) == (old, new)
    assert [(one.id, one.is_current, one.is_staged) for one in kept.all()] == [
        (new, False, True), (old, True, False),
    ]  # fmt: skip
    assert stage() == new
    assert kept.publish(by="maija").id == new
    assert (kept.current, kept.staged, kept.before) == (new, "", old)
    move = kept.all()[0].move
    assert move is not None
    assert (move.what, move.left, move.by) == ("published", old, "maija")


def test_what_is_staged_need_not_be_built_again(kept, change, stage, rebuild):
    change()
    staged = stage()
    assert rebuild().id == staged
    assert (kept.current, kept.staged) == (staged, "")


def test_a_newer_build_and_a_newer_stage_replace_what_waited(kept, change, stage, rebuild):
    change()
    first = stage()
    change()
    assert stage() != first
    assert first != kept.staged
    change()
    assert rebuild().id == kept.current
    assert kept.staged == ""


def test_nothing_is_staged_where_nothing_changed(kept, stage):
    assert stage() == kept.current
    assert kept.staged == ""
    with pytest.raises(NoSnapshot, match="--stage"):
        kept.publish()


def test_what_is_discarded_waits_no_more(kept, change, stage):
    change()
    stage()
    kept.discard()
    assert kept.staged == ""


def test_rolling_back_goes_one_step_each_time(built, kept, change, rebuild, analyzer, embedder):
    made = [kept.current]
    for _ in range(2):
        change()
        made.append(rebuild().id)
    assert kept.before == made[1]
    assert kept.roll_back(by="maija").id == made[1]
    assert load(built, analyzer, embedder).manifest.id == made[1]
    assert kept.roll_back().id == made[0]
    with pytest.raises(NoSnapshot, match="no earlier snapshot"):
        kept.roll_back()
    assert kept.current == made[0]
    assert kept.publish(made[2]).id == made[2]
    assert kept.before == made[0]


def test_a_rollback_stays_until_the_corpus_changes(built, kept, change, rebuild):
    old = kept.current
    change()
    bad = rebuild().id
    kept.roll_back()
    assert rebuild().id == old
    assert kept.current == old
    move = kept.rolled_back
    assert move is not None
    assert move.left == bad
    change()
    mended = rebuild().id
    assert kept.current == mended
    assert kept.rolled_back is None
    assert kept.before == old


def test_what_was_rolled_back_from_can_be_staged_again_without_a_build(kept, change, rebuild, stage):
    change()
    bad = rebuild().id
    kept.roll_back()
    assert stage() == bad == kept.staged


def test_what_led_to_the_current_snapshot_is_kept_before_what_was_given_up(kept, change, rebuild):
    first = kept.current
    for _ in range(KEPT - 1):
        change()
        rebuild()
    given_up = ids(kept)[:-1]
    kept.roll_back(first)
    change()
    assert rebuild().id == kept.current
    assert len(ids(kept)) == KEPT
    assert kept.before == first
    assert set(given_up) - set(ids(kept)) == {given_up[-1]}


@pytest.mark.parametrize("move", ["roll_back", "publish"])
def test_a_damaged_snapshot_is_refused_and_the_current_one_stays(built, kept, change, rebuild, move):
    old = kept.current
    change()
    new = rebuild().id
    path = built / old / "spans.npy"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(SnapshotDamaged, match=f"torn or altered; it cannot be made current, and {new} stays"):
        getattr(kept, move)(old)
    assert kept.current == new
    path.write_bytes(content[:-1])
    assert [one.problem for one in kept.all()] == ["", "damaged"]
    assert kept.before == ""


def test_a_snapshot_of_another_model_or_format_is_refused(built, kept, change, rebuild, analyzer, embedder):
    old = kept.current
    change()
    rebuild()
    other = Snapshots(built, analyzer, Other(embedder))
    assert {one.problem for one in other.all()} == {"model"}
    with pytest.raises(SnapshotMismatch, match="built with the model"):
        other.roll_back(old)
    (built / old / "manifest.json").write_text("{}", encoding="utf-8")
    assert [one.problem for one in kept.all()] == ["", "damaged"]


@pytest.mark.parametrize("name", ["ei-ole", "../index", ".lock", "CURRENT", "/"])
def test_a_name_that_is_no_snapshot_is_refused(kept, name):
    with pytest.raises(NoSnapshot, match="cookbook snapshots"):
        kept.roll_back(name)


def test_nothing_moves_while_a_build_runs(built, kept):
    with writing(built), pytest.raises(BuildRunning):
        kept.roll_back()


def test_without_a_record_the_older_ones_come_before(built, kept, change, rebuild):
    old = kept.current
    change()
    rebuild()
    (built / MOVES).unlink()
    assert kept.before == old
    (built / MOVES).write_bytes(b'{"torn": \n\xff\xfe\n{"at"')
    assert read_moves(built) == ()
    assert kept.roll_back().id == old
    assert [move.what for move in read_moves(built)] == ["rolled back"]


def test_the_way_here_forgets_what_was_rolled_back_from():
    def moves(*told):
        return [Move(at="2026-11-25T00:00:00Z", what=what, id=name, left=left) for what, name, left in told]

    built, back = "built", "rolled back"
    assert way_here(moves((built, "b", "a"), (built, "c", "b")), list("abc"), "c") == ["a", "b", "c"]
    assert way_here(moves((built, "c", "b"), (back, "b", "c")), list("abc"), "b") == ["a", "b"]
    assert way_here(moves((built, "c", "b"), (back, "b", "c"), (built, "d", "b")), list("abcd"), "d") == [
        "a", "b", "d",
    ]  # fmt: skip
    assert way_here([], list("abc"), "b") == ["a", "b"]
    assert way_here(moves((built, "b", "a")), list("abc"), "c") == ["a", "b", "c"]
    assert way_here(moves((built, "b", "a")), ["b"], "b") == ["b"]
    assert way_here([], ["a"], "") == []


def test_a_first_build_can_be_staged(tmp_path, cookbook, analyzer, embedder):
    root = tmp_path / "fresh"
    made = build(root, corpus_of(cookbook), analyzer, embedder, stage=True)
    kept = Snapshots(root, analyzer, embedder)
    assert (kept.current, kept.staged) == ("", made.id)
    assert kept.publish().id == made.id == kept.current


def test_a_stage_that_is_killed_leaves_the_current_snapshot(built, cookbook, change, analyzer, embedder):
    """At each step of the build the process dies; the index answers on and the next stage succeeds."""
    old, steps = current_id(built), []
    change()
    corpus = corpus_of(cookbook)
    build(built.parent / "told", corpus, analyzer, embedder, lambda *step: steps.append(step), stage=True)
    fork = multiprocessing.get_context("fork")
    for at in range(0, len(steps), 2):
        turns = iter(range(at, -1, -1))

        def report(*_, turns=turns):
            if next(turns) == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        child = fork.Process(target=build, args=(built, corpus, analyzer, embedder, report, True))
        child.start()
        child.join(60)
        assert child.exitcode == -signal.SIGKILL, steps[at]
        assert load(built, analyzer, embedder).manifest.id == old
        assert staged_id(built) == ""
    new = build(built, corpus, analyzer, embedder, stage=True).id
    assert (current_id(built), staged_id(built)) == (old, new)
