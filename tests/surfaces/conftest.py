"""A served cookbook of two cities, with a recipe that means harm among the others."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn
from kitchen import write_cookbook, write_guest, write_recipe

from cookbook_search.app import Cookbook
from cookbook_search.config import Settings
from cookbook_search.surfaces.http.server import create_app

HOSTILE_TEXT = '"><script>alert(1)</script><img src=x onerror=alert(2)>'
HOSTILE_BODY = """## Pulma

<script>alert("runko")</script>

<img src=x onerror=alert(1)> teksti <svg onload=alert(2)><circle/></svg>

<iframe src="https://example.org/"></iframe>

<style>body { display: none }</style>

## <b onclick=alert(3)>Otsikko</b> "onmouseover=alert(4)

[yksi](javascript:alert(5)) [kaksi](JaVaScRiPt:alert(6)) [kolme](&#106;avascript:alert(7))
[neljä](data:text/html;base64,PHNjcmlwdD4=) [viisi](vbscript:alert(8)) <javascript:alert(9)>
[kuusi](file:///etc/passwd) [seitsemän][viite] [kahdeksan](https://example.org/?a=1&b="onclick=alert(10))

[viite]: javascript:alert(11) "title onmouseover=alert(12)"

![kuva](https://example.org/pixel.png) ![kuva](data:image/svg+xml,<svg/onload=alert(13)>)

| <script>alert(14)</script> | b |
| --- | --- |
| <img src=x onerror=alert(15)> | d |

```kopioi <img src=x onerror=alert(16)>
</code></pre><script>alert(17)</script>
```

```" onload="alert(18)
</pre><script>alert(19)</script>
```

`<script>alert(20)</script>`

[turvallinen](../mittarit/jasenmaara.md#lahteet) [ulkoinen](https://example.org/hyva)
"""


@pytest.fixture(autouse=True, scope="session")
def own_settings() -> Iterator[None]:
    """No setting of the machine reaches a test."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("COOKBOOK_")]:
            patch.delenv(name)
        yield


@pytest.fixture(scope="session")
def corpora(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two cities' cookbooks."""
    folder = tmp_path_factory.mktemp("surfaces")
    vantaa = write_cookbook(folder / "vantaa")
    hostile = {"fi": HOSTILE_TEXT, "sv": HOSTILE_TEXT, "en": HOSTILE_TEXT}
    write_recipe(
        vantaa,
        "vihamielinen",
        HOSTILE_BODY,
        title=hostile,
        summary=hostile,
        problems={language: [f"vihamielinen pulma {HOSTILE_TEXT}"] for language in hostile},
        phase="uudista",
    )
    return vantaa, write_guest(folder / "espoo")


@pytest.fixture(scope="session")
def index(corpora: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of both."""
    root = tmp_path_factory.mktemp("index")
    Cookbook(Settings(corpus=corpora, index=root)).index()
    return root


@contextmanager
def serving(settings: Settings) -> Iterator[httpx.Client]:
    """A client of a real server that runs in a thread of this process."""
    config = uvicorn.Config(create_app(settings), port=0, log_level="warning", ws="none", access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        deadline = time.monotonic() + 60
        while not server.started:
            assert thread.is_alive()
            assert time.monotonic() < deadline
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="session")
def serve():
    """Start a server of one's own: ``with serve(settings) as client``."""
    return serving


@pytest.fixture(scope="session")
def client(index: Path) -> Iterator[httpx.Client]:
    """A client of a server that many tests share."""
    with serving(Settings(index=index)) as opened:
        yield opened
