"""The software bill of materials of what we ship, CycloneDX 1.6: `python -m scripts.sbom FILE`.

Of everything in the virtual environment, what `cookbook-search` needs, directly or not, with versions,
licences and package URLs. The same environment gives the same bytes.
"""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

NAME = "cookbook-search"


def environment() -> dict[str, Any]:
    """CycloneDX document of everything installed."""
    command = [
        sys.executable, "-m", "cyclonedx_py", "environment", "--pyproject", "pyproject.toml", "--sv", "1.6",
        "--of", "JSON", "--output-reproducible", "--mc-type", "application", "--no-validate", sys.executable,
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def needed(extras: frozenset[str] = frozenset({"postgresql"})) -> set[str]:
    """Normalised names of what is installed and needed, ours not among them."""
    seen: set[tuple[str, str]] = set()
    todo = [(NAME, extra) for extra in {"", *extras}]
    while todo:
        name, extra = todo.pop()
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        try:
            lines = requires(name) or []
        except PackageNotFoundError:  # an extra of ours that is not installed here
            continue
        for needs in map(Requirement, lines):
            if needs.marker is None or needs.marker.evaluate({"extra": extra}):
                todo += [(canonicalize_name(needs.name), of) for of in {"", *needs.extras}]
    return {name for name, _ in seen} - {NAME}


def shipped(document: dict[str, Any], names: set[str]) -> dict[str, Any]:
    """The document with these components alone."""
    components = [c for c in document["components"] if canonicalize_name(c["name"]) in names]
    refs = {c["bom-ref"] for c in components}
    dependencies = [
        {"ref": entry["ref"], "dependsOn": [ref for ref in entry.get("dependsOn", ()) if ref in refs]}
        for entry in document["dependencies"]
        if entry["ref"] in refs | {document["metadata"]["component"]["bom-ref"]}
    ]
    return document | {"components": components, "dependencies": dependencies}


def main() -> None:
    path = Path(sys.argv[1])
    document = shipped(environment(), needed())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{path}: {len(document['components'])} components")


if __name__ == "__main__":
    main()
