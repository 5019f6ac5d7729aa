"""Packs: the same bytes each time; what is altered in any way is refused before anything is written."""

from __future__ import annotations

import io
import os
import random
import stat
import struct
import tarfile
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cookbook_search.errors import CorpusError, PackError
from cookbook_search.pack import archive, fingerprint, left_out, make_pack, new_key, open_pack, read_key
from cookbook_search.pack.archive import check_path, read_archive, write_archive
from cookbook_search.pack.signature import same_fingerprint, sign


def entries_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def test_a_pack_is_what_was_packed(pack, espoo):
    opened = open_pack(pack.to_bytes())
    assert opened == pack
    assert opened.files["reseptit/avustushaku.md"] == (espoo / "reseptit/avustushaku.md").read_bytes()
    assert (opened.manifest.owner, opened.manifest.licence) == ("Espoo", "CC-BY-SA-4.0")
    assert opened.manifest.version == "2026-11-24"
    assert opened.manifest.counts == {"metric": 1, "recipe": 1}
    assert opened.manifest.languages == ("fi",)


def test_the_same_corpus_gives_the_same_bytes_whatever_the_clock_and_the_disk_say(espoo, key, tmp_path):
    first = make_pack(espoo, key).to_bytes()
    elsewhere = tmp_path / "kopio"
    files = sorted((path for path in espoo.rglob("*") if path.is_file()), reverse=True)
    for number, path in enumerate(files):
        copy = elsewhere / path.relative_to(espoo)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
        copy.chmod(0o600)
        os.utime(copy, (number * 1e7, number * 1e7))
    (elsewhere / "muistiinpanoja.docx").write_bytes(b"not of a cookbook")
    assert make_pack(elsewhere, key).to_bytes() == first
    assert left_out(elsewhere) == ["muistiinpanoja.docx"]


@given(
    files=st.dictionaries(
        st.from_regex(r"reseptit/[a-z0-9]{1,20}\.md", fullmatch=True), st.binary(max_size=99)
    )
)
def test_any_set_of_files_has_one_pack(files):
    shuffled = dict(random.Random(1).sample(list(files.items()), len(files)))
    assert write_archive(shuffled) == write_archive(files)
    if all(_allowed(path) for path in files):
        assert read_archive(write_archive(files)) == files


def _allowed(path: str) -> bool:
    try:
        check_path(path)
    except PackError:
        return False
    return True


def test_a_pack_cut_short_anywhere_is_refused(pack):
    content = pack.to_bytes()
    for end in [*range(0, len(content), 53), len(content) - 1]:
        with pytest.raises(PackError):
            open_pack(content[:end])


def test_a_pack_altered_in_any_byte_is_refused(pack):
    content = pack.to_bytes()
    for at in range(0, len(content), 37):
        for bit in (1, 0x80):
            altered = bytearray(content)
            altered[at] ^= bit
            with pytest.raises(PackError):
                open_pack(bytes(altered))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(content=st.binary(max_size=300))
@example(b"PK\x05\x06" + bytes(18))
def test_bytes_that_are_no_pack_are_refused(content):
    with pytest.raises(PackError):
        open_pack(content)


def rebuilt(pack, **changes: bytes | None) -> bytes:
    """The pack with other files, whose manifest was left as it was."""
    entries = entries_of(pack.to_bytes()) | changes
    return write_archive({name: content for name, content in entries.items() if content is not None})


def test_a_changed_missing_or_added_file_is_refused(pack):
    path = "reseptit/avustushaku.md"
    with pytest.raises(PackError, match="not as its maker packed it"):
        open_pack(rebuilt(pack, **{path: b"---\nid: avustushaku\n---\n"}))
    with pytest.raises(PackError, match="is not both in the pack and in its manifest"):
        open_pack(rebuilt(pack, **{path: None}))
    with pytest.raises(PackError, match="is not both in the pack and in its manifest"):
        open_pack(rebuilt(pack, **{"reseptit/toinen.md": b"x"}))


def test_a_signature_that_does_not_hold_is_refused(pack, tmp_path):
    new_key(tmp_path / "other.key")
    other = read_key(tmp_path / "other.key")
    manifest = pack.manifest.to_bytes()
    for signature in (sign(manifest, other), sign(manifest + b" ", other), b"AAAA\n", b"", b"\xff\n"):
        with pytest.raises(PackError, match="signature of the pack does not hold"):
            open_pack(rebuilt(pack, **{"manifest.sig": signature}))
    with pytest.raises(PackError, match="lost its signature"):
        open_pack(rebuilt(pack, **{"manifest.sig": None}))
    altered = pack.manifest.model_copy(update={"licence": "CC0-1.0"}).to_bytes()
    with pytest.raises(PackError, match="signature of the pack does not hold"):
        open_pack(rebuilt(pack, **{"manifest.json": altered}))


