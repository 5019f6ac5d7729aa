"""A whole plan: what is chosen and why, what is left out, what is measured, what does not hold."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pytest
from plan.pantry import found, metric, recipe

from cookbook_search.answer.outline import Outline
from cookbook_search.errors import QueryError
from cookbook_search.plan import Planner, checked, drop_metric, drop_step, move_step, reschedule
from cookbook_search.plan.choose import HITS
from cookbook_search.plan.make import MOST
from cookbook_search.plan.measure import USUAL
from cookbook_search.types import LEVELS
from cookbook_search.types.plan import MOST_ROWS, Plan, Situation

NOBODY = "Kukaan ei tule"
MONEY = "Rahat loppuvat"
STRANGE = "Miten paistan lohta?"


class Outlines:
    """A library of recipes without texts."""

    def outline(self, document):
        return Outline(document, ())


@dataclass
class Shop:
    """A planner over a graph, with a table of answers instead of a search."""

    planner: Planner
    answers: dict

    def plan(self, **more) -> Plan:
        fields = {"cluster": "Vetyklusteri", "phase": "kaynnista", "problems": (NOBODY,), "euros": 5000}
        situation = Situation.model_validate(fields | {"start": dt.date(2027, 1, 4)} | more)
        return self.planner.make(situation, self.search)

    def search(self, text, limit):
        assert limit == HITS
        if text not in self.answers:
            raise QueryError("no word")
        return self.answers[text]


METRICS = [metric(f"{level}-{n}", level) for level in LEVELS for n in range(4)]


@pytest.fixture
def shop() -> Shop:
    base = recipe("pohja", "kaynnista", weeks=6, metrics=("panos-0", "tuotos-0"))
    invite = recipe("kutsu", "sitouta", prerequisites=("pohja",), metrics=("tuotos-1", "tulos-1"), weeks=8)
    dear = recipe("kallis", "sitouta", euros="9000-20000", metrics=("tulos-2",))
    long = recipe("pitka", "rahoita", weeks=80, euros="0")
    past = recipe("menneisyys", "tunnista")
    core = recipe("ydin", "kaynnista", prerequisites=("menneisyys",))
    users = [recipe(f"kayttaja{n}", "kehita", prerequisites=("ydin",)) for n in range(2)]
    recipes = [base, invite, dear, long, past, core, *users]
    answers = {
        NOBODY: found((invite, 0.9), (dear, 0.7), (past, 0.2), metrics=((METRICS[9], 0.8),)),
        MONEY: found((long, 0.8)),
        STRANGE: found(),
    }
    return Shop(Planner(Outlines(), recipes, METRICS), answers)


def ids(plan: Plan) -> list[str]:
    return [step.id for step in plan.steps]


def test_the_best_answer_comes_with_what_it_needs_and_says_why(shop):
    plan = shop.plan()

    steps = {step.id: step for step in plan.steps}
    assert [(r.kind, r.words) for r in steps["kutsu"].reasons] == [("problem", NOBODY)]
    assert [(r.kind, r.words) for r in steps["pohja"].reasons] == [("prerequisite", "kutsu")]
    assert [(r.kind, r.words) for r in steps["ydin"].reasons] == [("phase", "kaynnista")]
    assert steps["pohja"].end_week <= steps["kutsu"].start_week
    assert plan.assumed == ("menneisyys",)
    assert plan.cautions == ()


def test_what_the_euros_do_not_pay_is_left_out_and_told(shop):
    plan = shop.plan()
    assert "kallis" not in ids(plan)
    assert [(out.id, out.limit, out.euros_low) for out in plan.left_out] == [("kallis", "euros", 9000)]
    assert "kallis" in ids(shop.plan(euros=20_000))


def test_what_the_months_do_not_hold_is_left_out_unless_it_is_the_best_answer(shop):
    plan = shop.plan(problems=(NOBODY, MONEY))
    assert "pitka" in ids(plan)
    assert [(c.kind, c.amount > 0) for c in plan.cautions] == [("months", True)]
    shop.answers[NOBODY] = found(
        (shop.planner.recipes["Vantaa/kutsu"], 0.9), (shop.planner.recipes["Vantaa/pitka"], 0.8)
    )
    plan = shop.plan()
    assert [(out.id, out.limit) for out in plan.left_out] == [("pitka", "months")]
    assert plan.weeks <= 52


def test_nothing_delays_the_best_answer_that_is_late_already(shop):
    alone = shop.plan(problems=(MONEY,), people=1)
    (late,) = [step for step in alone.steps if step.id == "pitka"]
    assert (late.start_week, late.end_week > 52) == (0, True)


def test_no_more_recipes_than_anybody_follows(shop):
    many = [recipe(f"m{n}", "sitouta", weeks=1) for n in range(30)]
    for at, problem in enumerate(f"pulma {n}" for n in range(8)):
        shop.answers[problem] = found(*((one, 0.9) for one in many[at * 4 : at * 4 + 4]))
    planner = Planner(Outlines(), [*shop.planner.recipes.values(), *many], METRICS)
    problems = tuple(f"pulma {n}" for n in range(7))
    plan = Shop(planner, shop.answers).plan(problems=problems, people=50)
    assert len(plan.steps) == MOST
    assert {out.limit for out in plan.left_out} == {"size"}
    best = {f"m{n * 4}" for n in range(7)}
    assert best <= set(ids(plan))


def test_problems_without_an_answer_are_told(shop):
    plan = shop.plan(problems=(STRANGE, "?!?!"))
    assert (plan.steps, plan.metrics, plan.unanswered) == ((), (), (STRANGE, "?!?!"))
    plan = shop.plan(problems=(STRANGE, NOBODY))
    assert plan.unanswered == (STRANGE,)
    assert "kutsu" in ids(plan)


def test_the_metrics_cover_the_four_levels_and_are_few(shop):
    plan = shop.plan()
    assert [row.level for row in plan.metrics] == sorted((r.level for r in plan.metrics), key=LEVELS.index)
    assert {row.level for row in plan.metrics} == set(LEVELS)
    assert len(plan.metrics) <= USUAL
    assert len(shop.plan(people=1, months=10).metrics) <= 6
    rows = {row.id: row for row in plan.metrics}
    assert rows["tulos-1"].goal == NOBODY
    assert rows["tulos-1"].via == ("kutsu",)
    assert rows["tuotos-0"].goal == NOBODY  # through what needs its recipe


def test_too_few_people_are_told(shop):
    wide = recipe("levea", "sitouta", people=5, weeks=4)
    shop.answers[NOBODY] = found((wide, 0.9))
    planner = Planner(Outlines(), [wide], METRICS)
    plan = Shop(planner, shop.answers).plan(people=2)
    assert [(c.kind, c.step, c.amount) for c in plan.cautions] == [("hands", "levea", 3)]
    assert (plan.steps[0].people, plan.steps[0].wanted) == (2, 5)


def test_edits_are_checked_again(shop):
    plan = shop.plan()
    late = checked(plan.model_copy(update={"steps": tuple(
        step.model_copy(update={"start_week": 40}) if step.id == "pohja" else step for step in plan.steps
    )}))  # fmt: skip
    assert [(c.kind, c.step, c.other) for c in late.cautions] == [("order", "kutsu", "pohja")]
    assert checked(reschedule(late)).cautions == ()

    fewer = checked(plan.model_copy(update={"situation": plan.situation.model_copy(update={"months": 1})}))
    assert [c.kind for c in fewer.cautions] == ["months"]
    bare = plan
    for row in plan.metrics:
        if row.level == "panos":
            bare = drop_metric(bare, f"{row.owner}/{row.id}")
    assert [(c.kind, c.other) for c in checked(bare).cautions] == [("level", "panos")]


def test_steps_can_be_dropped_moved_and_added(shop):
    plan = shop.plan()
    without = checked(drop_step(plan, "Vantaa/kutsu"))
    assert "kutsu" not in ids(without)
    back = checked(shop.planner.add_recipe(without, "Vantaa/kutsu"))
    assert "kutsu" in ids(back)
    assert back.cautions == ()
    assert shop.planner.add_recipe(back, "Vantaa/kutsu") == back
    dear = checked(shop.planner.add_recipe(plan, "Vantaa/kallis"))
    assert [reason.words for step in dear.steps if step.id == "kallis" for reason in step.reasons] == [NOBODY]
    assert dear.left_out == ()
    assert [c.kind for c in dear.cautions] == ["euros"]
    with pytest.raises(KeyError):
        shop.planner.add_recipe(plan, "Vantaa/ei-ole")

    first, second = plan.steps[0], plan.steps[1]
    moved = move_step(plan, f"Vantaa/{first.id}", 1)
    assert ids(moved)[:2] == [second.id, first.id]
    assert move_step(moved, f"Vantaa/{second.id}", -1) == moved
    assert sorted(ids(moved)) == sorted(ids(plan))


def test_metrics_can_be_added_once(shop):
    plan = shop.plan()
    missing = next(m for m in METRICS if m.id not in {row.id for row in plan.metrics})
    more = shop.planner.add_metric(plan, missing.key)
    assert [row.id for row in more.metrics][-1] == missing.id
    assert shop.planner.add_metric(more, missing.key) == more
    for one in METRICS:
        more = shop.planner.add_metric(more, one.key)
    assert [c.kind for c in checked(more).cautions] == ["metrics"]


def test_rescheduling_keeps_prerequisites_before(shop):
    plan = shop.plan()
    backwards = plan.model_copy(update={"steps": tuple(reversed(plan.steps))})
    assert checked(reschedule(backwards)).cautions == ()


def test_a_plan_holds_so_much_and_can_always_be_read_back(shop):
    many = [recipe(f"m{n}", "sitouta", weeks=1) for n in range(60)]
    rows = [metric(f"x{n}", "tulos") for n in range(60)]
    planner = Planner(Outlines(), many, rows)
    plan = shop.plan()
    for one in many:
        plan = planner.add_recipe(plan, one.key)
    for one in rows:
        plan = planner.add_metric(plan, one.key)
    assert (len(plan.steps), len(plan.metrics)) == (MOST_ROWS, MOST_ROWS)
    assert Plan.model_validate_json(checked(plan).model_dump_json()) == checked(plan)


def test_long_titles_are_no_trouble(shop):
    long = recipe("pitka-nimi", "sitouta", title=dict.fromkeys(("fi", "sv", "en"), "x" * 600))
    shop.answers[NOBODY] = found((long, 0.9))
    plan = Shop(Planner(Outlines(), [long], METRICS), shop.answers).plan()
    assert plan.steps[0].title == "x" * 600


def test_a_plan_survives_json(shop):
    plan = shop.plan()
    assert Plan.model_validate_json(plan.model_dump_json()) == plan
