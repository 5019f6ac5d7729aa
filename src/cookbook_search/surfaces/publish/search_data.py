"""What the browser of a published site searches: one script that sets ``cookbookIndex``."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Sequence
from itertools import takewhile
from typing import Any

import numpy as np
import numpy.typing as npt

from cookbook_search.retrieve import PortableIndex
from cookbook_search.retrieve.portable import LIKENESS
from cookbook_search.surfaces.wire.documents import url_of
from cookbook_search.types import AnyDocument, Kind, Metric, Recipe

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def search_script(index: PortableIndex, documents: Sequence[AnyDocument]) -> str:
    """The script."""
    several = len({document.owner for document in documents}) > 1
    numbers = {(one.owner, one.kind, one.id): at for at, one in enumerate(documents)}
    content = {
        "documents": [_document(one, several, numbers) for one in documents],
        "forms": _front_coded(index.forms),
        "formStarts": _base64(np.diff(index.form_starts).astype(np.uint8)),
        "formTerms": _base64(index.form_terms),
        "termStarts": _base64(np.diff(index.term_starts).astype(np.uint16)),
        "owners": _base64(index.documents),
        "weights": _base64(index.weights),
        "step": index.step,
        "odds": _base64(index.odds.astype(np.float32)),
        "threshold": index.threshold,
        "likeness": LIKENESS,
        "stop": " ".join(index.stop),
    }
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return f"self.cookbookIndex={text};\n"


def _document(
    document: AnyDocument, several: bool, numbers: dict[tuple[str, Kind, str], int]
) -> dict[str, Any]:
    told: dict[str, Any] = {
        "kind": document.kind,
        "url": url_of(document),
        "title": document.title.model_dump(),
        "summary": document.summary.model_dump(),
        "owner": document.owner if several else "",
    }
    if isinstance(document, Recipe):
        places = (numbers.get((document.owner, "metric", metric)) for metric in document.metrics)
        told |= {"phase": document.phase, "metrics": [at for at in places if at is not None]}
    if isinstance(document, Metric):
        told |= {"level": document.level, "formula": document.formula, "unit": document.unit}
    return told


def _front_coded(forms: Sequence[str]) -> str:
    """Each form as the letters it shares with the one before it (0-9, a-z), and the rest; one a line."""
    lines, before = [], ""
    for form in forms:
        same = takewhile(lambda pair: pair[0] == pair[1], zip(before, form, strict=False))
        shared = min(sum(1 for _ in same), len(_DIGITS) - 1)
        lines.append(f"{_DIGITS[shared]}{form[shared:]}")
        before = form
    return "\n".join(lines)


def _base64(values: npt.NDArray[Any]) -> str:
    return b64encode(values.astype(values.dtype.newbyteorder("<")).tobytes()).decode("ascii")
