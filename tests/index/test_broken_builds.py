"""Whatever goes wrong with a build or with its files, the old snapshot answers or says why not."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kitchen import corpus_of, write_recipe

from cookbook_search.app import Cookbook
from cookbook_search.config import Settings
from cookbook_search.errors import CorpusError, NoSnapshot, SnapshotDamaged
from cookbook_search.index import build, current_id, load
from cookbook_search.index.builder import KEPT
from cookbook_search.parse import read_corpus

FILES = (
    "border-direction.npy", "border-terms.json", "changes.json", "chunks-offsets.npy", "chunks.jsonl",
    "dense.faiss", "documents.jsonl", "fields-documents.npy", "fields-frequencies.npy", "fields-starts.npy",
    "forms.tsv", "imprints.json", "layout-kind.npy", "layout-language.npy", "layout-range.npy",
    "manifest.json",
    "manifest.sha256", "outside.npy", "outside.tsv", "postings-champions.npy", "postings-scores.npy",
    "postings-starts.npy", "postings-texts.npy", "spans-starts.npy", "spans.npy", "terms.txt",
    "vocabulary.json", "wording-absent.npy", "wording-documents.npy", "wording-gains.npy",
    "wording-keys.npy", "wording-starts.npy",
)  # fmt: skip


def flip(place):
    def damage(path):
        content = bytearray(path.read_bytes())
        content[int(place * (len(content) - 1))] ^= 0x01
        path.write_bytes(content)

    return damage


def keep(share):
    return lambda path: path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])


def replace_by_folder(path):
    path.unlink()
    path.mkdir()


def replace_by_dangling_link(path):
    path.unlink()
    path.symlink_to("nowhere")


DAMAGES = {
    "first byte": flip(0),
    "middle byte": flip(0.5),
    "last byte": flip(1),
    "emptied": keep(0),
    "half": keep(0.5),
    "last byte lost": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "grown": lambda path: path.write_bytes(path.read_bytes() + b"\0"),
    "missing": lambda path: path.unlink(),
    "a folder": replace_by_folder,
    "a dangling link": replace_by_dangling_link,
}


def test_the_list_of_files_is_complete(built):
    assert tuple(sorted(path.name for path in (built / current_id(built)).iterdir())) == FILES


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
@pytest.mark.parametrize("name", FILES)
def test_any_damage_to_any_file_is_found(built, cookbook, analyzer, embedder, name, damage):
    damage(built / current_id(built) / name)
    with pytest.raises(SnapshotDamaged) as caught:
        load(built, analyzer, embedder)
    assert str(caught.value).endswith("run `cookbook index`.")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", FILES)
def test_a_build_mends_any_damage(built, cookbook, analyzer, embedder, name):
    (built / current_id(built) / name).unlink()
    made = build(built, corpus_of(cookbook), analyzer, embedder)
    assert load(built, analyzer, embedder).manifest == made


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(data=st.data())
def test_no_change_of_the_manifest_goes_unnoticed(built, analyzer, embedder, data):
    folder = built / current_id(built)
    name = data.draw(st.sampled_from(["manifest.json", "manifest.sha256"]))
    good = (folder / name).read_bytes()
    at = data.draw(st.integers(0, len(good) - 1))
    byte = data.draw(st.binary(min_size=0, max_size=3).filter(lambda new: new != good[at : at + 1]))
    try:
        (folder / name).write_bytes(good[:at] + byte + good[at + 1 :])
        with pytest.raises(SnapshotDamaged):
            load(built, analyzer, embedder)
    finally:
        (folder / name).write_bytes(good)


def test_a_renamed_snapshot_is_refused(built, analyzer, embedder):
    (built / current_id(built)).rename(built / "another-name")
    (built / "CURRENT").write_text("another-name\n", encoding="utf-8")
    with pytest.raises(SnapshotDamaged):
        load(built, analyzer, embedder)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\n", b" \n\t", b".", b"..", b"../index", b"/etc", b"a/b", b"./x", b".building-1",
        b"nothing-here",
        b"x\0y", b"one\ntwo", b"\xff\xfe", b"\xe4", b"x" * 5000, b"a\x1b[31mb", "\u2028".encode(),
    ],
)  # fmt: skip
def test_a_hostile_current_is_refused_and_mended(built, cookbook, analyzer, embedder, content):
    (built / "CURRENT").write_bytes(content)
    with pytest.raises(SnapshotDamaged) as caught:
        load(built, analyzer, embedder)
    assert "run `cookbook index`" in str(caught.value)
    made = build(built, corpus_of(cookbook), analyzer, embedder)
    assert load(built, analyzer, embedder).manifest == made


def test_a_missing_current_means_no_snapshot(built, cookbook, analyzer, embedder):
    (built / "CURRENT").unlink()
    with pytest.raises(NoSnapshot):
        load(built, analyzer, embedder)
    made = build(built, corpus_of(cookbook), analyzer, embedder)
    assert current_id(built) == made.id


def test_a_folder_for_current_is_damage(built, analyzer, embedder):
    (built / "CURRENT").unlink()
    (built / "CURRENT").mkdir()
    with pytest.raises(SnapshotDamaged):
        load(built, analyzer, embedder)


def spoil(mode, cookbook, index, out, *arguments):
    """Run faulty builds of the cookbook on copies of the index; what became of each."""
    out.mkdir()
    script = Path(__file__).with_name("faulty_builds.py")
    command = [sys.executable, str(script), mode, str(cookbook), str(index), str(out), *arguments]
    run = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert run.returncode == 0, run.stderr
    return [json.loads(line) for line in run.stdout.splitlines()]


@pytest.fixture
def full_index(built, cookbook, rebuild):
    """An index that holds as many snapshots as are kept, and a cookbook that has changed since."""
    for number in range(KEPT - 1):
        write_recipe(cookbook, f"uusi-{number}", f"## Pulma\n\nTeksti {number}.\n")
        rebuild()
    write_recipe(cookbook, "viimeisin", "## Pulma\n\nTämä on se muutos, jonka aikana jokin hajoaa.\n")
    return built


def require_whole(root, corpus, analyzer, embedder):
    """The next build succeeds and leaves nothing of the failed one."""
    made = build(root, corpus, analyzer, embedder)
    assert load(root, analyzer, embedder).manifest == made
    assert any(document.id == "viimeisin" for document in load(root, analyzer, embedder).documents)
    write_leftovers = {path.name for path in root.iterdir()} - {"CURRENT", ".lock", ".CURRENT", "moves.jsonl"}
    assert made.id in write_leftovers
    assert all((root / name / "manifest.json").is_file() for name in write_leftovers), write_leftovers


def test_a_build_killed_at_each_step_leaves_the_old_snapshot(
    tmp_path, full_index, cookbook, analyzer, embedder
):
    old, corpus = current_id(full_index), corpus_of(cookbook)
    ends = spoil("kill-at-step", cookbook, full_index, tmp_path / "out")
    steps = [end["said"] for end in ends if end["killed"]]
    size = len(corpus.documents)
    new = [document.id for document in corpus.documents].index("viimeisin")
    assert steps == [
        *[f"analyze {done}/{size}" for done in (0, new, new + 1, size)],
        *[f"write {done}/4" for done in range(5)],
        *["switch 0/1", "switch 1/1"],
    ]
    assert (ends[-1]["killed"], ends[-1]["said"]) == (False, "built")
    for end in ends[:-1]:
        root = tmp_path / "out" / str(end["number"])
        now = load(root, analyzer, embedder).manifest.id
        assert (now == old) == (end["said"] != "switch 1/1"), end
        require_whole(root, corpus, analyzer, embedder)


def test_a_build_killed_at_each_touch_of_the_disk_leaves_a_whole_snapshot(
    tmp_path, full_index, cookbook, analyzer, embedder
):
    old, corpus = current_id(full_index), corpus_of(cookbook)
    ends = spoil("kill-at-file", cookbook, full_index, tmp_path / "out")
    assert ends[-1]["said"] == "built"
    killed = ends[:-1]
    assert all(end["killed"] for end in killed)
    moved = next(at for at, end in enumerate(killed) if end["said"] == "os.rename .CURRENT")
    assert any(end["said"].startswith("os.rename .building-") for end in killed[:moved])
    assert any(end["said"].startswith(("os.rmdir", "os.remove", "shutil.rmtree")) for end in killed[moved:])
    for at, end in enumerate(killed):
        root = tmp_path / "out" / str(end["number"])
        now = load(root, analyzer, embedder).manifest.id
        assert (now == old) == (at <= moved), end
    for end in [*killed[moved - 30 :: 4], *killed[moved - 1 :]]:
        root = tmp_path / "out" / str(end["number"])
        require_whole(root, corpus, analyzer, embedder)
        shutil.rmtree(root)
        root.mkdir()
        shutil.copytree(full_index, root, dirs_exist_ok=True)


@pytest.mark.parametrize("share", [0, 0.5, 1])
def test_a_disk_that_fills_up_at_any_file_leaves_the_old_snapshot(
    tmp_path, full_index, cookbook, analyzer, embedder, share
):
    build(tmp_path / "whole", corpus_of(cookbook), analyzer, embedder)
    old, corpus = current_id(full_index), corpus_of(cookbook)
    whole = tmp_path / "whole" / current_id(tmp_path / "whole")
    sizes = {path.name: path.stat().st_size for path in whole.iterdir()} | {".CURRENT": len(old) + 1}
    limits = [f"{name}:{min(int(share * size), size - 1)}" for name, size in sizes.items()]
    ends = spoil("full-disk", cookbook, full_index, tmp_path / "out", *limits)
    assert len(ends) == len(FILES) + 1
    for end in ends:
        assert end["said"].startswith("SnapshotError: The index in "), end
        assert end["said"].endswith("the old one stays."), end
        root = tmp_path / "out" / str(end["number"])
        assert load(root, analyzer, embedder).manifest.id == old, end
        require_whole(root, corpus, analyzer, embedder)


def test_broken_front_matter_in_one_file_stops_the_build_and_names_it(built, cookbook, analyzer, embedder):
    served = Cookbook(Settings(corpus=(cookbook,), index=built))
    old = current_id(built)
    broken = cookbook / "reseptit" / "luottamus.md"
    text = broken.read_text(encoding="utf-8")
    broken.write_text(text.replace("phase:", "phase: [", 1), encoding="utf-8")
    other = cookbook / "mittarit" / "paluuosuus.md"
    other.write_text(other.read_text(encoding="utf-8").replace('"tulos"', '"melkein"'), encoding="utf-8")
    with pytest.raises(CorpusError) as caught:
        served.index()
    assert {(fault.path, fault.rule) for fault in caught.value.faults if fault.rule != "dangling-id"} == {
        ("reseptit/luottamus.md", "yaml"), ("mittarit/paluuosuus.md", "schema"),
    }  # fmt: skip
    assert all(fault.line > 1 for fault in caught.value.faults)
    assert "cookbook check" in str(caught.value)
    assert current_id(built) == old
    assert load(built, analyzer, embedder).manifest.id == old
    read, _ = read_corpus([cookbook])
    assert {document.id for document in read.documents} >= {"avustushaku", "ydinjoukko", "jasenmaara"}
    broken.write_text(text, encoding="utf-8")
    other.write_text(other.read_text(encoding="utf-8").replace('"melkein"', '"tulos"'), encoding="utf-8")
    assert served.index().id == old


def test_dangling_ids_stop_the_build_too(built, cookbook):
    served = Cookbook(Settings(corpus=(cookbook,), index=built))
    write_recipe(cookbook, "orpo", "## Pulma\n\nTeksti.\n", metrics=["ei-ole"])
    with pytest.raises(CorpusError, match="ei-ole"):
        served.index()


def test_an_empty_corpus_is_not_indexed(tmp_path, built):
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "sanasto.yaml").write_text("tags: []\n", encoding="utf-8")
    old = current_id(built)
    with pytest.raises(CorpusError):
        Cookbook(Settings(corpus=(tmp_path / "empty",), index=built)).index()
    with pytest.raises(CorpusError, match="does not exist"):
        Cookbook(Settings(corpus=(tmp_path / "nowhere",), index=built)).index()
    assert current_id(built) == old
