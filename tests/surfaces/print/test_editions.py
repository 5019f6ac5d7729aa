"""What is printed is whole, fits, can be read by a screen reader, and comes out the same each time."""

import io
import re
import subprocess
import sys
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from pypdf import PdfReader
from weasyprint.urls import FatalURLFetchingError

from cookbook_search.analyze import Analyzer
from cookbook_search.surfaces.print import Printer, index_of_terms, to_pdf
from cookbook_search.surfaces.print.body import anchor_of
from cookbook_search.surfaces.print.card import card_of, whole_sentences
from cookbook_search.surfaces.print.press import lay_out
from cookbook_search.surfaces.strings import web_folder

FONTS = web_folder() / "print" / "fonts"
FEW = 3


@pytest.fixture(scope="module")
def book(printer: Printer, documents, corpus, analyzer: Analyzer) -> PdfReader:
    """A book of a few documents of each kind."""
    few = [
        d for kind in ("recipe", "method", "metric") for d in [d for d in documents if d.kind == kind][:FEW]
    ]
    terms = index_of_terms(few, corpus.vocabulary, analyzer)
    html = printer.book(
        few, "## Mikä tämä on\n\n[Kartoitus](reseptit/klusterikartoitus.md)\n", terms, "a5", False
    )
    return PdfReader(io.BytesIO(to_pdf(html, printer.folder)))


def fonts_of(reader: PdfReader) -> dict[str, bool]:
    """Name of each font of the file -> whether it is embedded."""
    found: dict[str, bool] = {}
    for page in reader.pages:
        for font in (page["/Resources"].get("/Font") or {}).values():
            for descendant in font.get_object().get("/DescendantFonts", [font]):
                descriptor = descendant.get_object()["/FontDescriptor"]
                embedded = any(name in descriptor for name in ("/FontFile", "/FontFile2", "/FontFile3"))
                found[descriptor["/FontName"]] = embedded
    return found


def test_a_book_is_tagged_titled_and_has_its_language(book: PdfReader):
    root = book.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "fi"
    assert root["/StructTreeRoot"]
    assert book.metadata.title == "Klusterikehittämisen keittokirja"
    assert "pdfuaid" in root["/Metadata"].get_data().decode()
    assert book.outline


def test_every_font_of_a_book_is_embedded(book: PdfReader):
    fonts = fonts_of(book)
    assert fonts
    assert all(fonts.values()), fonts
    assert all("Inter" in name or "Source" in name for name in fonts), fonts


def test_contents_name_the_page_on_which_a_document_begins(book: PdfReader, documents):
    first = next(d for d in documents if d.kind == "recipe")
    texts = [page.extract_text() for page in book.pages]
    contents = next(text for text in texts if "Sisällys" in text)
    named = re.search(re.escape(first.title.fi) + r"\W*?(\d+)\s", contents.replace("\n", " "))
    assert named
    page = texts[int(named.group(1)) - 1]
    assert first.summary.fi.split()[0] in page
    assert "Pulma" in page


def test_a_link_between_documents_leads_to_a_page_and_others_to_the_live_page(printer: Printer, documents):
    recipe = next(d for d in documents if "](" in d.body and "../mittarit/" in d.body)
    alone = printer.booklet("Vihko", [recipe], "a4", False)
    whole = printer.booklet("Kaikki", documents, "a4", False)

    assert 'href="https://keittokirja.example.fi/mittarit/' in alone
    assert 'href="https://keittokirja.example.fi/mittarit/' not in whole
    targets = set(re.findall(r'href="#([^"]+)"', whole))
    anchors = set(re.findall(r'id="([^"]+)"', whole))
    assert targets
    assert targets <= anchors


def test_no_card_overflows_its_two_sides(printer: Printer, documents):
    laid = lay_out(printer.cards(documents, sheets=False, bleed=False), printer.folder)
    pages = {anchor: number for number, page in enumerate(laid.pages) for anchor in page.anchors}
    sides = [pages[f"{anchor_of(d)}-{side}"] for d in documents for side in ("etu", "taka")]

    assert len(documents) == 123
    assert sides == list(range(246))
    assert len(laid.pages) == 246