def test_another_format_and_a_strange_manifest_are_told(pack):
    newer = pack.manifest.model_copy(update={"format": 9}).to_bytes()
    with pytest.raises(PackError, match="format 9, this program reads 1"):
        open_pack(rebuilt(pack, **{"manifest.json": newer}))
    with pytest.raises(PackError, match="manifest of the pack cannot be read"):
        open_pack(rebuilt(pack, **{"manifest.json": b"{}"}))
    with pytest.raises(PackError, match="has no manifest"):
        open_pack(rebuilt(pack, **{"manifest.json": None}))
    spaced = pack.manifest.to_bytes().replace(b"{", b"{ ", 1)
    with pytest.raises(PackError, match="was not written by"):
        open_pack(rebuilt(pack, **{"manifest.json": spaced}))


HOSTILE_PATHS = [
    "../reseptit/x.md", "reseptit/../../x.md", "/etc/passwd", "reseptit//x.md", "reseptit\\x",
    "C:/x.md", "c:x.md", "reseptit/x.md/..", "reseptit/.x.md", "reseptit/x.md ", "reseptit/x.md.",
    "RESEPTIT/x.md", "reseptit/X.md", "reseptit/x.MD", "Sanasto.yaml", "reseptit/con.md", "reseptit/nul.md",
    "mittarit/com1.md", "kysymykset/aux.yaml", "reseptit/x.md:stream", "reseptit/x\0.md", "reseptit/ä.md",
    "reseptit/\u202exm.md", f"reseptit/{'x' * 61}.md", "reseptit/", "", "muu/x.md", "reseptit/sub/x.md",
    "manifest.json/x", "CURRENT", ".git/config", "reseptit/x--y.md", "reseptit/-x.md", "reseptit/x.md\n",
]  # fmt: skip


@pytest.mark.parametrize("path", HOSTILE_PATHS)
def test_a_path_that_no_cookbook_has_is_refused(path, pack):
    with pytest.raises(PackError, match="has no place in a cookbook"):
        check_path(path)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as hostile:
        info = zipfile.ZipInfo("x")
        info.filename = path
        hostile.writestr(info, b"x")
    with pytest.raises(PackError):
        open_pack(buffer.getvalue())


def zipped(*members: tuple[zipfile.ZipInfo, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as hostile:
        for info, content in members:
            hostile.writestr(info, content)
    return buffer.getvalue()


def member(name: str = "reseptit/x.md", mode: int = 0o100644, **fields: object) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    info.create_system = 3
    for field, value in fields.items():
        setattr(info, field, value)
    return info


@pytest.mark.parametrize(
    "info",
    [
        member(mode=stat.S_IFLNK | 0o777),
        member(mode=stat.S_IFCHR | 0o666),
        member(mode=stat.S_IFIFO | 0o666),
        member(mode=0o104755),
        member(date_time=(2026, 1, 1, 0, 0, 0)),
        member(comment=b"hidden"),
        member(extra=struct.pack("<HH4s", 0x7075, 4, b"\1abc")),
        member(create_system=0),
    ],
    ids=["link", "device", "pipe", "setuid", "time", "comment", "extra", "system"],
)
def test_what_is_more_than_a_plain_file_is_refused(info):
    with pytest.raises(PackError, match="holds more than its files"):
        open_pack(zipped((info, b"../../etc/passwd")))


def test_data_around_and_between_the_files_is_refused(pack):
    content = pack.to_bytes()
    for altered in (b"#!/bin/sh\n" + content, content + b"\0", content[:-2] + b"\x05\x00hello"):
        with pytest.raises(PackError):
            open_pack(altered)


def test_files_twice_and_out_of_order_are_refused():
    with pytest.raises(PackError, match="a file twice"), pytest.warns(UserWarning, match="Duplicate"):
        open_pack(zipped((member(), b"a"), (member(), b"b")))
    with pytest.raises(PackError, match="holds more than its files"):
        open_pack(zipped((member("reseptit/y.md"), b"a"), (member("reseptit/x.md"), b"b")))


def test_a_bomb_is_refused_before_it_is_unpacked(monkeypatch):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as bomb:
        for number in range(50):
            bomb.writestr(f"reseptit/x{number}.md", bytes(1_000_000))
    assert len(buffer.getvalue()) < 100_000
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda *_: pytest.fail("it was unpacked"))
    with pytest.raises(PackError, match="compressed"):
        open_pack(buffer.getvalue())


def test_a_bomb_of_files_that_overlap_is_refused(monkeypatch):
    """Many entries of the directory that show the same stored bytes."""
    content = bytearray(zipped((member("reseptit/a.md"), bytes(900_000))))
    end = content.rfind(b"PK\x05\x06")
    start = struct.unpack("<I", content[end + 16 : end + 20])[0]
    entry = bytes(content[start:end])
    directory = b"".join(
        entry.replace(b"reseptit/a.md", f"reseptit/{chr(97 + n)}.md".encode()) for n in range(20)
    )
    tail = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 20, 20, len(directory), start, 0)
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda *_: pytest.fail("it was unpacked"))
    with pytest.raises(PackError, match="damaged"):
        open_pack(bytes(content[:start]) + directory + tail)


