"""Known vulnerabilities of what is installed: `python -m scripts.audit [options of pip-audit]`.

Exit status 1 where there is one. Where the service cannot be asked, that is said loudly and is no fault: a
city without internet must be able to run `make check`. Without options PyPI is asked; a mirror of OSV is
asked with `-s osv --osv-url https://osv.example.fi/v1/query`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

ACCEPTED: dict[str, str] = {}
"""Id of a vulnerability that cannot touch us -> why, for as long as there is no mended version."""
DEFAULT = ("-s", "pypi")
SECONDS = 300


@dataclass(frozen=True)
class Verdict:
    """What an audit found."""

    vulnerable: tuple[str, ...]
    """A line each: package, version, id, the versions that mend it."""
    asked: int
    """Packages that the service knows."""
    unknown: int
    """Packages that it could not tell of."""


def judge(report: str) -> Verdict:
    """Read the JSON of pip-audit. Raises ValueError where it is none."""
    dependencies = json.loads(report)["dependencies"]
    vulnerable = [
        f"{found['name']} {found['version']}: {fault['id']}, mended in {fault['fix_versions'] or 'none yet'}"
        for found in dependencies
        for fault in found.get("vulns", ())
        if not {fault["id"], *fault.get("aliases", ())} & ACCEPTED.keys()
    ]
    unknown = sum("skip_reason" in found for found in dependencies)
    return Verdict(tuple(vulnerable), len(dependencies) - unknown, unknown)


def audit(options: Sequence[str]) -> tuple[Verdict | None, str]:
    """Run pip-audit; None with the reason where it could not ask."""
    command = [
        sys.executable, "-m", "pip_audit", "--format", "json", "--skip-editable", "--progress-spinner", "off",
        *(options or DEFAULT),
    ]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
        return judge(done.stdout), ""
    except subprocess.TimeoutExpired:
        return None, f"no answer in {SECONDS} seconds"
    except (ValueError, KeyError):
        return None, (done.stderr.strip().splitlines() or ["no report"])[-1][:200]


def main() -> int:
    verdict, reason = audit(sys.argv[1:])
    if verdict is None or not verdict.asked:
        reason = reason or f"it knows none of our {verdict.unknown if verdict else 0} packages"
        print(f"NOT AUDITED: the vulnerability service could not be asked ({reason}).", file=sys.stderr)
        print("Run `make audit` where it can be reached before you put this into use.", file=sys.stderr)
        return 0
    for line in verdict.vulnerable:
        print(line, file=sys.stderr)
    found = len(verdict.vulnerable)
    print(f"{verdict.asked} packages audited, {found} known vulnerabilities, {verdict.unknown} not known")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
