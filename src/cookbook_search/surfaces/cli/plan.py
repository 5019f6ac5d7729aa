"""`cookbook plan`."""

from __future__ import annotations

import datetime as dt
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from cookbook_search.app import Cookbook
from cookbook_search.config import read_settings
from cookbook_search.plan import read_day
from cookbook_search.surfaces.cli.options import IndexOption, JsonFlag, LanguageChoice
from cookbook_search.surfaces.export import FORMATS, Format, Wording, export
from cookbook_search.surfaces.export.markdown import plan_markdown
from cookbook_search.surfaces.strings import Strings, read_strings, web_folder
from cookbook_search.surfaces.terminal import err, out
from cookbook_search.surfaces.wire.plans import PAGE, PlanMade
from cookbook_search.types import PHASES
from cookbook_search.types.plan import KeptPlan, Plan, Situation

USUAL = {"people": (2, 1, 50), "euros": (20_000, 0, 100_000_000), "months": (12, 1, 36)}
"""Question -> what is proposed, and from what to what it may be."""


class PhaseChoice(StrEnum):
    """Phases of a cluster."""

    tunnista = "tunnista"
    kaynnista = "kaynnista"
    sitouta = "sitouta"
    orkestroi = "orkestroi"
    kehita = "kehita"
    rahoita = "rahoita"
    kasvata = "kasvata"
    mittaa = "mittaa"
    uudista = "uudista"


def plan(
    problem: Annotated[
        list[str] | None,
        typer.Option(help="What is on the table, in your own words; may be repeated. Asked for if left out."),
    ] = None,
    cluster: Annotated[str, typer.Option(help="What cluster: the field and the place.")] = "",
    phase: Annotated[PhaseChoice | None, typer.Option(help="Where it is now.")] = None,
    companies: Annotated[int | None, typer.Option(min=0, help="Companies thought to take part.")] = None,
    city: Annotated[list[str] | None, typer.Option(help="A city that takes part; may be repeated.")] = None,
    people: Annotated[int | None, typer.Option(min=1, max=50, help="People who can work on it.")] = None,
    euros: Annotated[int | None, typer.Option(min=0, help="Euros without salaries.")] = None,
    months: Annotated[int | None, typer.Option(min=1, max=36, help="Months it may take.")] = None,
    start: Annotated[str, typer.Option(help="First day, 2027-01-04; today if left out.")] = "",
    language: Annotated[LanguageChoice, typer.Option(help="Language of the plan.")] = LanguageChoice.fi,
    out_file: Annotated[
        Path | None,
        typer.Option("--out", help=f"File to write: {', '.join(f'.{form}' for form in FORMATS)}."),
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Store it under a link of its own.")] = False,
    index: IndexOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Make a launch plan: recipes in a calendar, risks and metrics. Asks what it is not told."""
    settings = read_settings(index=index)
    strings = read_strings(web_folder())[language.value]
    form = _form(out_file)
    answers: dict[str, object] = {
        "cluster": cluster, "phase": phase.value if phase else None, "problems": tuple(problem or ()),
        "companies": companies, "cities": tuple(city or ()), "people": people, "euros": euros,
        "months": months, "start": _day(start), "language": language.value,
    }  # fmt: skip
    if not problem:
        _ask(answers, strings)
    situation = _situation(answers)
    cookbook = Cookbook(settings)
    try:
        made = cookbook.plan(situation)
        token = cookbook.plans.create(made) if keep and made.steps else None
    finally:
        cookbook.close()
    if out_file is not None and form is not None and made.steps:
        now = dt.datetime.now(dt.UTC)
        kept = KeptPlan(version=1, consent=False, made_at=now, changed_at=now, plan=made, measurements=())
        _write(out_file, export(form, kept, strings, web_folder(), settings.base_url))
        err.print(str(out_file), soft_wrap=True)
    _show(made, token, strings, as_json, quiet=out_file is not None)
    raise typer.Exit(0 if made.steps else 1)


def _show(made: Plan, token: str | None, strings: Strings, as_json: bool, quiet: bool) -> None:
    if as_json:
        url = f"{PAGE}/{token}" if token else None
        answer = PlanMade(token=token, url=url, version=1 if token else None, plan=made)
        sys.stdout.write(answer.model_dump_json(indent=1) + "\n")
        return
    if not quiet or not made.steps:
        sys.stdout.write(plan_markdown(made, Wording(strings, made)))
    if token:
        out.print(f"{PAGE}/{token}", soft_wrap=True)


def _ask(answers: dict[str, object], t: Strings) -> None:
    """Put the questions that have no answer yet to the person at the terminal."""
    if not sys.stdin.isatty():
        raise typer.BadParameter("say what is on the table", param_hint="--problem")
    if not answers["cluster"]:
        answers["cluster"] = typer.prompt(f"{t['plan.cluster']} {t['plan.cluster.help']}", err=True)
    if answers["phase"] is None:
        for number, phase in enumerate(PHASES, start=1):
            err.print(f"  {number}  {t[f'phase.{phase}']}: {t[f'phase.{phase}.help']}")
        answers["phase"] = PHASES[_number(t["plan.phase"], 1, 1, len(PHASES)) - 1]
    err.print(f"{t['plan.problems']} {t['plan.problems.help']}", soft_wrap=True)
    problems: list[str] = []
    while len(problems) < 8 and (said := typer.prompt(">", default="", show_default=False, err=True).strip()):
        problems.append(said)
    answers["problems"] = tuple(problems)
    for name, (usual, least, most) in USUAL.items():
        if answers[name] is None:
            answers[name] = _number(t[f"plan.{name}"], usual, least, most)


def _number(question: str, usual: int, least: int, most: int) -> int:
    """Ask until it is one of the range."""
    while True:
        number: int = typer.prompt(question, type=int, default=usual, err=True)
        if least <= number <= most:
            return number
        err.print(f"{least}–{most}")


def _situation(answers: dict[str, object]) -> Situation:
    given = {name: value for name, value in answers.items() if value is not None}
    given["cluster"] = given["cluster"] or "–"
    try:
        return Situation.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        hint = {"problems": "--problem", "cities": "--city"}.get(str(first["loc"][0]), f"--{first['loc'][0]}")
        raise typer.BadParameter(str(first["msg"]), param_hint=hint) from error


def _day(text: str) -> dt.date:
    if not text:
        return dt.datetime.now().astimezone().date()
    try:
        return read_day(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--start") from error


def _form(path: Path | None) -> Format | None:
    if path is None:
        return None
    form = next((form for form in FORMATS if path.suffix.lower() == f".{form}"), None)
    if form is None:
        raise typer.BadParameter(
            f"{path.name} ends in none of {', '.join(f'.{known}' for known in FORMATS)}", param_hint="--out"
        )
    return form


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise typer.BadParameter(f"{path} cannot be written: {error.strerror}", param_hint="--out") from error
