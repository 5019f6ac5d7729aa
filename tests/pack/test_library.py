"""Adding, updating and removing other cities' cookbooks: who may, and what is left whatever happens."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

import pytest
from kitchen import write_guest, write_imprint

from cookbook_search.config import Settings
from cookbook_search.errors import PackError, PackUntrusted
from cookbook_search.pack import Library, fingerprint, make_pack, new_key, open_library, read_key


def told(pack) -> str:
    return fingerprint(pack.manifest.signer)


def revised(corpus: Path, key, version: str):
    """A pack of the corpus with other words in it."""
    path = corpus / "reseptit/avustushaku.md"
    path.write_text(path.read_text(encoding="utf-8").replace("Työvaiheet", "Työvaiheet") + f"\n{version}\n")
    return make_pack(corpus, key, version)


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_trusted_pack_is_added_updated_and_removed(library, pack, espoo, key):
    added = library.add(pack, trust=told(pack))
    assert added is not None
    assert files_of(added.folder).keys() == {*pack.files, "manifest.json"}
    assert library.installed() == (added,)
    assert library.add(pack) is None  # it is there already, and its key is known by now

    newer = revised(espoo, key, "2026-12-01")
    updated = library.add(newer)
    assert updated is not None
    assert (updated.manifest.version, updated.previous) == ("2026-12-01", added.folder)
    newest = library.add(revised(espoo, key, "2026-12-01.2"))
    assert newest is not None
    assert newest.previous == updated.folder
    assert not added.folder.exists()  # one version before is kept, not all

    assert library.remove("Espoo") == newest
    assert library.installed() == ()
    assert {path.name for path in library.root.iterdir()} <= {"trust.json", ".lock"}
    with pytest.raises(PackError, match="No cookbook of Espoo"):
        library.remove("Espoo")


def test_a_key_that_is_not_trusted_is_told_and_nothing_is_written(library, pack):
    with pytest.raises(PackUntrusted, match=f"not trusted here yet, {told(pack)}"):
        library.add(pack)
    with pytest.raises(PackUntrusted, match="not the fingerprint you gave"):
        library.add(pack, trust="0000-0000-0000-0000-0000-0000-0000-0000")
    with pytest.raises(PackUntrusted):
        library.add(pack, allow_unsigned=True)
    assert {path.name for path in library.root.iterdir()} <= {".lock"}


def test_an_unsigned_pack_needs_leave(library, espoo, key):
    unsigned = make_pack(espoo)
    with pytest.raises(PackUntrusted, match="nobody vouches"):
        library.add(unsigned)
    assert library.add(unsigned, allow_unsigned=True) is not None
    signed = make_pack(espoo, key)
    assert library.add(signed, trust=told(signed)) is not None
    with pytest.raises(PackUntrusted, match="is not signed"):
        library.add(unsigned, allow_unsigned=True, force=True)


def test_a_city_that_signed_with_another_key_is_refused(library, pack, espoo, tmp_path):
    library.add(pack, trust=told(pack))
    new_key(tmp_path / "thief.key")
    forged = make_pack(espoo, read_key(tmp_path / "thief.key"), "2027-01-01")
    for trust in ("", told(forged)):
        with pytest.raises(PackUntrusted, match="posing as Espoo"):
            library.add(forged, trust=trust, force=True)
    library.remove("Espoo")
    with pytest.raises(PackUntrusted, match="posing as Espoo"):  # removing does not forget who Espoo is
        library.add(forged, trust=told(forged))
    assert library.remove("Espoo", forget_key=True) is None
    assert library.add(forged, trust=told(forged)) is not None


def test_nobody_else_may_be_us(tmp_path, key):
    ours = write_imprint(write_guest(tmp_path / "own", "Vantaa"), "Vantaa")
    settings = Settings(corpus=(ours,), library=tmp_path / "cookbooks")
    library = open_library(settings)
    for owner in ("Vantaa", "VANTAA", "Väntaa", "Vantaa.", "vantaa"):
        pack = make_pack(write_imprint(write_guest(tmp_path / owner, owner), owner), key)
        with pytest.raises(PackError, match="owner of your own cookbook"):
            library.add(pack, trust=told(pack), force=True)
    (ours / "keittokirja.yaml").unlink()  # then the documents tell
    with pytest.raises(PackError, match="owner of your own cookbook"):
        library.add(pack, trust=told(pack))


def test_names_that_look_alike_are_one_city(library, pack, tmp_path, key):
    library.add(pack, trust=told(pack))
    other = make_pack(write_imprint(write_guest(tmp_path / "toinen", "ESPOO"), "ESPOO"), key, "2027-01-01")
    with pytest.raises(PackError, match="`ESPOO` cannot be told from `Espoo`"):
        library.add(other)
    assert library.find("espoo").manifest.owner == "Espoo"


def test_an_older_version_and_the_same_version_with_other_words_need_force(library, espoo, key):
    first = make_pack(espoo, key, "2026-12-01.9")
    library.add(first, trust=told(first))
    same = revised(espoo, key, "2026-12-01.9")
    with pytest.raises(PackError, match="another content"):
        library.add(same)
    older = revised(espoo, key, "2026-12-01.8")
    with pytest.raises(PackError, match="older than"):
        library.add(older)
    assert library.add(revised(espoo, key, "2026-12-01.10")) is not None  # 10 comes after 9
    forced = library.add(older, force=True)
    assert forced is not None
    assert forced.manifest.version == "2026-12-01.8"
    assert library.add(first, force=True).manifest == first.manifest  # and back to what was there once


def test_a_signed_pack_of_a_faulty_cookbook_is_refused_whole(library, pack, espoo, key):
    library.add(pack, trust=told(pack))
    before = files_of(library.root)
    from cookbook_search.pack.manifest import describe
    from cookbook_search.pack.packing import Pack
    from cookbook_search.pack.signature import sign
    from cookbook_search.parse import read_corpus

    files = dict(pack.files) | {"reseptit/rikki.md": b"no front matter"}
    corpus, _ = read_corpus([espoo])
    manifest = describe(corpus, corpus.imprints[0], files, "2027-01-01", pack.manifest.signer)
    with pytest.raises(PackError, match="fault"):
        library.add(Pack(manifest, files, sign(manifest.to_bytes(), key)))
    lying = manifest.model_copy(update={"files": pack.manifest.files, "licence": "CC0-1.0"})
    with pytest.raises(PackError, match="tells of another cookbook"):
        library.add(Pack(lying, pack.files, sign(lying.to_bytes(), key)))
    assert files_of(library.root) == before


@pytest.mark.parametrize("moment", range(14))
def test_a_kill_at_any_moment_leaves_the_old_or_the_new(moment, library, pack, espoo, key, monkeypatch):
    library.add(pack, trust=told(pack))
    newer = revised(espoo, key, "2026-12-01")
    old = library.find("Espoo")
    child = os.fork()
    if not child:
        _die_at(moment)
        library.add(newer)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    killed = os.WIFSIGNALED(status)
    (found,) = library.installed()
    assert found.manifest in (pack.manifest, newer.manifest)
    expected = pack if found.manifest == pack.manifest else newer
    held = files_of(found.folder)
    assert {path: held[path] for path in expected.files} == dict(expected.files)
    if not killed:
        assert found.manifest == newer.manifest
        assert moment > 5
    library.add(newer)
    assert library.find("Espoo").manifest == newer.manifest
    assert library.find("Espoo").previous == old.folder
    assert not [path for path in library.root.iterdir() if path.name.startswith((".adding", ".removed"))]


def _die_at(moment: int) -> None:
    """Kill this process at the n-th change of the file system that moves or syncs something."""
    count = 0

    def deadly(real):
        def call(*args, **kwargs):
            nonlocal count
            if count == moment:
                os.kill(os.getpid(), signal.SIGKILL)
            count += 1
            return real(*args, **kwargs)

        return call

    os.rename, os.replace, os.fsync, os.mkdir = map(deadly, (os.rename, os.replace, os.fsync, os.mkdir))


def test_a_kill_while_it_runs_leaves_the_old_or_the_new(library, pack, espoo, key):
    library.add(pack, trust=told(pack))
    newer = revised(espoo, key, "2026-12-01")
    started = time.perf_counter()
    library.add(newer)
    whole = time.perf_counter() - started
    seen = set()
    for number in range(25):
        library.add(pack, force=True)
        child = os.fork()
        if not child:
            library.add(newer)
            os._exit(0)
        time.sleep(whole * number / 25)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        (found,) = library.installed()
        expected = pack if found.manifest == pack.manifest else newer
        held = files_of(found.folder)
        assert {path: held[path] for path in expected.files} == dict(expected.files)
        seen.add(found.manifest.version)
    assert seen <= {"2026-11-24", "2026-12-01"}
    assert "2026-11-24" in seen  # some were killed before the switch


def test_two_at_once_wait_for_each_other(library, pack):
    children = []
    for _ in range(4):
        child = os.fork()
        if not child:
            library.add(pack, trust=told(pack))
            os._exit(0)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 4
    assert library.find("Espoo").manifest == pack.manifest


def test_a_library_that_cannot_be_written_is_told(tmp_path, pack):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(PackError, match="cannot be written"):
        Library(tmp_path / "file" / "library", frozenset).add(pack, trust=told(pack))
    with pytest.raises(PackError, match="cannot be read"):
        Library(tmp_path / "file", frozenset).installed()


def test_a_spoilt_trust_file_trusts_nobody(library, pack):
    library.add(pack, trust=told(pack))
    assert json.loads((library.root / "trust.json").read_text()) == {"espoo": pack.manifest.signer}
    for content in ("{", "[]", "\0"):
        (library.root / "trust.json").write_text(content, encoding="utf-8")
        with pytest.raises(PackError, match="restore it from a backup"):
            library.add(pack, trust=told(pack))


def test_folders_that_are_no_cookbook_are_passed_over(library, pack):
    library.add(pack, trust=told(pack))
    (library.root / "muuta").mkdir()
    (library.root / "kesken").mkdir()
    (library.root / "kesken/CURRENT").write_text("ei-ole\n", encoding="utf-8")
    (library.root / "binaari").mkdir()
    (library.root / "binaari/CURRENT").write_bytes(b"\xff\xfe")
    assert [found.manifest.owner for found in library.installed()] == ["Espoo"]
