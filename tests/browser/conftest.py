"""One Chromium and one server for all browser tests; each test gets a browser context of its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright
from serving import serving

from cookbook_search.app import Cookbook
from cookbook_search.config import Settings

ROOT = Path(__file__).parents[2]
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 375, "height": 812}
PATIENCE = 10_000
"""Milliseconds that a condition may take to come true, on a busy machine."""

NewContext = Callable[..., BrowserContext]


@pytest.fixture(scope="session")
def cookbook_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the real cookbook, built once."""
    root = tmp_path_factory.mktemp("cookbook-index")
    Cookbook(Settings(corpus=(ROOT / "corpus",), index=root)).index()
    return root


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Debian's Chromium. Skips where there is none."""
    executable = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    if executable is None:
        pytest.skip("no Chromium on this machine; install it: apt-get install chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield opened
        opened.close()


@pytest.fixture(scope="package")
def site(cookbook_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a server with the real cookbook and default settings."""
    database = tmp_path_factory.mktemp("state") / "cookbook.db"
    with serving(Settings(index=cookbook_index, database=f"sqlite:///{database}")) as address:
        yield address


@pytest.fixture
def faults() -> list[str]:
    """What went wrong in the browser: console errors, policy violations, requests to other origins.

    A test that causes some on purpose looks at them and clears the list; anything left fails it.
    """
    return []


@pytest.fixture
def new_context(browser: Browser, site: str, faults: list[str]) -> Iterator[NewContext]:
    """Make a browser context whose faults fail the test; arguments are Playwright's ``new_context``'s."""
    opened: list[BrowserContext] = []

    def make(**options: Any) -> BrowserContext:
        settings: dict[str, Any] = {
            "base_url": site, "locale": "fi-FI", "viewport": WIDE, "reduced_motion": "reduce",
        }  # fmt: skip
        context = browser.new_context(**settings | options)
        context.set_default_timeout(PATIENCE)
        own = {site, str(options.get("base_url", site))}

        def on_request(request: Request) -> None:
            if not request.url.startswith((*own, "data:", "blob:", "about:")):
                faults.append(f"request to another origin: {request.url}")

        context.on("request", on_request)
        context.on("weberror", lambda error: faults.append(f"error: {error.error}"))
        context.on(
            "console",
            lambda message: faults.append(message.text) if message.type in {"error", "warning"} else None,
        )
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()
    assert faults == []


@pytest.fixture
def page(new_context: NewContext) -> Page:
    """A page of 1280 px in Finnish, light, without motion."""
    return new_context().new_page()