def test_sheets_hold_two_cards_and_backs_lie_behind_their_fronts(printer: Printer, documents):
    html = printer.cards(documents[:3], sheets=True, bleed=False)
    sheets = html.split('<div class="sheet">')[1:]
    slots = [
        re.findall(r'slot (left|right)"><section class="side \w+" id="([^"]+)-(etu|taka)"', s) for s in sheets
    ]
    first, second, third = (anchor_of(document) for document in documents[:3])

    assert slots == [
        [("left", first, "etu"), ("right", second, "etu")],
        [("left", second, "taka"), ("right", first, "taka")],
        [("left", third, "etu")],
        [("right", third, "taka")],
    ]
    assert len(lay_out(html, printer.folder).pages) == 4


def test_every_card_has_its_steps_or_its_formula(documents):
    for document in documents:
        card = card_of(document)
        assert len(card.lists) >= 1, document.id
        if document.kind == "metric":
            assert card.example, document.id
        else:
            assert len(card.steps) >= 3, document.id
            assert all(step.who and step.duration and step.output for step in card.steps), document.id


def test_the_poster_fits_on_one_sheet_with_every_metric(printer: Printer, documents):
    metrics = [document for document in documents if document.kind == "metric"]
    laid = lay_out(printer.poster(metrics, bleed=False), printer.folder)

    assert len(laid.pages) == 1
    assert {anchor_of(metric) for metric in metrics} <= set(laid.pages[0].anchors)


def test_the_fonts_know_every_character_of_the_cookbook(documents):
    texts = [f"{d.body} {d.title.fi} {d.summary.fi}" for d in documents]
    wanted = {ord(c) for text in [*texts, "äöå€≥−→↗↘↔–”"] for c in text if c.isprintable()}

    for file in FONTS.glob("Inter-*.woff2"):  # every other font falls back on it
        assert not {chr(c) for c in wanted - set(TTFont(file).getBestCmap())}, file.name


@pytest.mark.parametrize(
    ("purpose", "part"), [("screen", "pdfuaid"), ("archive", "pdfaid"), ("press", "pdfaid")]
)
def test_each_purpose_says_its_standard(printer: Printer, documents, purpose, part):
    html = printer.booklet("Vihko", documents[:1], "a5", bleed=purpose == "press")
    reader = PdfReader(io.BytesIO(to_pdf(html, printer.folder, purpose)))
    page = reader.pages[0]

    assert part in reader.trailer["/Root"]["/Metadata"].get_data().decode()
    assert (page.mediabox.width > page.trimbox.width) is (purpose == "press")


def test_the_same_cookbook_gives_the_same_bytes(tmp_path: Path):
    runs = [tmp_path / "first.pdf", tmp_path / "second.pdf"]
    for seed, target in enumerate(runs):
        subprocess.run(
            [sys.executable, "-c", "from cookbook_search.surfaces.cli import main; main()",
             "print", "booklet", "--id", "klusterikartoitus", "--id", "arvonlisays", "--out", str(target)],
            check=True, env={"PYTHONHASHSEED": str(seed)}, cwd=Path(__file__).parents[3], timeout=120,
        )  # fmt: skip

    assert runs[0].read_bytes() == runs[1].read_bytes()


def test_the_press_reads_nothing_but_its_own_folder(printer: Printer, tmp_path: Path):
    secret = tmp_path / "secret.css"
    secret.write_text("body { color: red }")
    for address in (secret.as_uri(), "https://example.org/x.css", "../static/style.css"):
        html = f'<html lang="fi"><title>x</title><link rel="stylesheet" href="{address}"><p>x'
        with pytest.raises(FatalURLFetchingError, match="not one of the files"):
            lay_out(html, printer.folder)


@pytest.mark.parametrize(
    ("text", "length", "cut"),
    [
        ("Yksi. Kaksi. Kolme.", 12, "Yksi. Kaksi."),
        ("Noin n. 20 euroa. Toinen.", 5, "Noin n. 20 euroa."),
        ("Lause ilman loppua", 3, "Lause ilman loppua"),
        ("", 10, ""),
    ],
)
def test_a_point_ends_at_a_sentence(text, length, cut):
    assert whole_sentences(text, length) == cut


def test_terms_are_in_finnish_order_and_lead_to_sections(corpus, documents, analyzer: Analyzer):
    entries = index_of_terms(documents[:20], corpus.vocabulary, analyzer)
    whole = {f"{anchor_of(document)}--" for document in documents[:20]}

    assert len(entries) > 10
    assert [e.term for e in entries] == sorted(
        (e.term for e in entries), key=lambda w: w.lower().translate(str.maketrans("åäö", "{|}"))
    )
    assert all(any(a.startswith(start) for start in whole) for e in entries for a in e.anchors)
