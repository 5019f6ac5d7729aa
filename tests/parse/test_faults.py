"""Files that cannot be read: each becomes a fault with its file and line, and the others are read."""

from collections.abc import Callable
from pathlib import Path

import pytest

from cookbook_search.errors import Fault
from cookbook_search.parse import MAX_FILE_BYTES, read_corpus, read_document, read_vocabulary

RECIPE = "reseptit/jasenmaksut.md"
QUESTIONS = "kysymykset/jasenpysyvyys.yaml"

Edit = Callable[[bytes], bytes]


def change(old: str, new: str) -> Edit:
    """Replace the one place where ``old`` stands."""

    def edit(content: bytes) -> bytes:
        assert content.count(old.encode()) == 1, old
        return content.replace(old.encode(), new.encode())

    return edit


def line_of(content: bytes, marker: str) -> int:
    """Line of the first place of ``marker``, from 1."""
    return content[: content.index(marker.encode())].count(b"\n") + 1


def faults_after(root: Path, name: str, edit: Edit) -> tuple[list[Fault], int, bytes]:
    """(faults, documents read, the file's new content) once ``edit`` has been made."""
    path = root / name
    content = edit(path.read_bytes())
    path.write_bytes(content)
    corpus, faults = read_corpus([root])
    return faults, len(corpus.documents), content


def test_the_corpus_of_the_tests_is_read_whole(small_corpus: Path) -> None:
    corpus, faults = read_corpus([small_corpus])

    assert faults == []
    assert [document.id for document in corpus.documents] == [
        "arvolupaus-yrityksille",
        "jasenmaksut",
        "arvolupauskanvaasi",
        "jasenpysyvyys",
        "uudet-jasenet",
    ]


@pytest.mark.parametrize(
    ("edit", "marker", "rule", "said"),
    [
        pytest.param(change("Raha", "Raha\0"), "Raha\0", "encoding", "NUL", id="nul"),
        pytest.param(
            lambda content: content.replace(b"Ilmainen on", b"Ilmainen on \xe4\xe4", 1),
            "Ilmainen on ",
            "encoding",
            "not UTF-8",
            id="latin-1",
        ),
        pytest.param(
            lambda content: content.decode().encode("utf-16"), None, "encoding", "UTF-8", id="utf-16"
        ),
        pytest.param(
            lambda content: content.partition(b"---\n")[2],
            None,
            "front-matter",
            "two lines `---`",
            id="no-front",
        ),
        pytest.param(
            change("owner: Vantaa\n---\n", "owner: Vantaa\n"),
            None,
            "front-matter",
            "two lines `---`",
            id="no-end-of-front",
        ),
        pytest.param(lambda _: b"", None, "front-matter", "two lines `---`", id="empty"),
        pytest.param(
            lambda content: content + b"x" * MAX_FILE_BYTES, None, "file", "split it", id="too-large"
        ),
        pytest.param(
            change("owner: Vantaa", "owner: Vantaa: Suomi"), "owner:", "yaml", "quote texts", id="broken-yaml"
        ),
        pytest.param(
            change("related: [arvo", "related: [[arvo"), "sources:", "yaml", "broken", id="open-bracket"
        ),
        pytest.param(
            change("phase: rahoita", "phase: rahoita\nmood: hyva"),
            "mood:",
            "schema",
            "`mood`",
            id="unknown-key",
        ),
        pytest.param(
            change("phase: rahoita", "phase: rahoita\nbody: x"),
            "id:",
            "schema",
            "`body`",
            id="reader's-own-key",
        ),
        pytest.param(
            change("phase: rahoita", "phase: rahoita\nowner: Espoo"),
            "owner: Vantaa",
            "schema",
            "`owner` stands twice",
            id="doubled-key",
        ),
        pytest.param(
            change("year: 2017", "year: 2017, year: 2018"),
            "year: 2017",
            "schema",
            "`year` stands twice",
            id="doubled-key-of-a-source",
        ),
        pytest.param(change("phase: rahoita\n", ""), "id:", "schema", "`phase`", id="missing-key"),
        pytest.param(
            change("phase: rahoita", "phase: talous"), "phase:", "schema", "`phase`", id="unknown-phase"
        ),
        pytest.param(change("kind: recipe", "kind: metric"), "kind:", "schema", "`kind`", id="wrong-kind"),
        pytest.param(change("weeks: 24", "weeks: 0"), "effort:", "schema", "`effort.weeks`", id="no-weeks"),
        pytest.param(
            change("year: 2023", "year: eilen"), "Are You Due", "schema", "`sources.1.year`", id="year"
        ),
        pytest.param(
            change('url: "https://associationsnow.com', 'url: "associationsnow.com'),
            "Are You Due",
            "schema",
            "`sources.1.url`",
            id="url",
        ),
        pytest.param(
            change('    - "Half of them will leave the day the invoice arrives"', '    - ""'),
            '    - ""',
            "schema",
            "`problems.en.1`",
            id="empty-phrasing",
        ),
        pytest.param(change("id: jasenmaksut", "id: maksut"), "id:", "id", "`maksut`", id="wrong-id"),
        pytest.param(change("id: jasenmaksut", "id: Jäsen maksut"), "id:", "schema", "`id`", id="no-slug"),
        pytest.param(
            change("updated: 2026-11-24", "updated: 2026-02-30"),
            "updated:",
            "yaml",
            "day is out",
            id="no-date",
        ),
        pytest.param(
            change("people: 2", "people: " + "9" * 5000), "people:", "yaml", "limit", id="endless-number"
        ),
        pytest.param(
            change("owner: Vantaa", "owner: &a {b: *a}"), "owner:", "yaml", "aliases", id="alias-to-itself"
        ),
        pytest.param(
            change("owner: Vantaa", "owner: " + "[" * 60_000),
            "owner:",
            "yaml",
            "nest",  # newer libyaml refuses it itself, in words of its own
            id="nested",
        ),
        pytest.param(
            change("owner: Vantaa", "owner: !!python/name:os.system"),
            "owner:",
            "yaml",
            "tag",
            id="python-tag",
        ),
        pytest.param(
            lambda content: b"---\njust words\n---\n" + content,
            "just",
            "yaml",
            "keys and values",
            id="no-keys",
        ),
        pytest.param(
            lambda _: b"---\n---\n\nText\n", "---\n\nText", "yaml", "keys and values", id="no-values"
        ),
    ],
)
def test_a_faulty_file_is_named_with_its_line_and_the_others_are_read(
    small_corpus: Path, edit: Edit, marker: str | None, rule: str, said: str
) -> None:
    faults, documents, content = faults_after(small_corpus, RECIPE, edit)

    line = line_of(content, marker) if marker else 1
    assert [(fault.path, fault.line, fault.rule) for fault in faults] == [(RECIPE, line, rule)]
    assert said in faults[0].message
    assert documents == 4


