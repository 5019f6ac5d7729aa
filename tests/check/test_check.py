"""The rules of a good corpus: each is broken alone, and reported with its file and line."""

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from cookbook_search import check
from cookbook_search.analyze import Analyzer
from cookbook_search.check import check_corpus, structural_faults
from cookbook_search.errors import Fault
from cookbook_search.parse import read_corpus

PROMISE = "reseptit/arvolupaus-yrityksille.md"
FEES = "reseptit/jasenmaksut.md"
CANVAS = "menetelmat/arvolupauskanvaasi.md"
NEW = "mittarit/uudet-jasenet.md"
STAY = "mittarit/jasenpysyvyys.md"
BODY = "the first line of the body"
FRONT = "id: "

FEES_INTRO = (
    "Ilmainen on helppo aloittaa ja vaikea lopettaa. Kun kaikki saavat kaiken, kukaan ei tiedä, mikä "
    "toiminnasta on arvokasta. Aktiivinen jäsen ja satunnainen kahvivieras saavat saman kohtelun. "
    "Lopulta vetäjän aika kuluu niihin, jotka soittavat eniten."
)
NEW_LINK = "- [Uudet jäsenyritykset](../mittarit/uudet-jasenet.md): jos uusia"
NEW_LINKED = "[Uudet jäsenyritykset](../mittarit/uudet-jasenet.md)"
NEW_SOURCE = """
  - {title: "Association Membership: How Does Your Association Measure Up?", author: "Donna Oser, MSAE", \
year: 2022, url: "https://www.msae.org:443/blog/association-membership-how-does-your-association-measure-up"}
"""
NEW_LISTED = (
    "1. Donna Oser, MSAE (2022): [Association Membership: How Does Your Association Measure Up?]"
    "(https://www.msae.org:443/blog/association-membership-how-does-your-association-measure-up)."
)
ONE_METRIC = [
    (FEES, "metrics: [jasenpysyvyys, uudet-jasenet]", "metrics: [jasenpysyvyys]"),
    (FEES, NEW_LINKED, "Uudet jäsenyritykset"),
]


@dataclass(frozen=True)
class Case:
    """One rule broken by edits of files."""

    name: str
    rule: str
    edits: Sequence[tuple[str, str, str]]
    """(file, what stands there once, what is put in its place)."""
    file: str
    at: str
    """Begins the reported line; BODY for the first line of the body."""
    said: str
    times: int = 1


def in_fees(*pairs: tuple[str, str]) -> list[tuple[str, str, str]]:
    """Edits of the recipe of membership fees."""
    return [(FEES, old, new) for old, new in pairs]


def recipe_without_metric_link() -> list[tuple[str, str, str]]:
    """The link to one metric becomes words."""
    return in_fees((NEW_LINK, "- Uudet jäsenyritykset: jos uusia"))


