"""Requests of every kind that the OpenAPI document allows and forbids: no 5xx, every answer as declared."""

from __future__ import annotations

import json

import pytest
import requests
import schemathesis
from examples import examples
from hypothesis import assume, given
from hypothesis import strategies as st
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

PLAN = {"cluster": "Vetyklusteri", "problems": ["Yritykset käyvät kerran eivätkä palaa"], "keep": True}
DOCUMENTS = {"recipes": "luottamus", "methods": "puhelinkierros", "metrics": "jasenmaara"}
WORDS = st.sampled_from(["yritykset", "🍲", "'; DROP TABLE plans; --", "\u202e", "../..", "%00", "<b>", "42"])
ANYTHING = st.one_of(st.text(max_size=80), WORDS, st.lists(WORDS, max_size=30).map(" ".join))

EXCUSED = [positive_data_acceptance, negative_data_rejection]
"""What holds no word is refused though its form is right; numbers are read from text and truth values too."""


@pytest.fixture(scope="module")
def operations(address):
    schema = schemathesis.openapi.from_url(f"{address}/api/v1/openapi.json")
    found = [result.ok() for result in schema.get_all_operations()]
    assert len(found) > 15
    return found


def real_values(operation, address):
    """Path parameters that lead somewhere."""
    values = {}
    if "{token}" in operation.path:
        values["token"] = requests.post(f"{address}/api/v1/plans", json=PLAN, timeout=60).json()["token"]
    if "{document_id}" in operation.path:
        values["document_id"] = DOCUMENTS[operation.path.split("/")[3]]
    return values


def try_requests(operation, mode, address, parameters):
    """Some requests of a mode, with these path parameters in place of invented ones."""
    with requests.Session() as session:

        @examples(3)
        @given(operation.as_strategy(generation_mode=mode))
        def tried(case):
            case.path_parameters.update(parameters)
            response = case.call(base_url=address, session=session, timeout=60)
            case.validate_response(response, excluded_checks=EXCUSED)
            assert response.status_code < 500
            assert response.headers["content-security-policy"]

        tried()


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_every_operation_answers_as_declared(operations, address, mode, subtests):
    for operation in operations:
        if mode.is_negative and not (operation.query or operation.path_parameters or operation.body):
            continue  # nothing that could be wrong
        with subtests.test(operation.label):
            try_requests(operation, mode, address, {})
            if real := real_values(operation, address):
                try_requests(operation, mode, address, real)


@examples(25)
@given(
    messages=st.lists(
        st.fixed_dictionaries({"role": st.sampled_from(["user", "assistant"]), "content": ANYTHING}),
        min_size=1,
        max_size=6,
    ),
    language=st.sampled_from([None, "fi", "sv", "en"]),
    conversation=st.sampled_from([None, "new", "nobody's"]),
)
def test_a_conversation_is_answered_or_told_why_not_whole_and_streamed(
    browser, messages, language, conversation
):
    request = {"messages": messages, "language": language, "conversation_id": conversation}
    whole = browser.post("/api/v1/chat", json=request)
    assert whole.status_code in {200, 404, 422}, whole.text
    streamed = browser.post("/api/v1/chat", json=request, headers={"Accept": "text/event-stream"})
    assert streamed.status_code in {200, 422}
    if streamed.status_code == 200:
        events = [part.split("\n", 1) for part in streamed.text.strip().split("\n\n")]
        last = next(line for line in reversed(events) if line[0].startswith("event:"))
        assert last[0] == ("event: done" if whole.status_code == 200 else "event: error")
    if whole.status_code == 200:
        body = whole.json()
        assert not (body["refused"] and body["citations"])
        assert all(f"[{number + 1}]" in body["answer"] for number in range(len(body["citations"])))


@examples(25)
@given(
    method=st.sampled_from(["tools/call", "resources/read", "prompts/get", "initialize", "tools/list", "x"]),
    tool=st.sampled_from(["search_cookbook", "get_recipe", "get_metric", "plan_cluster", "nothing"]),
    arguments=st.dictionaries(
        st.sampled_from(["query", "id", "limit", "language", "cluster", "problems", "more"]),
        st.one_of(ANYTHING, st.integers(), st.none(), st.lists(ANYTHING, max_size=3), st.floats()),
        max_size=5,
    ),
)
def test_mcp_answers_every_call_with_a_result_or_an_error(browser, method, tool, arguments):
    call = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {"name": tool, "arguments": arguments}}
    text = json.dumps(call)
    assume("NaN" not in text and "Infinity" not in text)
    accepted = "application/json, text/event-stream"
    response = browser.post(
        "/mcp", content=text, headers={"Content-Type": "application/json", "Accept": accepted}
    )
    assert response.status_code < 500, response.text
    answer = response.json()
    assert ("result" in answer) != ("error" in answer)


