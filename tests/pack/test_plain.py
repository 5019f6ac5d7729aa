"""Folders of plain Markdown: whatever is in them, what can be read becomes pages, and the rest is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kitchen import corpus_of

from cookbook_search.analyze import open_analyzer
from cookbook_search.chunk import chunks
from cookbook_search.errors import PackError
from cookbook_search.pack import convert, is_corpus, open_pack, pack_of
from cookbook_search.pack.packing import write_files
from cookbook_search.pack.rewrite import _words, rewrite
from cookbook_search.parse import markdown
from cookbook_search.surfaces.render import to_html


@pytest.fixture(scope="module")
def detect():
    return open_analyzer().detect


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "wiki"
    root.mkdir()
    return root


@pytest.fixture
def made(folder, detect, tmp_path):
    """The documents of the folder by id, and the notes."""

    def run():
        plain = convert(folder, "Espoo", "Espoon opas", "CC-BY-4.0", detect)
        root = tmp_path / "made"
        write_files(root, plain.files)
        return {document.id: document for document in corpus_of(root).documents}, plain.notes

    return run


def write(path: Path, content: str | bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)


def test_what_a_page_lacks_is_taken_from_what_it_has(folder, made):
    write(
        folder / "opas/aloitus.md",
        "# Yritysverkoston aloitus\n\nKutsu yritykset aamukahville.\n\n## Miksi\n\nSiksi.",
    )
    write(folder / "Pelisäännöt 2026.md", "Verkosto kokoontuu kuukausittain ja päättää yhdessä asioista.")
    write(
        folder / "natverk.md",
        '---\ntitle: "Nätverk: så här"\nlang: sv\ntags: [x]\n---\n# Nätverk: så här\n\nBjud in företagen.',
    )
    write(folder / "en.MARKDOWN", "How to invite companies\n===\n\nCall ten of them and ask what they need.")
    documents, notes = made()
    assert notes == ()
    assert {i: (d.title.fi, d.language) for i, d in documents.items()} == {
        "opas-aloitus": ("Yritysverkoston aloitus", "fi"),
        "pelisaannot-2026": ("Pelisäännöt 2026", "fi"),
        "natverk": ("Nätverk: så här", "sv"),
        "en": ("How to invite companies", "en"),
    }
    page = documents["opas-aloitus"]
    assert page.summary.fi == "Kutsu yritykset aamukahville."
    assert page.body.strip() == "Kutsu yritykset aamukahville.\n\n## Miksi\n\nSiksi."
    assert (page.kind, page.plain, page.owner, page.tags, page.licence) == (
        "method",
        True,
        "Espoo",
        (),
        "CC-BY-4.0",
    )
    assert "Miksi" in page.questions.fi
    assert {chunk.language for chunk in chunks(documents["natverk"])} == {"sv"}


def test_headings_begin_at_the_second_level_and_links_lead_to_the_pages(folder, made):
    write(
        folder / "README.md",
        "# Opas\n\n[a](a%20b.md#kohta) [b](sub/) [c](/sub/c) [d](puuttuu.md) [e](kuva.png) "
        "[f](https://a.fi/?x=1&y=2) ![logo](logo.png)",
    )
    write(
        folder / "a b.md",
        "#### Yksi\n\nteksti\n\n###### Kaksi\n\nteksti\n\n#### Kolme\n\nlopuksi [ylös](#yksi)",
    )
    write(folder / "sub/index.md", "Takaisin [oppaaseen](../README.md).")
    write(folder / "sub/c.md", "sisältö <b>lihava</b><br>rivi\n\n<div>lohko <script>alert(1)</script></div>")
    documents, _ = made()
    assert documents["readme"].body.strip() == (
        "[a](a-b.md) [b](sub.md) [c](sub-c.md) d e [f](https://a.fi/?x=1&y=2) logo"
    )
    assert "## Yksi\n" in documents["a-b"].body
    assert "#### Kaksi\n" in documents["a-b"].body
    assert "[ylös](#yksi)" in documents["a-b"].body
    assert documents["sub"].body.strip() == "Takaisin [oppaaseen](readme.md)."
    assert documents["sub-c"].body.strip() == "sisältö lihava rivi\n\nlohko"


def test_every_encoding_and_what_is_no_text(folder, made):
    text = "Säännöt ovat tässä, ja niitä on viisi.\r\nToinen rivi.\r\n"
    write(folder / "bom.md", b"\xef\xbb\xbf" + text.encode())
    write(folder / "utf16.md", text.encode("utf-16"))
    write(folder / "latin.md", text.encode("cp1252"))
    write(folder / "binary.md", b"PK\x03\x04\x00\x00")
    write(folder / "empty.md", "")
    write(folder / "blank.md", "\n \n<!-- vain kommentti -->\n")
    write(folder / "huge.md", b"a" * 1_000_001)
    write(folder / ".hidden.md", "piilossa")
    write(folder / ".git/x.md", "piilossa")
    write(folder / "kuva.png", b"\x89PNG")
    (folder / "link.md").symlink_to("/etc/passwd")
    documents, notes = made()
    assert {i: d.body.splitlines()[0] for i, d in documents.items()} == dict.fromkeys(
        ("bom", "latin", "utf16"), "Säännöt ovat tässä, ja niitä on viisi."
    )
    told = {note.partition(":")[0]: note for note in notes}
    assert set(told) == {"latin.md", "binary.md", "empty.md", "blank.md", "huge.md", "link.md"}
    assert "Windows-1252" in told["latin.md"]
    assert "not text" in told["binary.md"]
    assert "no text" in told["empty.md"]
    assert "larger than" in told["huge.md"]
    assert "a link" in told["link.md"]


def test_names_that_collide_and_titles_that_stand_twice(folder, made):
    for name in ("Äiti.md", "aiti.md", "con.md", f"{'pitkä-' * 20}.md", "日本.md", "a/b.md", "a-b.md"):
        write(folder / name, "# Sama otsikko\n\nTeksti kertoo, miten asia hoidetaan.")
    documents, notes = made()
    assert len(documents) == 7
    assert {"aiti", "aiti-2", "con-sivu", "a-b", "a-b-2"} <= set(documents)
    assert sum("same title" in note for note in notes) == 6


def test_hostile_markup_stays_text(folder, made):
    write(
        folder / "paha.md",
        "# <b onclick=alert(1)>Paha</b>\n\n<script>alert(2)</script>\n\n<img src=x onerror=alert(3)>\n\n"
        "[x](javascript:alert(4)) [y](data:text/html,x) <svg onload=alert(5)> &lt;script&gt;alert(6)"
        '\n\n[z]: javascript:alert(7)\n\n[z] ![k](x.png "onload=alert(8)")\n\n'
        "<div><p onclick='alert(9)'>teksti</p></div>",
    )
    documents, _ = made()
    page = documents["paha"]
    assert page.title.fi == "Paha"
    html = to_html(page)
    for forbidden in ("<script", "<img", "<svg", 'onclick="', 'href="javascript', 'href="data'):
        assert forbidden not in html.lower()


def test_a_folder_without_pages_is_told(folder, detect):
    with pytest.raises(PackError, match=r"no file ends in \.md"):
        convert(folder, "Espoo", "x", None, detect)
    write(folder / "a.md", "")
    with pytest.raises(PackError, match="there is no text in it"):
        convert(folder, "Espoo", "x", None, detect)


def test_a_cookbook_is_not_taken_for_plain_pages(folder, espoo):
    assert not is_corpus(folder)
    assert is_corpus(espoo)


def test_plain_pages_can_be_packed_and_opened(folder, made, detect):
    write(folder / "a.md", "# Opas\n\nTeksti kertoo, miten asia hoidetaan.")
    pack = pack_of(convert(folder, "Espoo", "Espoon opas", None, detect).files)
    assert open_pack(pack.to_bytes()) == pack
    assert pack.manifest.licence is None


def test_front_matter_of_other_programs_never_stops_a_page(folder, made):
    heads = (
        "title: [a, b]",
        "{{ broken: }}",
        "title: &a x\nother: *a",
        "updated: 2026-99-99",
        "- a\n- b",
        "title:",
    )
    for number, head in enumerate(heads):
        write(folder / f"s{number}.md", f"---\n{head}\n---\n# Otsikko {number}\n\nTeksti kertoo asian.")
    documents, _ = made()
    assert {d.title.fi for d in documents.values()} == {f"Otsikko {number}" for number in range(len(heads))}


def test_a_file_that_cannot_be_read_is_told(folder, made, monkeypatch):
    write(folder / "a.md", "# Opas\n\nTeksti.")
    write(folder / "b.md", "# Toinen\n\nTeksti.")
    real = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path.name == "b.md":
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    documents, notes = made()
    assert set(documents) == {"a"}
    assert notes == ("b.md: it cannot be read (Permission denied); left out",)


_LINES = st.sampled_from([
    "# Otsikko", "Otsikko", "===", "---", "## Toinen", "- kohta", "  - sisäkohta", "1) eka", "> lainaus",
    "```", "~~~ x", "| a | b |", "| --- | --- |", "| 1 | 2 |", "[x](y.md)", "[x]: y.md", "![k](k.png)",
    "<div>", "</div>", "<br>", "<b></b>~~~ x", "<i></i># y", "<div>- z</div>", "a*b_c`d", "\\*", "***",
    "&amp; &#0;", "    koodi", "* * *", "[^1]: huom",
    "", "", "teksti jatkuu  ", "http://a.fi/x_y",
])  # fmt: skip


@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.too_slow])
@given(lines=st.lists(_LINES, max_size=25) | st.text(max_size=200).map(lambda text: text.split("\n")))
def test_any_page_can_be_rewritten_and_rewriting_settles(lines):
    page = rewrite("\n".join(lines), "a.md", {"y.md": "y"})
    if page is None:
        return
    again = rewrite(page.body, "a.md", {"y.md": "y"}, "jokin muu nimi")
    bodies = (found.body if found else "" for found in (page, again))
    before, after = ([w for w in _words(markdown().parse(body)) if not w.isdigit()] for body in bodies)
    assert after == before  # numbers of lists may become words where nothing but the words can be kept
