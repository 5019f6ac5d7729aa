"""Known vulnerabilities stop `make check`, the bill of materials is whole, wheels are pinned by digest."""

from __future__ import annotations

import hashlib
import json
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from scripts import audit, sbom, wheelhouse  # noqa: E402  # a folder of the project, not of the package


class Osv(BaseHTTPRequestHandler):
    """OSV's protocol: numpy has a hole, nothing else has."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        where = {
            "package": {"name": "numpy", "ecosystem": "PyPI"},
            "versions": [asked["version"]],
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "99"}]}],
        }
        hole = {"id": "PYSEC-2026-1", "aliases": ["CVE-2026-0001"], "details": "A hole.", "affected": [where]}
        body = json.dumps({"vulns": [hole]} if asked["package"]["name"] == "numpy" else {}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Silence."""


@pytest.fixture
def osv() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Osv)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1/query"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_known_vulnerability_is_a_fault(osv: str, monkeypatch, capsys) -> None:
    monkeypatch.setattr(sys, "argv", ["audit", "-s", "osv", "--osv-url", osv])
    assert audit.main() == 1
    told = capsys.readouterr()
    assert f"numpy {version('numpy')}: " in told.err
    assert "1 known vulnerabilities" in told.out
    monkeypatch.setattr(audit, "ACCEPTED", {"CVE-2026-0001": "we never call it"})
    assert audit.main() == 0


def test_a_service_that_is_away_is_said_loudly(monkeypatch, capsys) -> None:
    monkeypatch.setattr(sys, "argv", ["audit", "-s", "osv", "--osv-url", "http://127.0.0.1:9/v1/query"])
    assert audit.main() == 0
    assert "NOT AUDITED" in capsys.readouterr().err


def test_a_service_that_knows_nothing_is_no_audit(monkeypatch, capsys) -> None:
    report = json.dumps({"dependencies": [{"name": "numpy", "skip_reason": "not found"}]})
    monkeypatch.setattr(audit, "audit", lambda _options: (audit.judge(report), ""))
    assert audit.main() == 0
    assert "NOT AUDITED" in capsys.readouterr().err


def test_the_bill_of_materials_holds_what_is_shipped(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(ROOT)
    for name in ("first.json", "second.json"):
        monkeypatch.setattr(sys, "argv", ["sbom", str(tmp_path / name)])
        sbom.main()
    assert (tmp_path / "first.json").read_bytes() == (tmp_path / "second.json").read_bytes()
    document = json.loads((tmp_path / "first.json").read_text("utf-8"))
    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.6")
    found = {component["name"].lower(): component for component in document["components"]}
    assert found["numpy"]["purl"] == f"pkg:pypi/numpy@{version('numpy')}"
    assert {"fastapi", "starlette", "pydantic-core", "uvicorn"} <= {n.replace("_", "-") for n in found}
    assert not {"pytest", "mypy", "ruff", "playwright"} & set(found)
    assert all(component.get("licenses") for component in found.values() if component["name"] != "libvoikko")
    refs = {component["bom-ref"] for component in document["components"]}
    assert {ref for entry in document["dependencies"] for ref in entry.get("dependsOn", [])} <= refs


def test_wheels_are_pinned_by_digest(tmp_path: Path) -> None:
    (tmp_path / "Some_Thing-1.2-py3-none-any.whl").write_bytes(b"wheel")
    digest = hashlib.sha256(b"wheel").hexdigest()
    assert wheelhouse.requirements(tmp_path) == f"some-thing==1.2 --hash=sha256:{digest}\n"