@examples(25)
@given(content=st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
def test_mcp_bears_what_is_no_call(browser, content):
    headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    assert browser.post("/mcp", content=content, headers=headers).status_code < 500


PAGES = (
    "/", "/keskustelu", "/suunnitelma", "/upota", "/kirjasto", "/kirjasto/verkko", "/haku.atom",
    "/reseptit/{}", "/menetelmat/{}", "/mittarit/{}", "/suunnitelma/{}", "/suunnitelma/{}/raportti",
    "/opensearch/suggestions", "/tulosta/{}/{}", "/tulosta/suunnitelma/{}", "/toimitus", "/toimitus/{}",
    "/static/{}", "/tietosuoja", "/api/v1/{}", "/{}",
)  # fmt: skip
FIELDS = ("q", "lang", "kind", "phase", "tag", "owner", "taso", "kohta", "viesti", "sivu", "muoto", "cluster")


@examples(60)
@given(
    page=st.sampled_from(PAGES),
    part=ANYTHING,
    query=st.dictionaries(st.sampled_from(FIELDS), ANYTHING, max_size=4),
    language=st.one_of(st.just("sv"), st.from_regex(r"[ -~]{0,30}", fullmatch=True)),
)
def test_no_page_breaks(browser, page, part, query, language):
    path = page.replace("{}", requests.utils.quote(part, safe=""))
    response = browser.get(path, params=query, headers={"Accept-Language": language.strip()})
    assert response.status_code < 500, response.text
    assert "alert(" not in response.headers.get("location", "")


@examples(40)
@given(
    page=st.sampled_from(["/keskustelu", "/suunnitelma", "/suunnitelma/x", "/suunnitelma/x/mittaukset"]),
    form=st.one_of(
        st.binary(max_size=300),
        st.dictionaries(
            st.sampled_from([*FIELDS, "problems", "people", "euros", "months", "start", "version", "turns"]),
            ANYTHING,
            max_size=8,
        ),
    ),
)
def test_no_form_breaks(browser, page, form):
    if isinstance(form, bytes):
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        response = browser.post(page, content=form, headers=kind)
    else:
        response = browser.post(page, data=form)
    assert response.status_code < 500, response.text


@pytest.fixture(scope="module")
def plan(browser):
    return browser.post("/api/v1/plans", json=PLAN).json()


STEP, METRIC = "Vantaa/yritysten-paluu", "Vantaa/paluuosuus"
EDITS = (
    f"week:{STEP}", f"weeks:{STEP}", f"person:{STEP}", f"target:{METRIC}", f"baseline:{METRIC}", "months",
    "start", "people", "euros", "consent", "add-step", "add-metric", "metric", "day", "value", "note", "csv",
)  # fmt: skip
ACTIONS = (
    "save",
    "check",
    "reschedule",
    f"drop:{STEP}",
    f"up:{STEP}",
    f"down:{STEP}",
    "add-step",
    "forget",
    "x",
)
VALUES = st.one_of(
    ANYTHING,
    st.integers(-5, 2000).map(str),
    st.dates().map(str),
    st.sampled_from(
        ["", "9" * 5000, "²", "٣", "1e400", "-1", "9999-12-31", "0001-01-01", "31.12.9999", METRIC]
    ),
)


@examples(25)
@given(
    form=st.dictionaries(st.sampled_from(EDITS), VALUES, max_size=8),
    action=st.sampled_from(ACTIONS),
    where=st.sampled_from(["", "/mittaukset"]),
    version=st.integers(0, 3),
)
def test_a_plan_can_be_read_whatever_was_written_into_it(browser, plan, form, action, where, version):
    page = plan["url"]
    now = browser.get(f"/api/v1/plans/{plan['token']}").json()["version"]
    response = browser.post(page + where, data=form | {"do": action, "version": str(now - version)})
    assert response.status_code < 500, response.text
    for address in (page, f"{page}/raportti", *exports(plan["token"])):
        assert browser.get(address).status_code == 200, address


def exports(token):
    return [f"/api/v1/plans/{token}/export?format={form}" for form in ("json", "md", "ics", "xlsx")]


@pytest.mark.parametrize("page", ["/upota?radius=" + "9" * 5000, "/haku.atom?q=a&startPage=" + "9" * 5000])
def test_a_number_of_thousands_of_digits_is_no_number(browser, page):
    assert browser.get(page).status_code == 200


def test_a_version_that_no_database_holds_is_refused(browser, plan):
    address = f"/api/v1/plans/{plan['token']}"
    change = {"version": 2**70, "plan": browser.get(address).json()["plan"]}
    assert browser.put(address, json=change).status_code == 422


def test_a_plan_begins_and_is_measured_in_our_time(browser, plan):
    for start in ("0001-01-01", "9999-12-31"):
        assert browser.post("/api/v1/plans", json=PLAN | {"start": start}).status_code == 422
        values = {"measurements": [{"metric": METRIC, "day": start, "value": 1}]}
        assert browser.post(f"/api/v1/plans/{plan['token']}/measurements", json=values).status_code == 422
