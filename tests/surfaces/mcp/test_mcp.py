"""The SDK's own client over both transports: tools, resources, prompts, and nothing but the protocol."""

import json
import subprocess
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import httpx
import pytest
from mcp import Client, MCPError
from mcp.client.stdio import StdioServerParameters

from cookbook_search.app import Cookbook
from cookbook_search.config import Settings
from cookbook_search.surfaces.mcp.resources import PAGE
from cookbook_search.surfaces.mcp.server import create_server

SERVE = "import sys; sys.argv = ['cookbook', 'mcp']; from cookbook_search.surfaces.cli import main; main()"
PROBLEM = "Yritykset käyvät kerran eivätkä palaa"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(params=["stdio", "http"])
def connect(request, index: Path, client: httpx.Client):
    """Connect the SDK's client over this transport."""
    if request.param == "http":
        server = f"{client.base_url}/mcp".replace("//mcp", "/mcp")
    else:
        server = StdioServerParameters(
            command=sys.executable, args=["-c", SERVE], env={"COOKBOOK_INDEX": str(index)}
        )

    @asynccontextmanager
    async def connected():
        async with Client(server) as opened:
            yield opened

    return connected


@pytest.mark.anyio
async def test_the_tools_are_few_read_only_and_described_by_schemas(connect):
    async with connect() as mcp:
        tools = {tool.name: tool for tool in (await mcp.list_tools()).tools}

    assert set(tools) == {"search_cookbook", "get_recipe", "get_metric", "plan_cluster"}
    for tool in tools.values():
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint is True
        assert tool.annotations.destructive_hint is False
        assert tool.title
        assert tool.description
        assert tool.output_schema
        assert all(field.get("description") for field in tool.input_schema["properties"].values())


@pytest.mark.anyio
async def test_a_search_gives_recipes_metrics_and_citations_to_follow(connect):
    async with connect() as mcp:
        result = await mcp.call_tool("search_cookbook", {"query": PROBLEM, "limit": 2})
        page = result.structured_content
        first = page["recipes"][0]
        whole = await mcp.call_tool("get_recipe", {"id": first["id"], "language": "en"})

    assert page["answerable"] is True
    assert len(page["recipes"]) <= 2
    assert page["metrics"]
    assert json.loads(result.content[0].text) == page
    recipe = whole.structured_content
    assert recipe["id"] == first["id"]
    for citation in page["citations"]:
        assert set(citation) == {
            "id", "kind", "owner", "guest", "title", "heading", "anchor", "url", "quote", "language"
        }  # fmt: skip
        assert citation["url"].endswith(f"{citation['id']}#{citation['anchor']}")


@pytest.mark.anyio
async def test_a_plan_is_made_and_not_stored(connect):
    call = {"cluster": "Vetyklusteri", "problems": [PROBLEM], "phase": "kaynnista", "start": "2027-01-04"}
    async with connect() as mcp:
        plan = (await mcp.call_tool("plan_cluster", call)).structured_content
        nothing = (
            await mcp.call_tool("plan_cluster", call | {"problems": ["qqxyzw wzyxqq"]})
        ).structured_content
        wrong = await mcp.call_tool("plan_cluster", call | {"months": 99})

    assert "yritysten-paluu" in {step["id"] for step in plan["steps"]}
    assert plan["situation"]["start"] == "2027-01-04"
    assert (nothing["steps"], nothing["unanswered"]) == ([], ["qqxyzw wzyxqq"])
    assert wrong.is_error


@pytest.mark.anyio
async def test_the_api_and_the_tool_answer_alike(connect, client: httpx.Client):
    api = client.post("/api/v1/search", json={"query": PROBLEM, "limit": 3}).json()
    async with connect() as mcp:
        tool = (await mcp.call_tool("search_cookbook", {"query": PROBLEM, "limit": 3})).structured_content

    for page in (api, tool):
        page.pop("took_ms"), page.pop("query_id")
    extra = {"citations", "next_offset"}
    assert {name: value for name, value in tool.items() if name not in extra} == api


@pytest.mark.anyio
async def test_results_come_in_pages_that_join(connect):
    found: list[str] = []
    offset: int | None = 0
    async with connect() as mcp:
        whole = (await mcp.call_tool("search_cookbook", {"query": PROBLEM, "limit": 20})).structured_content
        while offset is not None:
            call = {"query": PROBLEM, "limit": 1, "offset": offset}
            page = (await mcp.call_tool("search_cookbook", call)).structured_content
            found += [hit["id"] for hit in page["recipes"]]
            offset = page["next_offset"]

    assert len(found) > 1
    assert found == [hit["id"] for hit in whole["recipes"]]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("get_recipe", {"id": "ei-ole"}, "ei-ole"),
        ("get_metric", {"id": "../../etc/passwd"}, "No metric"),
        ("search_cookbook", {"query": "?!"}, "no word"),
        ("search_cookbook", {"query": "x" * 2001}, "2000"),
        ("search_cookbook", {"query": "klusteri", "limit": 0}, "limit"),
        ("search_cookbook", {}, "query"),
        ("delete_recipe", {"id": "x"}, "delete_recipe"),
    ],
)
async def test_wrong_use_is_told_to_the_model(connect, tool, arguments, said):
    async with connect() as mcp:
        result = await mcp.call_tool(tool, arguments)

    assert result.is_error
    assert said in result.content[0].text


