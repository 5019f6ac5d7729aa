"""The launch plan: the questions, the plan behind its link, changing and following it; by forms alone."""

from __future__ import annotations

import datetime as dt
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from cookbook_search.errors import CookbookError, MeasurementError, PlanConflict, PlanNotFound
from cookbook_search.plan import checked, key_of, read_day, read_measurements, read_number
from cookbook_search.surfaces.export import Wording
from cookbook_search.surfaces.export.report import charted, report_on
from cookbook_search.surfaces.http.access import FRAGMENT_HEADER
from cookbook_search.surfaces.http.pages.plan_form import (
    Form,
    acted,
    edited,
    question_of,
    read_form,
    restored,
)
from cookbook_search.surfaces.http.pages.site import Site
from cookbook_search.surfaces.http.plans import PRIVATE
from cookbook_search.surfaces.http.problems import status_of
from cookbook_search.surfaces.strings import Strings
from cookbook_search.surfaces.wire.plans import PAGE
from cookbook_search.types.plan import KeptPlan, Measurement

EMPTY: Form = {}
WRONG = HTTPStatus.UNPROCESSABLE_ENTITY
Fields = Annotated[Form, Depends(read_form)]


def router(site: Site) -> APIRouter:
    """``/suunnitelma`` and what lies behind a link under it."""
    routes = APIRouter()
    _add_making(routes, site)
    _add_following(routes, site)
    return routes


def _add_making(routes: APIRouter, site: Site) -> None:
    plans = site.cookbook.plans

    @routes.get(PAGE)
    def questions(request: Request) -> HTMLResponse:
        return _questions(site, request, EMPTY, [])

    @routes.post(PAGE)
    def make(request: Request, form: Fields) -> Response:
        t = site.strings[site.language(request)]
        question, wrong = question_of(form, site.language(request), t)
        if question is None:
            return _questions(site, request, form, wrong)
        try:
            plan = site.cookbook.plan(question.situation())
            if not plan.steps:
                return _questions(site, request, form, [t["plan.nothing"]])
            token = plans.create(plan)
        except CookbookError as error:
            return _questions(site, request, form, [t["error.other.text"]], status_of(error))
        return _to(site, request, token, made="1")

    @routes.get(PAGE + "/{token}")
    def plan_page(request: Request, token: str) -> HTMLResponse:
        return _shown(site, request, token)

    @routes.post(PAGE + "/{token}")
    def change(request: Request, token: str, form: Fields) -> Response:
        try:
            return _changed(site, request, token, form)
        except CookbookError as error:
            return _gone(site, request, error)


def _add_following(routes: APIRouter, site: Site) -> None:
    plans = site.cookbook.plans

    @routes.post(PAGE + "/{token}/mittaukset")
    def measure(request: Request, token: str, form: Fields) -> Response:
        t = site.strings[site.language(request)]
        try:
            kept = plans.find(token)
            if "csv" in form:
                measured = read_measurements(form["csv"], kept.plan)
                plans.measure(token, measured)
            elif form.get("do") == "forget":
                plans.forget(token, form.get("metric", ""), read_day(form.get("day", "")))
            else:
                plans.measure(token, [_measurement(form)])
        except MeasurementError as error:
            return _page(site, request, token, kept, WRONG, faults=_faults(error, t), form=form)
        except ValueError:
            faults = [t["plan.follow.wrong.entry"]]
            return _page(site, request, token, kept, WRONG, faults=faults, form=form)
        except CookbookError as error:
            return _gone(site, request, error)
        return _to(site, request, token, "#seuranta", saved="1")

    @routes.post(PAGE + "/{token}/poisto")
    def delete(request: Request, token: str, form: Fields) -> Response:
        try:
            if form.get("sure") != "1":
                return _shown(site, request, token)
            plans.delete(token)
        except CookbookError as error:
            return _gone(site, request, error)
        return _questions(site, request, EMPTY, [], deleted=True)

    @routes.get(PAGE + "/{token}/raportti")
    def report(request: Request, token: str) -> Response:
        try:
            kept = plans.find(token)
        except CookbookError as error:
            return _gone(site, request, error)
        wording = _wording(site, request, kept)
        told = report_on(kept, wording, dt.datetime.now().astimezone().date())
        if request.query_params.get("muoto") != "pdf":
            here = f"{PAGE}/{token}"
            return _private(
                site.page(request, "plan_report.html", w=wording, plan=kept.plan, report=told, here=here)
            )
        from cookbook_search.surfaces.export.pdf import report_pdf  # a second of imports

        headers = PRIVATE | {"Content-Disposition": f'inline; filename="{wording.t["plan.file"]}.pdf"'}
        pdf = report_pdf(kept, wording, told, site.web)
        return Response(pdf, media_type="application/pdf", headers=headers)