def test_every_fault_of_the_front_matter_is_found_in_one_run(small_corpus: Path) -> None:
    faults, _, content = faults_after(
        small_corpus,
        RECIPE,
        lambda content: change("phase: rahoita", "phase: talous")(change("weeks: 24", "weeks: -1")(content)),
    )

    assert [fault.line for fault in faults] == [line_of(content, "phase:"), line_of(content, "effort:")]


def test_faults_of_several_files_are_found_in_one_run(small_corpus: Path) -> None:
    (small_corpus / RECIPE).write_text("no front matter", encoding="utf-8")
    (small_corpus / "mittarit/uudet-jasenet.md").write_bytes(b"\xff\xfe")
    (small_corpus / "menetelmat/tyhja.md").write_text("", encoding="utf-8")

    corpus, faults = read_corpus([small_corpus])

    assert [(fault.path, fault.rule) for fault in faults] == [
        (RECIPE, "front-matter"),
        ("menetelmat/tyhja.md", "front-matter"),
        ("mittarit/uudet-jasenet.md", "encoding"),
    ]
    assert len(corpus.documents) == 3


@pytest.mark.parametrize(
    ("edit", "marker", "rule"),
    [
        pytest.param(change("id: jasenpysyvyys", "id: toinen"), None, "id", id="another-id"),
        pytest.param(change("id: jasenpysyvyys\n", ""), None, "schema", id="no-id"),
        pytest.param(change("id: jasenpysyvyys", "id: [jasen"), "fi:", "yaml", id="broken-yaml"),
        pytest.param(
            change("Kuinka monta vuoden alun", "a" * 600 + " alun"), "aaaa", "schema", id="too-long-question"
        ),
        pytest.param(
            change('text: "E tio avhopp av hundra mycky eller lite?"', 'text: "\\0 "'),
            'text: "\\0 "',
            "schema",
            id="empty-question",
        ),
        pytest.param(lambda content: b"# kommentti\n# j\xe4sen\n" + content, "# j", "encoding", id="latin-1"),
    ],
)
def test_faulty_questions_are_named_and_their_document_stays(
    small_corpus: Path, edit: Edit, marker: str | None, rule: str
) -> None:
    faults, documents, content = faults_after(small_corpus, QUESTIONS, edit)

    line = line_of(content, marker) if marker else 1
    assert [(fault.path, fault.line, fault.rule) for fault in faults] == [(QUESTIONS, line, rule)]
    assert documents == 5


def test_questions_without_a_document_are_a_fault(small_corpus: Path) -> None:
    (small_corpus / "kysymykset/orpo.yaml").write_text("id: orpo\n", encoding="utf-8")

    _, faults = read_corpus([small_corpus])

    assert [(fault.path, fault.line, fault.rule) for fault in faults] == [
        ("kysymykset/orpo.yaml", 1, "dangling-id")
    ]


