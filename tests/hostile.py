"""A recipe that means harm: what its author would run in the reader's browser is numbered by ``alert``."""

from __future__ import annotations

from pathlib import Path

from kitchen import write_recipe

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


def write_hostile(root: Path) -> Path:
    """Add the recipe ``vihamielinen``; its title, summary and phrasings are hostile too."""
    hostile = {"fi": HOSTILE_TEXT, "sv": HOSTILE_TEXT, "en": HOSTILE_TEXT}
    return write_recipe(
        root,
        "vihamielinen",
        HOSTILE_BODY,
        title=hostile,
        summary=hostile,
        problems={language: [f"vihamielinen pulma {HOSTILE_TEXT}"] for language in hostile},
        phase="uudista",
    )
