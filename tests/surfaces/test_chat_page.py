"""The conversation page without a script: the form carries the turns, and nothing in it is trusted."""

from __future__ import annotations

import html
import json
import re

import pytest
from test_pages import require_harmless

from cookbook_search.surfaces.http.pages.answer import answer_html
from cookbook_search.surfaces.http.pages.chat import MAX_CARRIED, MAX_TURNS

QUESTION = "Yritykset eivät palaa, mitä teen?"
HOSTILE = "<script>alert(1)</script> **x** [1] <img src=x onerror=alert(2)>"


def carried(page):
    return [json.loads(html.unescape(turn)) for turn in re.findall(r'name="turn" value="([^"]*)"', page)]


def turn(**fields):
    source = {"kind": "recipe", "id": "luottamus", "anchor": "pulma", "title": "T", "heading": "Pulma"}
    return {"question": "Mitä?", "answer": "Näin. [1]", "language": "fi", "sources": [source]} | fields


def post(client, question=QUESTION, *turns, language="fi"):
    form = {"q": question, "turn": [json.dumps(one) if isinstance(one, dict) else one for one in turns]}
    return client.post(f"/keskustelu?lang={language}", data=form)


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_the_page_asks_in_each_language(client, language):
    page = client.get(f"/keskustelu?lang={language}")

    assert page.status_code == 200
    assert f'<cookbook-chat lang="{language}"' in page.text
    require_harmless(page.text)


def test_an_answer_is_shown_and_carried_on(client):
    page = post(client, QUESTION, turn())

    assert page.status_code == 200
    assert [one["question"] for one in carried(page.text)[:2]] == ["Mitä?", QUESTION]
    assert 'href="/reseptit/luottamus?lang=fi#pulma"' in page.text
    assert 'id="s1-1"' in page.text
    require_harmless(page.text)


def test_a_question_in_the_address_is_not_answered_by_reading_it(client):
    page = client.get("/keskustelu", params={"q": HOSTILE})

    assert carried(page.text) == []
    assert "turn-answer" not in page.text
    require_harmless(page.text)


@pytest.mark.parametrize(("question", "status"), [("", 422), ("   ", 422), ("ä" * 2001, 422), ("!!!", 422)])
def test_a_question_that_cannot_be_read_comes_back(client, question, status):
    page = post(client, question, turn())

    assert page.status_code == status
    assert 'role="alert"' in page.text
    assert len(carried(page.text)) == 1
    assert html.escape(question) in page.text


def test_turns_that_were_tampered_with_are_left_out(client):
    away = {"kind": "recipe", "id": "../../etc", "anchor": "", "title": "", "heading": ""}
    bad = [
        "{", "[]", turn(sources=[away]),
        turn(language="xx"), turn(answer=""), turn(more=1), turn(answer="x" * 4001),
    ]  # fmt: skip
    page = post(client, QUESTION, *bad, turn())

    assert [one["question"] for one in carried(page.text)[:2]] == ["Mitä?", QUESTION]


def test_hostile_turns_stay_text(client):
    source = {"kind": "recipe", "id": "x", "anchor": '"><script>', "title": HOSTILE, "heading": HOSTILE}
    page = post(client, HOSTILE + " yritykset", turn(question=HOSTILE, answer=HOSTILE, sources=[source]))

    assert "&lt;script&gt;" in page.text
    require_harmless(page.text)


def test_the_oldest_turns_give_way(client):
    many = [turn(question=f"Kysymys {n}?", answer="x" * 3900) for n in range(MAX_TURNS)]
    page = post(client, QUESTION, *many)

    kept = carried(page.text)
    assert kept[-1]["question"] == QUESTION
    assert sum(len(json.dumps(one)) for one in kept[: len(kept) // 2]) < MAX_CARRIED * 2
    assert 1 < len(kept) < MAX_TURNS


def test_marks_become_links_where_there_is_a_source():
    text = "Yksi [1][2] ja [3]. [n](javascript:alert(1)) [ulos](https://evil.example/) [sisään](/reseptit/x)"

    found = str(answer_html(text, "s", 2))

    assert found.count('class="mark"') == 2
    assert 'href="#s-2"' in found
    assert "[3]" in found
    assert "evil.example" not in found
    assert "javascript:" not in re.sub(r"\[n\]\(.*?\)\)?", "", found)
    assert 'href="/reseptit/x"' in found
