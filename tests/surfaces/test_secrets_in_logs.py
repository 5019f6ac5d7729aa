"""Nothing that is secret or somebody's words is logged, whatever goes wrong."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time

import httpx
from raw import connect, everything

SERVE = "from cookbook_search.surfaces.cli import main; main()"
SECRET = "s3cr3t-"
QUESTION = "salainen-kysymys"
BODIES = (f'{{"query": "{QUESTION} {SECRET}"}}', f'{{"{SECRET}": 1}}', f"{{{SECRET}", "x" * 70_000 + SECRET)


def test_no_secret_reaches_the_log(index, tmp_path):
    secrets = {
        "COOKBOOK_LLM_URL": f"http://user:{SECRET}llm-address@127.0.0.1:9/v1",
        "COOKBOOK_LLM_MODEL": "m",
        "COOKBOOK_LLM_KEY": f"{SECRET}llm-key",
        "COOKBOOK_EDITOR_TOKEN": f"{SECRET}editor-token",
        "COOKBOOK_DATABASE": f"postgresql://cookbook:{SECRET}database@127.0.0.1:9/cookbook",
        "COOKBOOK_SLACK_SIGNING_SECRET": f"{SECRET}signing",
        "COOKBOOK_SLACK_BOT_TOKEN": f"xoxb-{SECRET}bot",
    }
    log = tmp_path / "server.log"
    with log.open("w", encoding="utf-8") as file:
        process = subprocess.Popen(
            [sys.executable, "-c", SERVE, "serve", "--port", "0", "--index", str(index)],
            env=os.environ | secrets, stdout=file, stderr=file,
        )  # fmt: skip
    try:
        deadline = time.monotonic() + 60
        while not (found := re.search(r"running on (http://[\d.:]+)", log.read_text(encoding="utf-8"))):
            assert process.poll() is None, log.read_text(encoding="utf-8")
            assert time.monotonic() < deadline
            time.sleep(0.05)
        send_secrets_everywhere(found[1])
    finally:
        process.terminate()
        process.wait(60)
    told = log.read_text(encoding="utf-8")
    assert "cannot be used" in told or "wait for the database" in told  # the database was missed, and told so
    assert SECRET not in told
    assert QUESTION not in told
    assert "Traceback" not in told


def send_secrets_everywhere(address: str) -> None:
    """In every place where a client can put one, in good requests and bad."""
    headers = {
        "Authorization": f"Bearer {SECRET}bearer",
        "Cookie": f"toimitus={SECRET}cookie; istunto={SECRET}session",
        "X-Api-Key": f"{SECRET}header",
        "Referer": f"http://x/?token={SECRET}referer",
    }
    with httpx.Client(base_url=address, timeout=60, headers=headers) as client:
        for path in ("/", "/api/v1/search", "/api/v1/suggest", f"/{SECRET}path", "/toimitus", "/metrics"):
            client.get(path, params={"q": f"{QUESTION} yritykset", "token": f"{SECRET}query"})
        bodies = (
            f'{{"query": "{QUESTION} {SECRET}"}}',
            f'{{"{SECRET}": 1}}',
            f"{{{SECRET}",
            "x" * 70_000 + SECRET,
        )
        for path in (
            "/api/v1/search",
            "/api/v1/chat",
            "/api/v1/feedback",
            "/api/v1/plans",
            "/mcp",
            "/slack/events",
        ):
            for body in bodies:
                client.post(path, content=body, headers={"Content-Type": "application/json"})
        message = {"role": "user", "content": f"{QUESTION} {SECRET}"}
        assert client.post("/api/v1/chat", json={"messages": [message]}).status_code in {200, 401}
        client.post(
            "/api/v1/feedback", json={"query_id": "0" * 16, "vote": "up", "comment": f"{SECRET}{QUESTION}"}
        )
        client.get(f"/suunnitelma/{SECRET}plan-token")
        client.post("/toimitus/kirjaudu", data={"token": f"{SECRET}guess"})
    connection = connect(address)
    connection.sendall(f"GARBAGE {SECRET} {QUESTION}\r\n\r\n".encode())
    everything(connection)
