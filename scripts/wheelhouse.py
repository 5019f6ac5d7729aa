"""Everything to install from without internet: `python -m scripts.wheelhouse FOLDER [EXTRA ...]`.

Gathers the wheels of this version and of all it needs, and writes `requirements.txt` beside them: exact
versions with their SHA-256, which `pip install --require-hashes` insists on.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path


def gather(folder: Path, extras: Sequence[str]) -> None:
    """Build or fetch the wheels."""
    what = f".[{','.join(extras)}]" if extras else "."
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--wheel-dir", str(folder), what]
    subprocess.run(command, check=True)


def requirements(folder: Path) -> str:
    """A line a wheel of the folder, by name: version and digest."""
    lines = []
    for wheel in sorted(folder.glob("*.whl")):
        name, version = wheel.name.split("-")[:2]
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        lines.append(f"{name.replace('_', '-').lower()}=={version} --hash=sha256:{digest}\n")
    return "".join(lines)


def main() -> None:
    folder, *extras = sys.argv[1:]
    gather(Path(folder), extras)
    Path(folder, "requirements.txt").write_text(requirements(Path(folder)), encoding="utf-8")


if __name__ == "__main__":
    main()