FORM = [
    Case(
        "text that is still to be written",
        "unfinished",
        in_fees(
            ("Klusterin arvon aineettomuus.", "Klusterin arvon aineettomuus. KIRJOITA: mihin nojattiin.")
        ),
        FEES,
        "## Lähteet",
        "`Lähteet` is not written yet",
    ),
    Case("heading missing", "headings", in_fees(("## Sudenkuopat\n", "")), FEES, BODY, "missing Sudenkuopat"),
    Case(
        "heading unknown",
        "headings",
        in_fees(("## Sudenkuopat\n", "## Sudenkuopat\n\nTeksti.\n\n## Muuta\n")),
        FEES,
        BODY,
        "unknown Muuta",
    ),
    Case(
        "headings in another order",
        "headings",
        in_fees(
            ("## Pulma\n", "## X\n"), ("## Milloin käytät\n", "## Pulma\n"), ("## X\n", "## Milloin käytät\n")
        ),
        FEES,
        BODY,
        "wrong order",
    ),
    Case(
        "first-level heading",
        "headings",
        in_fees(("Klusterin arvon aineettomuus.", "Klusterin arvon aineettomuus.\n\n# Jäsenmaksut")),
        FEES,
        "# Jäsenmaksut",
        "Remove the `#` heading",
    ),
    Case(
        "text before the headings",
        "headings",
        in_fees(("## Pulma\n", "Alkusanat.\n\n## Pulma\n")),
        FEES,
        BODY,
        "before the first heading",
    ),
    Case(
        "empty section",
        "empty-section",
        [
            (
                CANVAS,
                "- 3–5 ihmistä, joista vähintään yksi yrityksestä\n"
                "- haastattelumuistiot tai vähintään viiden yrityksen omia lauseita\n"
                "- tunti ja 45 minuuttia, iso paperi tai valkotaulu, lappuja kahdessa värissä\n"
                "- yhden kanvaasin yhtä kohderyhmää kohti; älä yhdistä pieniä ja isoja\n",
                "",
            )
        ],
        CANVAS,
        "## Tarvitset",
        "`Tarvitset` is empty",
    ),
    Case(
        "too long",
        "length",
        [(NEW, "Se on tuotos:", "Se on " + "hyvin " * 400 + "tuotos:")],
        NEW,
        BODY,
        "it must have 300-600",
    ),
    Case(
        "steps misnumbered",
        "steps",
        in_fees(("### 2. Jaa tekeminen", "### 3. Jaa tekeminen")),
        FEES,
        "### 3. Jaa tekeminen",
        "### 2. ",
    ),
    Case(
        "step without its facts",
        "steps",
        in_fees(("**Kuka:** klusterivetäjä · **Kesto:** 2 tuntia · **Tuotos:**", "Tuloksena")),
        FEES,
        "### 3. Sano hyöty",
        "**Kuka:**",
    ),
    Case(
        "too few steps",
        "steps",
        in_fees(
            ("### 4. Testaa hinta", "#### Testaa hinta"),
            ("### 5. Tee hinnasto", "#### Tee hinnasto"),
            ("### 6. Selvitä", "#### Selvitä"),
            ("### 7. Kerro", "#### Kerro"),
        ),
        FEES,
        BODY,
        "has 3 steps; it must have 4-8",
    ),
    Case(
        "variation missing",
        "variations",
        in_fees(("### Useita kaupunkeja", "### Monta kaupunkia")),
        FEES,
        BODY,
        "### Useita kaupunkeja",
    ),
    Case(
        "block to copy without a name",
        "template",
        in_fees(("```kopioi Viesti jäsenelle", "```kopioi")),
        FEES,
        "### 7. Kerro",
        "Name the block",
    ),
    Case(
        "nothing to copy",
        "template",
        in_fees(
            ("```kopioi Hintakeskustelu, 20 minuuttia", "```"),
            ("```kopioi Hinnasto (luvut ovat esimerkkejä)", "```"),
            ("```kopioi Viesti jäsenelle", "```"),
        ),
        FEES,
        BODY,
        "Add a ready block",
    ),
    Case(
        "metric without an example",
        "example",
        [(STAY, "**Laskuesimerkki (keksityt luvut):**", "**Esimerkki:**")],
        STAY,
        BODY,
        "Laskuesimerkki",
    ),
    Case("metric not linked", "measures", recipe_without_metric_link(), FEES, BODY, "`uudet-jasenet` under"),
    Case(
        "method linked nowhere",
        "measures",
        in_fees(("[Arvolupauskanvaasi](../menetelmat/arvolupauskanvaasi.md)", "Arvolupauskanvaasi")),
        FEES,
        BODY,
        "method `arvolupauskanvaasi`",
    ),
    Case(
        "linked under the measures, not in the front matter",
        "measures",
        [
            (PROMISE, "methods: [arvolupauskanvaasi]", "methods: []"),
            (
                PROMISE,
                "- [Jäsenpysyvyys](../mittarit/jasenpysyvyys.md):",
                "- [Kanvaasi](../menetelmat/arvolupauskanvaasi.md):\n"
                "- [Jäsenpysyvyys](../mittarit/jasenpysyvyys.md):",
            ),
        ],
        PROMISE,
        "- [Kanvaasi]",
        "not in the front matter's metrics",
    ),
    Case(
        "source never cited",
        "citations",
        in_fees(("joita ei muuten syntyisi [3]", "joita ei muuten syntyisi")),
        FEES,
        BODY,
        "Source 3 is never cited",
    ),
    Case(
        "citation without a source",
        "citations",
        in_fees(("joita ei muuten syntyisi [3]", "joita ei muuten syntyisi [3][4]")),
        FEES,
        "## Pulma",
        "[4] has no source",
    ),
    Case(
        "another address among the sources",
        "citations",
        in_fees(("(https://associationsnow.com/", "(https://example.org/")),
        FEES,
        BODY,
        "same order",
    ),
    Case(
        "too few phrasings",
        "problems",
        [
            (STAY, '    - "member churn calculation network"\n', ""),
            (STAY, '    - "Do newcomers stay beyond their first year?"\n', ""),
        ],
        STAY,
        FRONT,
        "`problems.en` has 1 phrasings; write at least 2",
    ),
    Case(
        "too few sources",
        "sources",
        [
            (NEW, f"sources:{NEW_SOURCE}", "sources: []\n"),
            (NEW, "kasvaako joukko [1]", "kasvaako joukko"),
            (NEW, NEW_LISTED, "Oma kokemus."),
        ],
        NEW,
        FRONT,
        "There are 0 sources; cite at least 1",
    ),
    Case(
        "a phrasing of two documents",
        "duplicate-problem",
        [
            (
                STAY,
                '    - "jäsenkato prosentti laskeminen"\n',
                '    - "jäsenkato prosentti laskeminen"\n'
                '    - "pelkään, että puolet lähtee kun LASKU kolahtaa!"\n',
            )
        ],
        STAY,
        FRONT,
        "stands also in `problems` of jasenmaksut",
    ),
    Case(
        "a phrasing that is a title",
        "duplicate-problem",
        [(STAY, '    - "jäsenkato prosentti laskeminen"', '    - "Arvolupauskanvaasi"')],
        STAY,
        FRONT,
        "the title of arvolupauskanvaasi",
    ),
    Case(
        "a phrasing twice in one document",
        "duplicate-problem",
        [
            (
                STAY,
                '    - "member churn calculation network"\n',
                '    - "member churn calculation network"\n    - "Member churn, calculation network"\n',
            )
        ],
        STAY,
        FRONT,
        "`problems` of jasenpysyvyys",
        times=2,
    ),
]
PROSE = [
    Case(
        "misspelt word",
        "spelling",
        in_fees(("houkuttelevimpina pidettiin", "houkuttelevimbina pidettiin")),
        FEES,
        "## Pulma",
        "houkuttelevimbina",
    ),
    Case(
        "misspelt heading",
        "spelling",
        in_fees(("### 1. Laske yhden jäsenen", "### 1. Laske yhtden jäsenen")),
        FEES,
        "### 1. Laske",
        "yhtden",
    ),
    Case(
        "consultant fog, inflected",
        "empty-words",
        in_fees(("Ilmainen on helppo aloittaa", "Ilmaisesta synergiasta on helppo aloittaa")),
        FEES,
        "## Pulma",
        "synergiasta",
    ),
    Case(
        "consultant phrase",
        "empty-words",
        in_fees(("Ilmainen on helppo aloittaa", "Hankkeen puitteissa on helppo aloittaa")),
        FEES,
        "## Pulma",
        "puitteissa",
    ),
    Case(
        "paragraph in two documents",
        "duplicate-paragraph",
        [
            (
                PROMISE,
                "## Milloin käytät\n",
                FEES_INTRO.replace("eniten", "paljon") + "\n\n## Milloin käytät\n",
            )
        ],
        PROMISE,
        "## Pulma",
        "Nearly the same paragraph stands in reseptit/jasenmaksut.md:",
        times=2,
    ),
]
RELATIONS = [
    Case(
        "unknown tag",
        "unknown-tag",
        in_fees(("tags: [rahoitus, myynti]", "tags: [rahoitus, talous]")),
        FEES,
        FRONT,
        "`talous` is not in sanasto.yaml",
    ),
    Case(
        "prerequisite nowhere",
        "dangling-id",
        in_fees(("prerequisites: [arvolupaus-yrityksille]", "prerequisites: [puuttuva]")),
        FEES,
        FRONT,
        "`prerequisites` names `puuttuva`, which no document has",
    ),
    Case(
        "metric as a prerequisite",
        "dangling-id",
        in_fees(("prerequisites: [arvolupaus-yrityksille]", "prerequisites: [jasenpysyvyys]")),
        FEES,
        FRONT,
        "`jasenpysyvyys`, which is no recipe",
    ),
    Case(
        "link nowhere",
        "dangling-id",
        in_fees(("- Käytä, kun vapaamatkustaminen", "- [Käytä](puuttuva.md), kun vapaamatkustaminen")),
        FEES,
        "- [Käytä](puuttuva.md)",
        "A link leads to `puuttuva`",
    ),
    Case(
        "one-sided relation",
        "one-sided",
        in_fees(("related: [arvolupaus-yrityksille]", "related: []")),
        PROMISE,
        FRONT,
        "`jasenmaksut` does not name `arvolupaus-yrityksille`",
    ),
    Case(
        "prerequisites in a circle",
        "graph",
        [(PROMISE, "prerequisites: []", "prerequisites: [jasenmaksut]")],
        FEES,
        FRONT,
        "its own prerequisite",
        times=2,
    ),
    Case(
        "metrics of one level",
        "graph",
        [(STAY, "level: tulos", "level: tuotos")],
        FEES,
        FRONT,
        "all of one level",
        times=2,
    ),
    Case("recipe of one metric", "graph", ONE_METRIC, FEES, FRONT, "names 1 metrics; name 2-4", times=2),
    Case("metric out of use", "graph", ONE_METRIC, NEW, FRONT, "1 recipe(s) use this metric", times=2),
    Case(
        "a method that nothing names",
        "graph",
        [(name, "methods: [arvolupauskanvaasi]", "methods: []") for name in (PROMISE, FEES)],
        CANVAS,
        FRONT,
        "No relation joins arvolupauskanvaasi",
    ),
]