def test_questions_are_read_with_their_document(small_corpus: Path) -> None:
    document, faults = read_document(small_corpus / "mittarit/jasenpysyvyys.md", small_corpus)

    assert faults == []
    assert document is not None
    assert [len(document.questions[code]) for code in ("fi", "sv", "en")] == [4, 4, 4]
    assert "Kuinka monta vuoden alun jäsenistä on yhä mukana vuoden lopussa?" in document.questions.fi


STATEMENT = "- {fi: Kysy syy., sv: Fråga efter orsaken., en: Ask for the reason.}\n"


def test_statements_are_read_with_their_document_and_change_its_digest(small_corpus: Path) -> None:
    path = small_corpus / "mittarit/jasenpysyvyys.md"
    before, _ = read_document(path, small_corpus)
    (small_corpus / "rinnakkain").mkdir()
    (small_corpus / "rinnakkain/jasenpysyvyys.yaml").write_text(STATEMENT, encoding="utf-8")

    document, faults = read_document(path, small_corpus)

    assert faults == []
    assert before is not None
    assert document is not None
    assert [statement.sv for statement in document.statements] == ["Fråga efter orsaken."]
    assert document.digest != before.digest


@pytest.mark.parametrize(
    ("content", "line", "rule"),
    [
        ("fi: a\n", 1, "yaml"),
        (STATEMENT + "- {fi: a, sv: b}\n", 2, "schema"),
        (STATEMENT + "- {fi: a, sv: b, en: ''}\n", 2, "schema"),
        (STATEMENT + "- {fi: [a\n", 3, "yaml"),
    ],
)
def test_faulty_statements_are_named_and_their_document_stays(
    small_corpus: Path, content: str, line: int, rule: str
) -> None:
    name = "rinnakkain/jasenpysyvyys.yaml"
    (small_corpus / "rinnakkain").mkdir()
    (small_corpus / name).write_text(content, encoding="utf-8")

    corpus, faults = read_corpus([small_corpus])

    assert [(fault.path, fault.line, fault.rule) for fault in faults] == [(name, line, rule)]
    assert len(corpus.documents) == 5


def test_statements_without_a_document_are_a_fault(small_corpus: Path) -> None:
    (small_corpus / "rinnakkain").mkdir()
    (small_corpus / "rinnakkain/orpo.yaml").write_text(STATEMENT, encoding="utf-8")

    _, faults = read_corpus([small_corpus])

    assert [(fault.path, fault.rule) for fault in faults] == [("rinnakkain/orpo.yaml", "dangling-id")]


def test_a_folder_in_the_place_of_a_document_is_a_fault(small_corpus: Path) -> None:
    (small_corpus / "reseptit/kansio.md").mkdir()

    corpus, faults = read_corpus([small_corpus])

    assert [(fault.path, fault.line, fault.rule) for fault in faults] == [("reseptit/kansio.md", 1, "file")]
    assert len(corpus.documents) == 5


def test_a_missing_corpus_folder_is_a_fault(small_corpus: Path, tmp_path: Path) -> None:
    corpus, faults = read_corpus([tmp_path / "nowhere", small_corpus])

    assert [(fault.path, fault.rule) for fault in faults] == [(str(tmp_path / "nowhere"), "corpus")]
    assert "COOKBOOK_CORPUS" in faults[0].message
    assert len(corpus.documents) == 5


@pytest.mark.parametrize(
    ("content", "line", "rule"),
    [
        (b"fi: [a]\nru: [b]\n", 2, "schema"),
        (b"fi: [a]\nsv:\n  - b\n  - ''\n", 4, "schema"),
        (b"fi: [a\n", 2, "yaml"),
        (b"fi: [a]\n# \xe4\n", 2, "encoding"),
    ],
)
def test_faulty_questions_from_outside_are_named(
    small_corpus: Path, content: bytes, line: int, rule: str
) -> None:
    (small_corpus / "ohi.yaml").write_bytes(content)

    corpus, faults = read_corpus([small_corpus])

    assert [(fault.path, fault.line, fault.rule) for fault in faults] == [("ohi.yaml", line, rule)]
    assert corpus.outside.fi == ()
    assert len(corpus.documents) == 5


@pytest.mark.parametrize(
    ("content", "line", "rule"),
    [
        (None, 1, "file"),
        ("tags: {}\n", 1, "schema"),
        ("tags: []\nterms:\n  - {id: a, fi: [x], sv: [x]}\n", 3, "schema"),
        ("tags: []\nwords: [a\n", 3, "yaml"),
        ("tags: []\ntags: []\n", 2, "schema"),
    ],
)
def test_a_faulty_vocabulary_is_empty_and_named(
    small_corpus: Path, content: str | None, line: int, rule: str
) -> None:
    path = small_corpus / "sanasto.yaml"
    if content is None:
        path.unlink()
    else:
        path.write_text(content, encoding="utf-8")

    vocabulary, faults = read_vocabulary(small_corpus)

    assert (vocabulary.tags, vocabulary.terms, vocabulary.words) == ((), (), ())
    assert [(fault.path, fault.line, fault.rule) for fault in faults] == [("sanasto.yaml", line, rule)]
