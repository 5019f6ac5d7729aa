"""What the buttons under results and answers do, App Home, the shortcut and the cards."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from workspace import SITE

from cookbook_search.store import open_database
from cookbook_search.store.usage import feedback

PROBLEM = "Mistä saamme rahaa kokeiluun?"


def buttons(message) -> list[dict]:
    return [
        element for block in message["blocks"] if block["type"] == "actions" for element in block["elements"]
    ]


def button(message, action: str) -> dict:
    return next(element for element in buttons(message) if element["action_id"] == action)


@pytest.fixture
def results(slack, http) -> dict:
    """The private message with what was found."""
    slack.post(http, slack.command(PROBLEM))
    return slack.wait(lambda: slack.responses)[0]


def press(slack, http, pressed: dict, **more) -> dict:
    """Press a button of a private message; what comes back."""
    seen = len(slack.responses)
    slack.post(http, slack.click(pressed, **more))
    return slack.wait(lambda: slack.responses[seen:])[0]


def test_steps_and_metrics_are_shown_to_the_asker_alone(slack, http, results) -> None:
    steps = press(slack, http, button(results, "steps"))
    assert (steps["response_type"], steps["replace_original"]) == ("ephemeral", False)
    assert "1. <https://keittokirja.example.fi/reseptit/avustushaku?owner=Espoo#" in steps["text"]
    metrics = press(slack, http, button(results, "metrics"))
    assert metrics["response_type"] == "ephemeral"
    assert "Saatu ulkopuolinen raha" in metrics["text"]
    assert "osa / kaikki" in metrics["text"]


def test_sharing_shows_the_recipe_to_the_channel_and_not_the_question(slack, http, results) -> None:
    shared = press(slack, http, button(results, "share"), user="U7")
    assert shared["response_type"] == "in_channel"
    assert shared["text"].startswith("<@U7> ")
    assert "Hankerahan haku" in shared["text"]
    assert PROBLEM not in str(shared)


def test_a_chat_begun_from_results_goes_on_in_private(slack, http, results) -> None:
    told = press(slack, http, button(results, "chat"))
    assert "D1" in told["text"]
    slack.wait(lambda: slack.answers("D1"))
    quoted, answer = slack.of_bot("D1")
    assert PROBLEM in quoted["text"]
    assert "Hankerahan haku" in answer["text"]
    slack.post(http, slack.event(slack.says("U1", "D1", "Kerro vaihe 2 tarkemmin"), "D1"))
    slack.wait(lambda: len(slack.answers("D1")) == 2)
    assert "Budjetti kertoo eurot" in slack.answers("D1")[1]["text"]


def test_a_suggestion_goes_on_with_the_conversation(slack, http) -> None:
    slack.post(http, slack.event(slack.says("U1", "D1", PROBLEM), "D1"))
    (answer,) = slack.wait(lambda: slack.answers("D1"))
    ask = button(answer, "ask:0")
    assert ask["value"].startswith("Kerro vaihe 1")
    slack.post(http, slack.click(ask, message=answer, channel="D1"))
    slack.wait(lambda: len(slack.answers("D1")) == 2)
    assert "Rahoittaja kertoo ehdoissa" in slack.answers("D1")[1]["text"]
    assert [m["text"] for m in slack.of_bot("D1") if "<@U1>" in m["text"]]


@pytest.mark.parametrize("vote", ["up", "down"])
def test_a_vote_is_stored_before_it_is_thanked_for(slack, http, results, settings, vote) -> None:
    thanks = press(slack, http, button(results, f"vote:{vote}"))
    assert thanks["text"] == "Thank you for the feedback."
    database = open_database(settings.database)
    with database.begin() as connection:
        rows = connection.execute(select(feedback).order_by(feedback.c.given_at.desc())).all()
    database.close()
    assert (rows[0].vote, rows[0].kind) == (vote, "search")


def test_a_search_without_an_answer_offers_the_nearest_topics(slack, http) -> None:
    slack.post(http, slack.command("Paljonko kello on Tokiossa?"))
    (told,) = slack.wait(lambda: slack.responses)
    near = button(told, "search:0")
    found = press(slack, http, near)
    assert near["value"] in found["text"]


@pytest.mark.parametrize("text", ["", "  ", "apua", "help", "<@U1>"])
def test_help_is_given_where_there_is_no_problem_to_read(slack, http, text) -> None:
    slack.post(http, slack.command(text))
    (told,) = slack.wait(lambda: slack.responses)
    assert "`/keittokirja" in told["text"]


def test_the_shortcut_searches_with_a_message_privately(slack, http) -> None:
    assert slack.post(http, slack.shortcut(f"Hei <@U2>, {PROBLEM} &amp; kilpailevat")).status_code == 200
    (told,) = slack.wait(lambda: slack.responses)
    assert told["response_type"] == "ephemeral"
    assert "Hankerahan haku" in str(told["blocks"])


def test_app_home_searches_browses_and_remembers(slack, http) -> None:
    slack.post(
        http, slack.envelope({"type": "app_home_opened", "user": "U1", "channel": "D1", "tab": "home"})
    )
    home = slack.wait(lambda: slack.homes.get("U1"))
    assert "phase.sitouta" not in str(home)
    assert len(home["blocks"]) > 5

    def click(action: dict, until: str) -> dict:
        slack.post(http, slack.home_click(action))
        return slack.wait(lambda: until in str(slack.homes["U1"]["blocks"]) and slack.homes["U1"])

    home = click({"action_id": "home:search", "value": PROBLEM}, "Hankerahan haku")
    assert button(home, "steps")
    assert PROBLEM in home["private_metadata"]
    home = click({"action_id": "home:language:fi", "value": "fi"}, "Viimeksi haetut")
    phase = {"action_id": "home:phase", "selected_option": {"value": "sitouta"}}
    home = click(phase, "Yritykset palaavat")
    assert "Hankerahan haku" not in str(home["blocks"])
    home = click({"action_id": "home:again:4", "value": PROBLEM}, "Hankerahan haku")
    slack.post(http, slack.home_click(button(home, "steps")))
    (modal,) = slack.wait(lambda: slack.modals)
    assert "Lue rahoittajan ehdot" in str(modal["blocks"])
    slack.post(http, slack.home_click(button(home, "vote:up")))
    slack.wait(lambda: len(slack.modals) == 2)
    home = click({"action_id": "home:clear", "value": "clear"}, "Esimerkiksi näin")
    slack.wait(lambda: PROBLEM not in str(slack.homes["U1"]))


def test_links_to_the_cookbook_become_cards_and_nothing_else_does(slack, http) -> None:
    urls = [f"{SITE}/reseptit/luottamus", f"{SITE}/mittarit/paluuosuus?lang=sv", f"{SITE}/reseptit/eiole",
            "https://muu.example.fi/reseptit/luottamus", f"{SITE}/", f"{SITE}/haku?q=x"]  # fmt: skip
    event = {
        "type": "link_shared", "user": "U1", "channel": "C1", "message_ts": slack.ts(), "unfurl_id": "u-1",
        "source": "conversations_history", "links": [{"url": url, "domain": "x"} for url in urls],
    }  # fmt: skip
    slack.post(http, slack.envelope(event))
    (unfurled,) = slack.wait(lambda: slack.unfurls)
    assert list(unfurled["unfurls"]) == urls[:2]
    for user in ("UBOT",):  # its own messages, which hold links too, make no cards
        slack.post(http, slack.envelope(event | {"user": user, "unfurl_id": "u-2"}))
    slack.post(http, slack.command(PROBLEM))
    slack.wait(lambda: slack.responses)
    assert len(slack.unfurls) == 1


def test_messages_of_ours_are_never_unfurled(slack, http, results) -> None:
    slack.post(http, slack.mention("U1", PROBLEM))
    (answer,) = slack.wait(slack.answers)
    for sent in (results, answer["asked"]):
        assert (str(sent["unfurl_links"]).lower(), str(sent["unfurl_media"]).lower()) in {
            ("false", "false"),
            ("0", "0"),
        }


@pytest.mark.parametrize(
    ("locale", "problem", "words"),
    [
        ("sv-SE", PROBLEM, "Visa stegen"),
        ("fi-FI", "Where do we find money for the experiment?", "Näytä vaiheet"),
        ("en-US", PROBLEM, "Näytä vaiheet"),
        ("en-GB", "Where do we find money for the experiment?", "Show steps"),
        ("de-DE", "Var hittar vi pengar till försöket?", "Visa stegen"),
    ],
)
def test_words_follow_slack_then_the_question(slack, http, locale, problem, words) -> None:
    user = f"U{locale.replace('-', '').upper()}"
    slack.locales[user] = locale
    slack.post(http, slack.command(problem, user))
    (told,) = slack.wait(lambda: slack.responses)
    assert button(told, "steps")["text"]["text"] == words
