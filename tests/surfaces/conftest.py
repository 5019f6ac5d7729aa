"""A served cookbook of two cities, with a recipe that means harm among the others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from kitchen import write_cookbook, write_guest, write_recipe
from serving import serving

from cookbook_search.app import Cookbook
from cookbook_search.config import Settings

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
def client_of(settings: Settings) -> Iterator[httpx.Client]:
    """A client of a real server that runs in a thread of this process."""
    with serving(settings) as address, httpx.Client(base_url=address, timeout=60) as client:
        yield client


@pytest.fixture(scope="session")
def serve():
    """Start a server of one's own: ``with serve(settings) as client``."""
    return client_of


@pytest.fixture(scope="session")
def client(index: Path) -> Iterator[httpx.Client]:
    """A client of a server that many tests share."""
    with client_of(Settings(index=index)) as opened:
        yield opened
