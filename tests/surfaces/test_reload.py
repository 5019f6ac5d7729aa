"""A server in a process of its own goes on answering while the index is rebuilt under it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from collections import Counter

import httpx
from kitchen import write_cookbook, write_recipe

from cookbook_search.app import Cookbook
from cookbook_search.config import Settings
from cookbook_search.surfaces.http.pages.search import named_documents

REBUILDS = 25
QUERIES = ["Yritykset eivät palaa", "Mistä rahaa?", "competitors trust", "kärngrupp", "uusi pulma"]
SERVE = "from cookbook_search.surfaces.cli import main; main()"


def start_server(index, log):
    """`cookbook serve` on a free port; the process and its address."""
    environment = os.environ | {
        "COOKBOOK_RELOAD_SECONDS": "0.05",
        "COOKBOOK_CACHE_SIZE": "8",
        "COOKBOOK_RATE_LIMIT": "0",
    }
    command = [sys.executable, "-c", SERVE, "serve", "--port", "0", "--index", str(index)]
    with log.open("w", encoding="utf-8") as file:
        process = subprocess.Popen(command, env=environment, stdout=file, stderr=file)
    deadline = time.monotonic() + 60
    while not (found := re.search(r"running on (http://[\d.:]+)", log.read_text(encoding="utf-8"))):
        assert process.poll() is None, log.read_text(encoding="utf-8")
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return process, found[1]


def ask(address, stop, seen, failures, number):
    """Search, read pages and documents until told to stop."""
    with httpx.Client(base_url=address, timeout=60) as client:
        turn = number
        while not stop.is_set():
            query = QUERIES[turn % len(QUERIES)]
            requests = [
                ("POST", "/api/v1/search", {"json": {"query": f"{query} {turn}", "limit": 20}}),
                ("GET", "/api/v1/search", {"params": {"q": query}}),
                ("GET", "/", {"params": {"q": query}}),
                ("GET", "/reseptit/yritysten-paluu", {}),
                ("GET", "/api/v1/library", {}),
                ("GET", "/readyz", {}),
            ]
            for method, path, arguments in requests:
                try:
                    response = client.request(method, path, **arguments)
                except httpx.HTTPError as error:
                    failures.append((path, repr(error)))
                    continue
                seen[path] += 1
                if response.status_code != 200:
                    failures.append((path, response.text))
                elif path == "/readyz":
                    seen[response.text] += 1
            turn += 1


def test_no_request_fails_while_the_index_is_rebuilt(tmp_path):
    corpus = write_cookbook(tmp_path / "corpus")
    cookbook = Cookbook(Settings(corpus=(corpus,), index=tmp_path / "index"))
    made = [cookbook.index().id]
    metric = corpus / "mittarit" / "saatu-raha.md"
    recipe = corpus / "reseptit" / "avustushaku.md"
    kept = {path: path.read_text(encoding="utf-8") for path in (metric, recipe)}
    process, address = start_server(tmp_path / "index", tmp_path / "server.log")
    stop, seen, failures = threading.Event(), Counter(), []
    threads = [
        threading.Thread(target=ask, args=(address, stop, seen, failures, number)) for number in range(4)
    ]
    try:
        for thread in threads:
            thread.start()
        for number in range(REBUILDS):
            write_recipe(corpus, f"uusi-{number % 5}", f"## Pulma\n\nUusi pulma numero {number}.\n")
            for path, text in kept.items():
                path.unlink() if number % 2 else path.write_text(text, encoding="utf-8")
            made.append(cookbook.index().id)
            answered = seen["/readyz"]
            while seen["/readyz"] < answered + 4 and not failures:
                time.sleep(0.01)
        deadline = time.monotonic() + 60
        while httpx.get(f"{address}/readyz").text != made[-1]:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        process.terminate()
        process.wait(60)
    log = (tmp_path / "server.log").read_text(encoding="utf-8")
    assert failures == []
    assert len(set(made)) == REBUILDS + 1
    assert len(set(made) & set(seen)) > REBUILDS // 3, seen
    assert "Traceback" not in log
    assert all(seen[path] > REBUILDS for path in ("/api/v1/search", "/", "/api/v1/library"))


def test_a_metric_that_goes_between_search_and_page_is_left_out(tmp_path):
    """The search ran on the old snapshot; the titles of its metrics are looked up in the new one."""
    corpus = write_cookbook(tmp_path / "corpus")
    cookbook = Cookbook(Settings(corpus=(corpus,), index=tmp_path / "index"))
    cookbook.index()
    found = cookbook.search("Mistä saamme rahaa kokeiluun?")
    assert any("saatu-raha" in hit.metrics for hit in found.recipes)
    assert ("Vantaa", "saatu-raha") in named_documents(found, cookbook)
    (corpus / "mittarit" / "saatu-raha.md").unlink()
    (corpus / "reseptit" / "avustushaku.md").unlink()
    cookbook.index()
    assert cookbook.reload()
    assert not cookbook.reload()
    named = {metric for hit in found.recipes for metric in hit.metrics}
    still = {
        document.id for document in named_documents(found, cookbook).values() if document.kind == "metric"
    }
    assert still == named - {"saatu-raha"}
