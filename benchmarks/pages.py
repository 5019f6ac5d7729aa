"""Largest contentful paint of the pages beside a bare page; suggestions beside a search."""

from __future__ import annotations

import shutil
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import BrowserContext, sync_playwright

from benchmarks.servers import cookbook_command, free_port, server
from cookbook_search.app import Cookbook
from cookbook_search.config import read_settings
from cookbook_search.evaluate import read_queries

ROUNDS = 7
QUERIES = Path("evaluation/dev.jsonl")
PAGES = {
    "start": "/",
    "results": "/?q=Miten saan pienet yritykset mukaan?",
    "library": "/kirjasto",
    "recipe": "/reseptit/jasenkysely",
}
BARE = "<!doctype html><html lang=fi><title>Bare</title><h1>Bare</h1><p>One heading and one line of text.</p>"
_PAINT = """() => new Promise((done) => new PerformanceObserver((list) => {
  done(list.getEntries().at(-1).startTime);
}).observe({ type: "largest-contentful-paint", buffered: true }))"""


def measure() -> list[str]:
    """Rows of the table."""
    return [*_paints(), _suggestions()]


def _paints() -> list[str]:
    executable = shutil.which("chromium")
    if executable is None:
        return ["| largest contentful paint | | no Chromium on this machine |"]
    port = free_port()
    with server(cookbook_command(port), port), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        root = f"http://127.0.0.1:{port}"
        paints: dict[str, list[float]] = {"bare": [], **{name: [] for name in PAGES}}
        for _ in range(ROUNDS):  # in turns, so that all meet the same machine
            for name, path in (("bare", "/bare"), *PAGES.items()):
                paints[name].append(_paint(browser.new_context(), root + path))
        browser.close()
    middle = {name: statistics.median(values) for name, values in paints.items()}
    return [
        f"| largest contentful paint, {name} / a bare page | {middle[name] / middle['bare']:.2f} "
        f"| {middle[name]:.0f} ms against {middle['bare']:.0f} ms |"
        for name in PAGES
    ]


def _paint(context: BrowserContext, address: str) -> float:
    """Milliseconds to the largest contentful paint in an empty browser."""
    page = context.new_page()
    page.route("**/bare", lambda route: route.fulfill(body=BARE, content_type="text/html"))
    page.goto(address, wait_until="load")
    paint = float(page.evaluate(_PAINT))
    context.close()
    return paint


def _suggestions() -> str:
    cookbook = Cookbook(read_settings(cache_size=0))
    cookbook.open()
    queries = [judged.query for judged in read_queries(QUERIES)][:60]
    typed = [query[:length] for query in queries for length in (2, 5, 9, 14)]
    cookbook.suggest("klusteri")
    suggesting = _seconds(lambda text: cookbook.suggest(text, "fi"), typed)
    searching = _seconds(cookbook.search, queries)
    ratio = statistics.mean(suggesting) / statistics.mean(searching)
    slowest = sorted(suggesting)[int(0.99 * len(suggesting))]
    return (
        f"| suggestions / a search | {ratio:.2f} | {statistics.mean(suggesting) * 1e3:.2f} ms "
        f"(p99 {slowest * 1e3:.2f} ms) against {statistics.mean(searching) * 1e3:.2f} ms |"
    )


def _seconds(call: Callable[[str], object], texts: list[str]) -> list[float]:
    taken = []
    for text in texts:
        begun = time.perf_counter()
        call(text)
        taken.append(time.perf_counter() - begun)
    return taken


if __name__ == "__main__":
    print("\n".join(measure()))
