"""Plans and measurements: stored, locked, deleted; on SQLite and PostgreSQL alike."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from cookbook_search.config import Settings
from cookbook_search.errors import MeasurementError, PlanConflict, PlanNotFound
from cookbook_search.plan import Plans
from cookbook_search.store.plans import measurements, plans
from cookbook_search.types.plan import Measurement, Plan, PlannedMetric, PlanStep, Situation

DAY = dt.date(2027, 3, 31)


def a_plan(cluster: str = "Vetyklusteri") -> Plan:
    row = {"owner": "Vantaa", "unit": "%", "formula": "a / b", "direction": "up", "level": "tulos"}
    return Plan(
        situation=Situation(cluster=cluster, problems=("Kukaan ei tule",), start=dt.date(2027, 1, 4)),
        steps=(
            PlanStep(
                id="kutsu", owner="Vantaa", title="Kutsu", phase="sitouta", start_week=0, weeks=4, people=1,
                wanted=1, euros_low=0, euros_high=0,
            ),
        ),
        metrics=(
            PlannedMetric(id="paluu", title="Paluu", baseline=10, target=20, via=("kutsu",), **row),
            PlannedMetric(id="muu", title="Muu", **row),
        ),
    )  # fmt: skip


def measured(value: float = 12.5, day: dt.date = DAY, metric: str = "Vantaa/paluu") -> Measurement:
    return Measurement(metric=metric, day=day, value=value)


@pytest.fixture
def kept(database) -> Plans:
    return Plans(Settings(), lambda: database)


def test_a_plan_comes_back_as_it_was(kept, database) -> None:
    token = kept.create(a_plan())
    found = kept.find(token)
    assert (found.version, found.consent, found.plan, found.measurements) == (1, False, a_plan(), ())
    with database.begin() as connection:
        (row,) = connection.execute(select(plans)).all()
    assert token not in str(row)
    with pytest.raises(PlanNotFound):
        kept.find(token[:-1] + ("a" if token[-1] != "a" else "b"))


def test_the_second_of_two_changes_is_refused_and_nothing_is_overwritten(kept) -> None:
    token = kept.create(a_plan())
    assert kept.save(token, a_plan("Ensin"), 1, True) == 2
    with pytest.raises(PlanConflict, match="version 2"):
        kept.save(token, a_plan("Sitten"), 1, False)
    found = kept.find(token)
    assert (found.plan.situation.cluster, found.version, found.consent) == ("Ensin", 2, True)
    assert kept.save(token, a_plan("Sitten"), 2, False) == 3
    with pytest.raises(PlanNotFound):
        kept.save("ei-ole", a_plan(), 1, False)


def test_of_many_changes_at_once_one_wins(kept) -> None:
    token = kept.create(a_plan())

    def change(number: int) -> bool:
        try:
            kept.save(token, a_plan(str(number)), 1, False)
        except PlanConflict:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(change, range(16))) == 1
    assert kept.find(token).version == 2


def test_measurements_stand_beside_the_plan_and_never_conflict_with_it(kept) -> None:
    token = kept.create(a_plan())
    kept.measure(token, [measured(1), measured(2, DAY + dt.timedelta(days=1))])
    kept.measure(token, [measured(3)])
    kept.save(token, a_plan("Uusi"), 1, False)
    assert [one.value for one in kept.find(token).measurements] == [3, 2]
    kept.forget(token, "Vantaa/paluu", DAY)
    kept.forget(token, "Vantaa/paluu", DAY)
    assert [one.value for one in kept.find(token).measurements] == [2]


def test_a_strange_metric_stores_nothing(kept) -> None:
    token = kept.create(a_plan())
    with pytest.raises(MeasurementError, match="Vantaa/ei-ole"):
        kept.measure(token, [measured(), measured(metric="Vantaa/ei-ole")])
    assert kept.find(token).measurements == ()


def test_deleting_takes_the_measurements_along(kept, database) -> None:
    token, other = kept.create(a_plan()), kept.create(a_plan())
    kept.measure(token, [measured()])
    kept.measure(other, [measured()])
    kept.delete(token)
    with pytest.raises(PlanNotFound):
        kept.delete(token)
    with database.begin() as connection:
        assert len(connection.execute(select(measurements)).all()) == 1
    assert kept.find(other)


def test_old_plans_are_deleted_and_measuring_keeps_one(database) -> None:
    kept = Plans(Settings(plan_days=1), lambda: database)
    old, used = kept.create(a_plan()), kept.create(a_plan())
    long_ago = dt.datetime.now(dt.UTC) - dt.timedelta(days=2)
    with database.begin() as connection:
        connection.execute(plans.update().values(changed_at=long_ago))
    kept.measure(used, [measured()])
    assert kept.purge() == 1
    with pytest.raises(PlanNotFound):
        kept.find(old)
    assert kept.find(used)
    assert kept.purge() == 0


def test_evidence_counts_only_with_consent_and_only_from_three_plans(kept) -> None:
    def counted(value: float, consent: bool) -> None:
        token = kept.create(a_plan())
        kept.measure(token, [measured(value)])
        kept.save(token, a_plan(), 1, consent)

    counted(15, True)
    counted(8, True)
    counted(30, False)
    kept.create(a_plan())
    kept.count_evidence()
    assert kept.evidence("Vantaa/kutsu") is None
    counted(12, True)
    kept.count_evidence()
    found = kept.evidence("Vantaa/kutsu")
    assert found is not None
    assert found.plans == 3
    assert [(moved.id, moved.plans, moved.better) for moved in found.moved] == [("paluu", 3, 2)]
    assert kept.evidence("Vantaa/muu") is None
