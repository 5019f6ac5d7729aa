"""Sections, anchors, blocks and links: Markdown in, what a reader sees out."""

from pathlib import Path

import pytest

from cookbook_search.parse import blocks, links, plain_text, sections, slug

CASES = Path(__file__).parent.parent / "fixtures" / "sections.md"


def cases() -> list[tuple[str, str, str]]:
    """(title, Markdown, expected) of each case of the fixture file."""
    found = []
    for case in CASES.read_text(encoding="utf-8").split("\n=== ")[1:]:
        head, _, expected = case.partition("\n--- gives\n")
        title, _, body = head.partition("\n")
        found.append((title, body, expected.strip("\n")))
    return found


def shown(body: str) -> str:
    """The sections of a body in the notation of the fixture file."""
    lines = []
    for section in sections(body):
        lines.append(f"{section.level} {' > '.join(section.headings)} = {section.anchor} @ {section.line}")
        lines += ["| " + block.replace("\n", "\\n") for block in blocks(section.tokens)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("body", "expected"), [pytest.param(body, expected, id=title) for title, body, expected in cases()]
)
def test_sections(body: str, expected: str) -> None:
    assert shown(body) == expected


def test_lines_count_from_where_the_body_begins() -> None:
    found = sections("\n## A\n\ntext\n\n## B\n", first_line=40)

    assert [(section.heading, section.line) for section in found] == [("A", 41), ("B", 45)]


def test_text_before_the_first_heading_has_no_heading() -> None:
    (section,) = sections("Alku.")

    assert section.heading == ""
    assert plain_text(section.tokens) == "Alku."


@pytest.mark.parametrize("body", ["", "\n\n", "[x]: https://a.fi\n"])
def test_a_body_without_text_has_no_sections(body: str) -> None:
    assert sections(body) == []


def test_links_have_target_text_and_line() -> None:
    (section,) = sections(
        "Katso [yksi](a.md#osa).\n\n- [kaksi](../mittarit/b.md)\n- <https://c.fi>\n\n"
        "| x |\n|---|\n| [kolme](d.md) |\n\n[neljä][n] ja `[ei](e.md)`\n\n[n]: f.md\n"
    )

    assert list(links(section.tokens)) == [
        ("a.md#osa", "yksi", 0),
        ("../mittarit/b.md", "kaksi", 2),
        ("https://c.fi", "https://c.fi", 3),
        ("d.md", "kolme", 7),
        ("f.md", "neljä", 9),
    ]


def test_a_link_without_text_is_a_link() -> None:
    (section,) = sections("[](a.md)")

    assert list(links(section.tokens)) == [("a.md", "", 0)]


@pytest.mark.parametrize(
    ("heading", "fragment"),
    [
        ("Näin mittaat", "nain-mittaat"),
        ("Työvaiheet", "tyovaiheet"),
        ("1. Laske yhden jäsenen hinta", "1-laske-yhden-jasenen-hinta"),
        ("  pk-yritys  (EU:n)  ", "pk-yritys-eu-n"),
        ("…", "osa"),
        ("", "osa"),
    ],
)
def test_slugs(heading: str, fragment: str) -> None:
    assert slug(heading) == fragment
