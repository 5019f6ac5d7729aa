"""Any text as a recipe: read or told why not, cut whole, rendered without anything that could run."""

from __future__ import annotations

import pytest
from browsing import acts_of
from examples import examples
from hypothesis import given
from hypothesis import strategies as st
from kitchen import RECIPES, corpus_of, recipe_front, write_cookbook, write_document

from cookbook_search.chunk import chunks
from cookbook_search.parse import plain_text, read_corpus, sections
from cookbook_search.surfaces.render import to_html

PIECES = (
    "# ", "## ", "### ", "#######", "\n", "\n\n", "    ", "\t", "- ", "1. ", "9" * 12 + ". ",
    "> ", ">" * 60, "```", "~~~", "```kopioi x\n", "| a | b |\n| --- | --- |\n", "|", "---\n",
    "***", "_" * 40, "`", "[", "]", "(", ")", "![x](", "[x](javascript:alert(1))",
    "[x]: data:text/html,y\n", "[x](../mittarit/jasenmaara.md#a)", "<", ">",
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>", "<!--",
    "-->", "<![CDATA[", "&#106;avascript:", "&lt;script&gt;", "\\", "\0", "\u202e", "\ufeff",
    "\u2028", "a\u0301", "🍲", "ä", "teksti ", 'https://example.org/?a=1&b="x', "mailto:a@b",
    "{#id onclick=x}", "--- \nid: x\n---", "\r\n", "\r", "*" * 50, "[" * 50,
)  # fmt: skip
BODIES = st.one_of(
    st.text(max_size=400), st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=40).map("".join)
)
YAML = ("---\n", "id: x\n", "a: &a [*a]\n", "? !!python/object:os.x\n", "- \n", "{[", ": ")


@pytest.fixture(scope="module")
def document(tmp_path_factory):
    """A recipe to put other bodies into."""
    root = write_cookbook(tmp_path_factory.mktemp("markdown") / "corpus")
    return next(found for found in corpus_of(root).documents if found.id == "luottamus")


@examples(100)
@given(body=BODIES)
def test_any_body_is_rendered_without_anything_that_runs(document, body):
    assert acts_of(to_html(document.model_copy(update={"body": body}))) == []


@examples(100)
@given(body=BODIES)
def test_any_body_is_cut_into_chunks_that_hold_its_text(document, body):
    changed = document.model_copy(update={"body": body})
    cut = chunks(changed)
    assert all(chunk.text.strip() for chunk in cut)
    joined = "".join("".join(chunk.text.split()) for chunk in cut)
    for section in sections(body):
        assert "".join(plain_text(section.tokens).split()) in joined or not section.headings


@examples(60)
@given(
    content=st.one_of(
        st.binary(max_size=300),
        BODIES.map(str.encode),
        st.lists(st.sampled_from(YAML)).map("".join).map(str.encode),
    ),
    keep_front=st.booleans(),
)
def test_any_file_is_read_or_told_with_its_name(tmp_path_factory, content, keep_front):
    root = tmp_path_factory.mktemp("file")
    (root / "sanasto.yaml").write_text("tags: [{id: verkostot, fi: V, sv: N, en: N}]\n", encoding="utf-8")
    fields = RECIPES["luottamus"] | {"methods": [], "metrics": []}
    path = write_document(root, "reseptit", "luottamus", recipe_front("luottamus", fields, "Vantaa"), "")
    path.write_bytes((path.read_bytes() if keep_front else b"") + content)
    corpus, faults = read_corpus([root])
    assert len(corpus.documents) == 1 or any(fault.path == "reseptit/luottamus.md" for fault in faults)
    for document in corpus.documents:
        assert chunks(document)
        to_html(document)