@pytest.mark.anyio
async def test_documents_are_resources_that_can_be_read(connect):
    async with connect() as mcp:
        listed = (await mcp.list_resources()).resources
        templates = (await mcp.list_resource_templates()).resource_templates
        texts = [(await mcp.read_resource(str(resource.uri))).contents[0] for resource in listed]

    assert {template.uri_template.split("/")[2] for template in templates} == {
        "recipes",
        "methods",
        "metrics",
    }
    for resource, content in zip(listed, texts, strict=True):
        assert content.mime_type == "text/markdown"
        assert content.text.startswith(f"# {resource.title}\n")


@pytest.mark.anyio
async def test_an_unknown_resource_and_a_foreign_cursor_are_refused(connect):
    async with connect() as mcp:
        with pytest.raises(MCPError, match="ei-ole"):
            await mcp.read_resource("cookbook://recipes/Vantaa/ei-ole")
        with pytest.raises(MCPError, match="cursor"):
            await mcp.list_resources(cursor="-1")


@pytest.mark.anyio
@pytest.mark.parametrize("language", ["fi", "sv", "en"])
async def test_prompts_speak_the_language_and_carry_the_text(connect, language):
    braces = "Tavoite {text} {0}"
    async with connect() as mcp:
        prompts = (await mcp.list_prompts()).prompts
        for prompt in prompts:
            name = next(argument.name for argument in prompt.arguments if argument.required)
            got = await mcp.get_prompt(prompt.name, {name: braces, "language": language})
            assert braces in got.messages[0].content.text
            assert "search_cookbook" in got.messages[0].content.text
    assert len(prompts) == 3


@pytest.mark.anyio
async def test_a_long_list_of_resources_has_pages(many: Cookbook):
    uris: list[str] = []
    async with Client(create_server(many)) as mcp:
        page = await mcp.list_resources()
        sizes = [len(page.resources)]
        while page.next_cursor:
            uris += [str(resource.uri) for resource in page.resources]
            page = await mcp.list_resources(cursor=page.next_cursor)
            sizes.append(len(page.resources))
        uris += [str(resource.uri) for resource in page.resources]

    assert max(sizes) == PAGE
    assert len(uris) == len(set(uris)) == len(many.snapshot.documents)


def test_nothing_but_the_protocol_is_written_to_stdout(index: Path):
    hello = {
        "jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"},
        },
    }  # fmt: skip
    lines = "\n".join(["this is no JSON", json.dumps(hello)]) + "\n"
    ran = subprocess.run(
        [sys.executable, "-c", SERVE], input=lines, capture_output=True, text=True, timeout=60,
        env={"COOKBOOK_INDEX": str(index)}, check=False,
    )  # fmt: skip

    messages = [json.loads(line) for line in ran.stdout.splitlines()]
    assert {message["jsonrpc"] for message in messages} == {"2.0"}
    assert any(message.get("id") == 1 and "result" in message for message in messages)


def test_a_missing_index_is_told_on_stderr(tmp_path: Path):
    ran = subprocess.run(
        [sys.executable, "-c", SERVE], input="", capture_output=True, text=True, timeout=60,
        env={"COOKBOOK_INDEX": str(tmp_path)}, check=False,
    )  # fmt: skip

    assert ran.returncode == 2
    assert ran.stdout == ""
    assert "cookbook index" in ran.stderr


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"Host": "evil.example"}, 421), ({"Origin": "https://evil.example"}, 403)],
)
def test_a_web_page_cannot_reach_a_local_server_by_rebinding(client: httpx.Client, headers, status):
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    accept = {"Accept": "application/json, text/event-stream"}
    assert client.post("/mcp", json=body, headers=headers | accept).status_code == status


def test_a_body_over_the_limit_is_refused(client: httpx.Client):
    assert client.post("/mcp", content=b"x" * 70_000).status_code == 413


@pytest.mark.anyio
async def test_many_clients_at_once_each_get_their_own_answer(index: Path, client: httpx.Client):
    url = f"{client.base_url}/mcp".replace("//mcp", "/mcp")
    ids = [
        document.id
        for document in Cookbook(Settings(index=index)).snapshot.documents
        if document.kind == "recipe"
    ]
    got: dict[int, str] = {}

    async def read(number: int, document_id: str) -> None:
        async with Client(url) as mcp:
            got[number] = (await mcp.call_tool("get_recipe", {"id": document_id})).structured_content["id"]

    asked = [ids[number % len(ids)] for number in range(20)]
    async with anyio.create_task_group() as group:
        for number, document_id in enumerate(asked):
            group.start_soon(read, number, document_id)

    assert [got[number] for number in range(20)] == asked
