"""Retrain, build the index, fit the fusion and evaluate: the whole cycle in one command.

    python -m training.cycle DATA_FOLDER --model-version 4

Runs ``training.bundled`` (skipped with ``--fit-only``), ``cookbook index``, ``training.fusion``,
``training.support`` and
``cookbook eval`` one after the other, in processes of their own: each reads what the last one wrote.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path


def main() -> None:
    """Run the steps; the first one that fails ends the cycle."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--model-version", default="0")
    parser.add_argument("--fit-only", action="store_true", help="keep the model as it is")
    parser.add_argument("--unmeasured", action="store_true", help="skip the model's held-out runs")
    wanted = parser.parse_args()
    python = sys.executable
    cookbook = str(Path(python).with_name("cookbook"))
    train = [python, "-m", "training.bundled", str(wanted.data), "--model-version", wanted.model_version]
    steps = [
        *([] if wanted.fit_only else [[*train, *(["--unmeasured"] if wanted.unmeasured else [])]]),
        [cookbook, "index"],
        [python, "-m", "training.fusion"],
        [python, "-m", "training.support"],
        [cookbook, "eval"],
    ]
    for step in steps:
        subprocess.run(step, check=True)


if __name__ == "__main__":
    main()