def line_of(root: Path, case: Case) -> int:
    """The line that a case expects, in the file as it is now."""
    lines = (root / case.file).read_text(encoding="utf-8").split("\n")
    if case.at == BODY:
        return lines.index("---", 1) + 2
    return next(number for number, line in enumerate(lines, start=1) if line.startswith(case.at))


def change(path: Path, old: str, new: str) -> None:
    """Replace the one place where ``old`` stands."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path.name}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def broken(root: Path, case: Case, analyzer: Analyzer) -> list[Fault]:
    """All faults once the edits of the case are made."""
    for name, old, new in case.edits:
        change(root / name, old, new)
    corpus, faults = read_corpus([root])
    assert faults == []
    return check_corpus(corpus, analyzer)


@pytest.mark.parametrize("case", [pytest.param(c, id=c.name) for c in (*FORM, *PROSE, *RELATIONS)])
def test_a_broken_rule_is_reported_alone_with_file_and_line(
    small_corpus: Path, analyzer: Analyzer, case: Case
) -> None:
    faults = broken(small_corpus, case, analyzer)

    assert [fault.rule for fault in faults] == [case.rule] * case.times, faults
    told = [fault for fault in faults if case.said in fault.message]
    assert (case.file, line_of(small_corpus, case)) in [(fault.path, fault.line) for fault in told], faults


def test_every_rule_has_a_case() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in Path(check.__file__).parent.glob("*.py"))
    rules = set(re.findall(r"fault\([^\"]*?\"([a-z-]+)\"", source))

    assert rules - {"id"} == {case.rule for case in (*FORM, *PROSE, *RELATIONS)}  # `id` has its own test


def test_faults_of_several_files_come_in_one_run_by_file_and_line(
    small_corpus: Path, analyzer: Analyzer
) -> None:
    change(small_corpus / FEES, "```kopioi Viesti jäsenelle", "```kopioi")
    change(small_corpus / FEES, "### 2. Jaa tekeminen", "### 3. Jaa tekeminen")
    change(small_corpus / STAY, "tags: [sitouttaminen, mittaaminen]", "tags: [hupi, mittaaminen]")
    change(small_corpus / CANVAS, "Kanvaasissa on kaksi puolta", "Kanvaasissa on kakzi puolta")

    faults = check_corpus(read_corpus([small_corpus])[0], analyzer)

    assert [(fault.path, fault.rule) for fault in faults] == [
        (CANVAS, "spelling"),
        (STAY, "unknown-tag"),
        (FEES, "steps"),
        (FEES, "template"),
    ]
    assert faults == sorted(faults)


def test_one_id_twice_in_one_city_is_a_fault(small_corpus: Path, tmp_path: Path) -> None:
    twin = Path(shutil.copytree(small_corpus, tmp_path / "twin"))
    for path in twin.glob("*/*.md"):
        if path.stem != "jasenpysyvyys":
            path.unlink()
    shutil.rmtree(twin / "kysymykset")

    faults = structural_faults(read_corpus([small_corpus, twin])[0])

    assert [(fault.path, fault.line, fault.rule) for fault in faults] == [(STAY, 2, "id"), (STAY, 2, "id")]
    assert "two documents of Vantaa" in faults[0].message


def test_the_same_id_in_two_cities_is_no_fault(small_corpus: Path, tmp_path: Path) -> None:
    espoo = Path(shutil.copytree(small_corpus, tmp_path / "espoo"))
    for path in espoo.glob("*/*.md"):
        change(path, "owner: Vantaa", "owner: Espoo")

    assert structural_faults(read_corpus([small_corpus, espoo])[0]) == []


def test_only_faults_of_ids_stop_a_build(small_corpus: Path, analyzer: Analyzer) -> None:
    change(small_corpus / FEES, "Ilmainen on helppo aloittaa", "Ilmaisesta synergiasta on helppo aloittaa")
    change(small_corpus / FEES, "related: [arvolupaus-yrityksille]", "related: []")
    corpus, _ = read_corpus([small_corpus])

    assert {fault.rule for fault in check_corpus(corpus, analyzer)} == {"empty-words", "one-sided"}
    assert structural_faults(corpus) == []


@pytest.mark.parametrize(
    "harmless",
    [
        pytest.param("Ks. https://qqqxyz.fi/zzz ja qqq@zzz.fi.", id="addresses"),
        pytest.param("Qqqzzz Oyj ja Xxxyyy tulivat.", id="names"),
        pytest.param("Klusterivetäjiltä kysyttiin.", id="words-of-the-vocabulary-inflected"),
        pytest.param("Toimii 24/7, klo 9–15, 3,5 %.", id="numbers"),
        pytest.param("Pk-yritysten elinkeino- ja työllisyyspolitiikka.", id="hyphens"),
    ],
)
def test_what_spelling_lets_be(small_corpus: Path, analyzer: Analyzer, harmless: str) -> None:
    change(small_corpus / FEES, "## Pulma\n", f"## Pulma\n\n{harmless}\n")

    assert check_corpus(read_corpus([small_corpus])[0], analyzer) == []


def test_just_enough_phrasings_are_enough(small_corpus: Path, analyzer: Analyzer) -> None:
    change(small_corpus / STAY, '    - "member churn calculation network"\n', "")
    corpus, _ = read_corpus([small_corpus])

    assert [len(document.problems.en) for document in corpus.documents if document.path == STAY] == [2]
    assert check_corpus(corpus, analyzer) == []


def test_an_empty_corpus_has_nothing_to_check(analyzer: Analyzer) -> None:
    assert check_corpus(read_corpus([])[0], analyzer) == []


def test_the_small_corpus_has_no_fault(small_corpus: Path, analyzer: Analyzer) -> None:
    corpus, faults = read_corpus([small_corpus])

    assert faults == []
    assert check_corpus(corpus, analyzer) == []


def test_the_cookbook_itself_has_no_fault(analyzer: Analyzer) -> None:
    corpus, faults = read_corpus([Path(__file__).parents[2] / "corpus"])

    assert faults == []
    assert len(corpus.documents) > 30
    assert [str(fault) for fault in check_corpus(corpus, analyzer)] == []
