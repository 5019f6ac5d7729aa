"""Blocks keep Slack's limits whatever they hold, and nothing of others gets an effect."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from limits import mention_faults, message_faults, view_faults
from workspace import SITE

from cookbook_search.app import Cookbook
from cookbook_search.config import Settings
from cookbook_search.surfaces.slack.answers import answer_note
from cookbook_search.surfaces.slack.blocks import MAX_SECTION, Note, modal, note
from cookbook_search.surfaces.slack.connection import web_client
from cookbook_search.surfaces.slack.home import Home, _bottom, _top, after, home_of
from cookbook_search.surfaces.slack.live import LiveMessage
from cookbook_search.surfaces.slack.mrkdwn import clip_escaped, escape, from_markdown, plain, split
from cookbook_search.surfaces.slack.results import (
    document_note,
    metrics_note,
    reference,
    search_note,
    steps_note,
)
from cookbook_search.surfaces.slack.wording import Wording, Wordings
from cookbook_search.surfaces.strings import read_strings, web_folder
from cookbook_search.types import LANGUAGES, Answer, Citation, Metric, SearchResult

EVIL = (
    "<!channel> <!here|x> @channel @here @everyone <@U123> <#C1> <https://evil.example|klikkaa> "
    "https://evil.example www.evil.example [tule](https://evil.example) ![k](javascript:1) & &lt;!here&gt; "
    "<!subteam^S1> *_~`|> **x** mailto:a@evil.example \u0000 "
)
WORDINGS = Wordings(read_strings(web_folder()), SITE, "fi")
KEY = "0123456789abcdef"


@pytest.fixture(scope="module")
def cookbook(index, tmp_path_factory) -> Cookbook:
    folder = tmp_path_factory.mktemp("blocks")
    return Cookbook(Settings(index=index, database=f"sqlite:///{folder}/x.db"))


@pytest.fixture(params=LANGUAGES)
def wording(request) -> Wording:
    return WORDINGS[request.param]


def formatted(thing: object) -> list[str]:
    """Every text that Slack formats: mrkdwn, and the text beside the blocks."""
    if isinstance(thing, list):
        return [text for one in thing for text in formatted(one)]
    if not isinstance(thing, dict):
        return []
    if thing.get("type") == "mrkdwn":
        return [thing["text"]]
    inside = [text for name, one in thing.items() if name != "metadata" for text in formatted(one)]
    return inside + ([thing["text"]] if "blocks" in thing else [])


def sound(whole: Note) -> None:
    """Slack would take the message, as a message and in a window, and nothing of others has an effect."""
    payload = whole.payload()
    assert message_faults(payload) == []
    assert view_faults(modal("x", "y", whole.blocks)) == []
    for text in formatted(payload):
        assert "https://evil" not in text
        assert "www.evil" not in text
        assert "mailto:a" not in text


def test_the_checker_refuses_what_slack_refuses() -> None:
    assert mention_faults("<!channel> hei")
    assert mention_faults("@here")
    assert message_faults(note("x" * 10).payload() | {"blocks": [{"type": "divider"}] * 51})
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001, "verbatim": True}}
    assert message_faults({"text": "x", "blocks": [section]})
    assert message_faults({"text": "", "blocks": []})
    assert view_faults({"type": "home", "blocks": [{"type": "divider"}] * 101})


def test_every_document_of_a_hostile_cookbook_makes_sound_messages(cookbook, wording) -> None:
    for document in cookbook.snapshot.documents:
        sound(document_note(document, wording, "x"))
        if isinstance(document, Metric):
            sound(metrics_note(document, [document] * 30, wording))
        else:
            sound(steps_note(document, wording))


@pytest.mark.parametrize("query", [EVIL, "vihamielinen pulma", "rahaa kokeiluun", "klusteri " * 200, "Sää?"])
def test_results_of_a_hostile_query_are_sound(cookbook, wording, query) -> None:
    result = cookbook.search(query, 5)
    for given_back in (result, SearchResult(EVIL * 20, "fi", False, suggestions=(EVIL * 5,) * 9)):
        sound(search_note(given_back, KEY, wording, cookbook_metric(cookbook)))


def cookbook_metric(cookbook: Cookbook):
    metrics = {d.id: d for d in cookbook.snapshot.documents if isinstance(d, Metric)}
    return lambda document_id, _owner: metrics.get(document_id)


def answer(text: str, citations: tuple[Citation, ...] = ()) -> Answer:
    return Answer(text, citations, "kysymys", (EVIL * 3, "Entä sitten?"), False, "llm", "sv", EVIL)


def cited(heading: str, anchor: str = "kohta", id_: str = "resepti", title: str = "Resepti") -> Citation:
    return Citation(id_, "recipe", "Vantaa", False, title, heading, anchor, "lainaus", "fi")


@pytest.mark.parametrize(
    "text", [EVIL, EVIL * 500, "sana" * 20_000, "[1][2][99] " * 900, "\n\n".join(["k" * 3500] * 60)]
)
def test_whatever_a_language_model_writes_is_sound(wording, text) -> None:
    sound(answer_note(answer(text, (cited(EVIL), cited(EVIL, "b", "toinen", EVIL))), KEY, wording))


def test_citations_are_links_with_names_and_no_numbers() -> None:
    link = WORDINGS["fi"].link
    citations = (cited("Resepti", ""), cited("2. Soita kymmenelle", "2-soita"), cited("Sudenkuopat", "s"))
    text = (
        "Auttaa resepti **Resepti**. [1]\n1. Soita kymmenelle (2 päivää) [2]\nVaro tätä. [3][3]\nLopuksi [9]."
    )
    assert from_markdown(text, citations, link).split("\n") == [
        f"Auttaa resepti *<{SITE}/reseptit/resepti|Resepti>*.",
        f"1. <{SITE}/reseptit/resepti#2-soita|Soita kymmenelle> (2 päivää)",
        f"Varo tätä. (<{SITE}/reseptit/resepti#s|Sudenkuopat>)",
        "Lopuksi.",
    ]
    assert from_markdown(
        "Varo. [1]", (cited("Sudenkuopat"),), Wordings(read_strings(web_folder()), "", "fi")["fi"].link
    ) == ("Varo. (Sudenkuopat)")


def test_a_link_keeps_the_language_it_was_read_in() -> None:
    assert WORDINGS["sv"].link("Recept", "/reseptit/a#b") == f"<{SITE}/reseptit/a?lang=sv#b|Recept>"


@given(st.text())
def test_escaped_text_reads_as_it_was_and_does_nothing(text: str) -> None:
    escaped = escape(text)
    assert mention_faults(escaped) == []
    read = escaped.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert read.replace("\u2060", "") == text.replace("\u2060", "")


@given(st.text(alphabet="a <>&|\n!@#http:/"), st.integers(20, 60))
def test_pieces_are_whole_and_within_the_limit(text: str, limit: int) -> None:
    escaped = escape(text)
    pieces = list(split(escaped, limit))
    assert all(0 < len(piece) <= limit for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(escaped.split())
    for piece in [*pieces, clip_escaped(escaped, limit)]:
        assert mention_faults(piece) == []


def test_links_are_not_cut_in_two() -> None:
    text = ("sana " * 590) + "<https://keittokirja.example.fi/reseptit/pitka|Pitkä otsikko> loppu " * 20
    for piece in split(text, MAX_SECTION):
        assert mention_faults(piece) == []


def test_what_people_write_is_read_as_text() -> None:
    written = "<@U1> hei <#C1|yleinen> <https://a.fi|a.fi> <https://b.fi> &amp; &lt;x&gt; <!here>"
    assert plain(written) == "hei yleinen a.fi https://b.fi & <x>"


@pytest.mark.parametrize("value", ["", "x", "[]", '["recipe","a","b","xx"]', '["page","a","b","fi"]'])
def test_a_button_that_we_did_not_write_is_refused(value) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # of any kind
        reference(value)


def test_app_home_is_sound_with_any_state(wording) -> None:
    home = Home()
    for text in [EVIL * 9, "ä" * 2000, '"' * 2000, *(f"haku {n}" for n in range(9))]:
        home = after(home, "home:search", text)
        view = {
            "type": "home",
            "private_metadata": home.metadata,
            "blocks": [*_top(home, wording), *_bottom(home, wording)],
        }
        assert view_faults(view) == []
        assert home_of(view) == home
    assert [home_of(view) for view in ({"private_metadata": "["}, {"private_metadata": "[1]"}, None)] == [
        Home()
    ] * 3


def test_a_growing_message_is_updated_no_more_often_than_allowed(slack) -> None:
    async def write() -> None:
        live = LiveMessage(
            web_client(slack.api, "xoxb-one"), "D1", None, "odota", patience=0.05, interval=0.2
        )
        for number in range(60):
            live.show(f"sana {number}")
            await asyncio.sleep(0.02)
        await live.finish(note("valmis"))

    asyncio.run(write())
    (message,) = slack.of_bot("D1")
    assert message["text"] == "valmis"
    seen = [text for _, text in message["edits"]]
    assert len(seen) > 2
    assert seen == sorted(seen, key=lambda text: int(text.split()[1]))
    times = [at for name, _, at in slack.calls if name in {"chat.postMessage", "chat.update"}][:-1]
    assert all(later - earlier >= 0.19 for earlier, later in pairwise(times))


def test_an_answer_that_comes_at_once_is_one_message(slack) -> None:
    async def write() -> None:
        live = LiveMessage(web_client(slack.api, "xoxb-one"), "D1", None, "odota")
        live.show("alku")
        await live.finish(note("valmis"))

    asyncio.run(write())
    assert [name for name, _, _ in slack.calls] == ["chat.postMessage"]