def test_sizes_are_limited(monkeypatch):
    with pytest.raises(PackError, match="larger than 1000000 bytes"):
        open_pack(write_archive({"reseptit/x.md": bytes(1_000_001)}))
    monkeypatch.setattr(archive, "MAX_FILES", 3)
    with pytest.raises(PackError, match="more than 3 files"):
        open_pack(write_archive({f"reseptit/x{n}.md": b"" for n in range(4)}))
    monkeypatch.setattr(archive, "MAX_PACK_BYTES", 10)
    with pytest.raises(PackError, match="no cookbook"):
        open_pack(b"x" * 11)


def test_other_archives_are_no_packs():
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        info = tarfile.TarInfo("reseptit/x.md")
        info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(info)
    for content in (buffer.getvalue(), zlib.compress(b"x"), b"", b"%PDF-1.7"):
        with pytest.raises(PackError, match="damaged"):
            open_pack(content)


def test_a_corpus_must_be_sound_and_say_whose_it_is(espoo):
    (espoo / "keittokirja.yaml").unlink()
    with pytest.raises(PackError, match=r"Write .*keittokirja\.yaml"):
        make_pack(espoo)
    (espoo / "mittarit/saatu-raha.md").unlink()
    with pytest.raises(CorpusError, match="names `saatu-raha`, which no document has"):
        make_pack(espoo)


def test_a_corpus_that_names_another_owner_is_told(espoo):
    path = espoo / "reseptit/avustushaku.md"
    path.write_text(path.read_text(encoding="utf-8").replace('"Espoo"', '"Vantaa"'), encoding="utf-8")
    with pytest.raises(CorpusError, match=r"The owner is Vantaa, in .* Espoo"):
        make_pack(espoo)


def test_links_and_odd_names_are_not_packed_in_silence(espoo, tmp_path):
    (tmp_path / "secret.md").write_text("secret", encoding="utf-8")
    (espoo / "reseptit/linkki.md").symlink_to(tmp_path / "secret.md")
    with pytest.raises(PackError, match="is a link"):
        make_pack(espoo)
    (espoo / "reseptit/linkki.md").rename(espoo / "reseptit/Iso Nimi.md")
    with pytest.raises(PackError, match="Iso Nimi"):
        make_pack(espoo)


@pytest.mark.parametrize("version", ["1.0", "2026-1-1", "2026-11-24.", "uusin", ""])
def test_a_version_is_a_day(espoo, version):
    if version:
        with pytest.raises(PackError, match="Write the version as a day"):
            make_pack(espoo, version=version)
    else:
        assert make_pack(espoo, version=version).manifest.version == "2026-11-24"


def test_a_key_is_private_and_never_overwritten(tmp_path):
    path = tmp_path / "a.key"
    public = new_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(PackError, match="never overwritten"):
        new_key(path)
    path.chmod(0o644)
    with pytest.raises(PackError, match="chmod 600"):
        read_key(path)
    path.chmod(0o600)
    path.write_text("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", encoding="utf-8")
    with pytest.raises(PackError, match="is no key"):
        read_key(path)
    with pytest.raises(PackError, match="cannot be read"):
        read_key(tmp_path / "missing.key")
    assert len(fingerprint(public)) == 39
    assert same_fingerprint(fingerprint(public).upper().replace("-", " "), public)
    assert not same_fingerprint(fingerprint(public)[:-1], public)
    assert not same_fingerprint("", public)


def test_a_pack_of_the_real_cookbook_opens_again_soon(tmp_path):
    content = make_pack(Path(__file__).parents[2] / "corpus").to_bytes()
    opened = open_pack(content)
    assert opened.manifest.owner == "Vantaa"
    assert opened.manifest.counts == {"method": 15, "metric": 36, "recipe": 72}
    assert replace(opened).to_bytes() == content