def _questions(
    site: Site,
    request: Request,
    form: Form,
    wrong: list[str],
    status: HTTPStatus | None = None,
    deleted: bool = False,
) -> HTMLResponse:
    today = dt.datetime.now().astimezone().date().isoformat()
    status = status or (WRONG if wrong else HTTPStatus.OK)
    days = site.cookbook.settings.plan_days
    return site.page(
        request, "plan_new.html", status, form=form, wrong=wrong, today=today, days=days, deleted=deleted
    )


def _shown(site: Site, request: Request, token: str) -> HTMLResponse:
    try:
        return _page(site, request, token, site.cookbook.plans.find(token))
    except CookbookError as error:
        return _gone(site, request, error)


def _changed(site: Site, request: Request, token: str, form: Form) -> Response:
    """Put the form into the newest plan; store it only if nobody else has changed the plan meanwhile.

    An empty field of a late form takes nothing away that somebody else has written.
    """
    kept, planner = site.cookbook.plans.find(token), site.cookbook.planner
    t, action = site.strings[site.language(request)], form.get("do", "save")
    late = form.get("version") != str(kept.version)
    fresh = {name: value for name, value in form.items() if value.strip()} if late else form
    plan, wrong = edited(restored(kept.plan, form, planner), fresh, t)
    if not late and not wrong:
        plan = acted(plan, action, form, planner)
    consent = form.get("consent") == "1"
    new = kept.model_copy(update={"plan": checked(plan), "consent": consent})
    if action == "check":
        return _page(site, request, token, new, form=form)
    if late:
        return _page(site, request, token, new, HTTPStatus.CONFLICT, conflict=True)
    if wrong:
        return _page(site, request, token, new, WRONG, wrong=wrong, form=form)
    try:
        site.cookbook.plans.save(token, new.plan, kept.version, consent)
    except PlanConflict:
        return _changed(site, request, token, {**form, "version": ""})
    anchor = "#vaiheet" if ":" in action or action in {"add-step", "reschedule"} else ""
    return _to(site, request, token, anchor, saved="1")


def _page(
    site: Site,
    request: Request,
    token: str,
    kept: KeptPlan,
    status: HTTPStatus = HTTPStatus.OK,
    *,
    form: Form = EMPTY,
    **values: Any,
) -> HTMLResponse:
    wording = _wording(site, request, kept)
    planner = site.cookbook.planner
    used = {key_of(step) for step in kept.plan.steps}
    used |= {f"{row.owner}/{row.id}" for row in kept.plan.metrics}
    shown: dict[str, Any] = {
        "kept": kept, "plan": kept.plan, "w": wording, "here": f"{PAGE}/{token}", "token": token,
        "rows": charted(kept, wording), "form": form, "conflict": False, "wrong": [], "faults": [],
        "saved": "saved" in request.query_params, "made": "made" in request.query_params,
        "recipes": [recipe for key, recipe in planner.recipes.items() if key not in used],
        "all_metrics": [metric for key, metric in planner.metrics.items() if key not in used],
        "days": site.cookbook.settings.plan_days, "today": dt.datetime.now().astimezone().date(),
    }  # fmt: skip
    template = "plan_check.html" if FRAGMENT_HEADER in request.headers else "plan.html"
    return _private(site.page(request, template, status, **shown | values))


def _faults(error: MeasurementError, t: Strings) -> list[str]:
    """A sentence a fault, in the reader's language."""
    sentences = []
    for fault in error.faults:
        line = t["plan.fault.line"].format(n=fault.line) if fault.line else ""
        sentences.append(t[f"plan.fault.{fault.rule}"].format(line=line, value=fault.value).strip())
    return sentences


def _measurement(form: Form) -> Measurement:
    """Raises ValueError."""
    return Measurement(
        metric=form.get("metric", "")[:300],
        day=read_day(form.get("day", "")),
        value=read_number(form.get("value", "")),
        note=form.get("note", "").strip()[:200],
    )


def _wording(site: Site, request: Request, kept: KeptPlan) -> Wording:
    strings: Strings = site.strings[site.language(request)]
    return Wording(strings, kept.plan, site.cookbook.settings.base_url)


def _gone(site: Site, request: Request, error: CookbookError) -> HTMLResponse:
    if not isinstance(error, PlanNotFound):
        return site.missing(request, error)
    return site.page(request, "plan_gone.html", HTTPStatus.NOT_FOUND, error="PlanNotFound")


def _to(site: Site, request: Request, token: str, anchor: str = "", **parameters: str) -> RedirectResponse:
    address = site.href(request)(f"{PAGE}/{token}{anchor}", **parameters)
    return RedirectResponse(address, HTTPStatus.SEE_OTHER, headers=PRIVATE)


def _private(response: HTMLResponse) -> HTMLResponse:
    response.headers.update(PRIVATE | {"X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"})
    return response
