"""Measurements from CSV, and where a metric stands."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookbook_search.errors import MeasurementError
from cookbook_search.plan import progress, read_measurements, read_number
from cookbook_search.types.plan import KeptPlan, Measurement, Plan, PlannedMetric, Situation

NOW = dt.datetime(2027, 6, 1, tzinfo=dt.UTC)


def row(direction: str = "up", baseline: float | None = 10, target: float | None = 20) -> PlannedMetric:
    return PlannedMetric(
        id="paluu", owner="Vantaa", title="Palaavat yritykset", level="tulos", unit="%", formula="a / b",
        direction=direction, baseline=baseline, target=target,
    )  # fmt: skip


def plan_of(*rows: PlannedMetric) -> Plan:
    situation = Situation(cluster="Vety", problems=("Kukaan ei tule",), start=dt.date(2027, 1, 4))
    return Plan(situation=situation, steps=(), metrics=rows)


def standing(of: PlannedMetric, *values: float):
    days = (dt.date(2027, 1, 31) + dt.timedelta(days=30 * n) for n in range(len(values)))
    measured = tuple(
        Measurement(metric="Vantaa/paluu", day=d, value=v) for d, v in zip(days, values, strict=True)
    )
    kept = KeptPlan(
        version=1, consent=False, made_at=NOW, changed_at=NOW, plan=plan_of(of), measurements=measured
    )
    (found,) = progress(kept)
    return found.status, found.share


@pytest.mark.parametrize(
    ("of", "values", "status", "share"),
    [
        (row(), (), "unmeasured", None),
        (row(), (15,), "on_way", 0.5),
        (row(), (20,), "reached", 1.0),
        (row(), (10,), "still", 0.0),
        (row(), (5,), "wrong_way", -0.5),
        (row("down", 10, 4), (7,), "on_way", 0.5),
        (row("down", 10, 4), (3,), "reached", 7 / 6),
        (row("down", 10, 4), (12,), "wrong_way", -1 / 3),
        (row("balance", 10, 20), (20.9,), "reached", 1.09),
        (row("balance", 10, 20), (26,), "on_way", 1.6),
        (row("balance", 10, 20), (40,), "wrong_way", 3.0),
        (row(baseline=None), (5,), "open", None),
        (row(baseline=None), (5, 7), "on_way", None),
        (row(target=None), (15,), "open", None),
        (row(baseline=20), (15,), "wrong_way", None),
    ],
)
def test_where_a_metric_stands(of, values, status, share) -> None:
    found = standing(of, *values)
    assert found[0] == status
    assert found[1] == (None if share is None else pytest.approx(share))


@pytest.mark.parametrize("separator", [";", "\t"])
def test_csv_as_spreadsheets_write_it(separator) -> None:
    lines = [
        "\ufeffMittari;Päivä;Arvo;Huomautus",
        "paluu;31.3.2027;12,5;",
        'Palaavat yritykset;2027-06-30;1 200;"a ""b"""',
        "",
    ]
    found = read_measurements("\r\n".join(lines).replace(";", separator), plan_of(row()))
    assert [(one.metric, one.day.isoformat(), one.value, one.note) for one in found] == [
        ("Vantaa/paluu", "2027-03-31", 12.5, ""), ("Vantaa/paluu", "2027-06-30", 1200, 'a "b"')
    ]  # fmt: skip


def test_commas_and_columns_in_any_order() -> None:
    found = read_measurements("value,date,metric\n-3.5,2027-01-02,Vantaa/paluu\n", plan_of(row()))
    assert [(one.day, one.value) for one in found] == [(dt.date(2027, 1, 2), -3.5)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Line 1: the heading lacks metric, day, value"),
        ("metric;date\npaluu;2027-01-01", "lacks value"),
        ("metric;date;value\n", "no values"),
        ("metric;date;value\nouto;2027-01-01;1", "Line 2 names `outo`"),
        ("metric;date;value\npaluu;2027-01-01;1\npaluu;32.1.2027;1", "Line 3 has no date in `32.1.2027`"),
        ("metric;date;value\npaluu;2027-01-01;paljon", "Line 2 has no number in `paljon`"),
        ("metric;date;value\npaluu;2027-01-01;nan", "no number"),
        ("metric;date;value\npaluu;2027-01-01;1e300", "no number"),
        ("metric;date;value\npaluu;2027-01-01;1\npaluu;1.1.2027;2", "Line 3 gives `paluu` a second value"),
        ("metric,date,value\npaluu,2027-01-01,1,5", "Line 2 has more cells"),
        ("metric;date;value;note\npaluu;2027-01-01;1;" + "x" * 201, "200 characters"),
        ('metric;date;value\n"paluu;2027', "not CSV"),
        ("metric;date;value\n" + "paluu;2027-01-01;1\n" * 2001, "2000"),
    ],
)
def test_bad_csv_names_the_line_and_what_to_do(text, said) -> None:
    with pytest.raises(MeasurementError) as error:
        read_measurements(text, plan_of(row()))
    assert said in str(error.value)
    assert str(error.value).startswith("Nothing was stored.")


def test_all_faults_are_told_at_once_up_to_a_limit() -> None:
    with pytest.raises(MeasurementError) as error:
        read_measurements("metric;date;value\n" + "paluu;x;1\n" * 30, plan_of(row()))
    assert len(error.value.faults) == 21
    assert str(error.value.faults[-1]) == "... and 10 more."


@given(st.text())
def test_no_text_breaks_the_reader(text) -> None:
    for whole in (text, f"metric;date;value\n{text}"):
        with suppress(MeasurementError):
            assert read_measurements(whole, plan_of(row()))


@given(st.floats(-1e15, 1e15).map(lambda number: round(number, 3)))
def test_numbers_are_read_as_finns_and_others_write_them(number) -> None:
    assert read_number(repr(number)) == number
    assert read_number(f"{number:.3f}".replace(".", ",")) == pytest.approx(number)
    assert read_number(f"{number:,.3f} %".replace(",", "\u00a0").replace("-", "−")) == pytest.approx(number)
