"""The page of differences between two evaluations."""

from __future__ import annotations

from cookbook_search.evaluate import JudgedQuery, Outcome, differences_page


def outcome(qid: str, ndcg: float, *recipes: str, query: str = "miten?", refused: bool = False) -> Outcome:
    judged = JudgedQuery(qid=qid, lang="fi", style="formal", query=query, recipes={"a": 3})
    return Outcome(judged, refused, {"ndcg@10": ndcg, "false_refusal": float(refused)}, recipes, ())


def rows(page: str) -> list[str]:
    return [line for line in page.split("\n") if line.startswith("| fi-")]


def test_losses_stand_first_and_what_did_not_change_is_left_out() -> None:
    before = [outcome("fi-1", 0.5, "b"), outcome("fi-2", 1.0, "a"), outcome("fi-3", 0.7, "a")]
    after = [outcome("fi-1", 1.0, "a", "b"), outcome("fi-2", 0.25, "c", "a"), outcome("fi-3", 0.7, "a")]

    page = differences_page(before, after)

    assert "2 of 3 queries changed." in page
    assert rows(page) == [
        "| fi-2 fi formal | miten? | 1.00 → 0.25 |  | a (3) | c (0)<br>a (3) |",
        "| fi-1 fi formal | miten? | 0.50 → 1.00 |  | b (0) | a (3)<br>b (0) |",
    ]


def test_a_refusal_is_said_and_a_false_one_is_a_loss() -> None:
    before, after = [outcome("fi-1", 0.0, "b")], [outcome("fi-1", 0.0, refused=True)]
    assert rows(differences_page(before, after)) == [
        "| fi-1 fi formal | miten? | 0.00 → 0.00 |  | b (0) | refused |"
    ]
    assert "| refused falsely | +1.000 |" in differences_page(before, after)


def test_a_query_cannot_break_the_table() -> None:
    before = [outcome("fi-1", 0.0, "b", query="a | b\nc")]
    after = [outcome("fi-1", 1.0, "a", query="a | b\nc")]
    assert rows(differences_page(before, after))[0].startswith("| fi-1 fi formal | a \\| b c |")
