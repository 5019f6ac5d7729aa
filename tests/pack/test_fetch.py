"""Fetching packs from a real server: over TLS, with limits, and from nowhere that is not asked for."""

from __future__ import annotations

import datetime as dt
import gzip
import ssl
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from cookbook_search.errors import PackError
from cookbook_search.pack import fetching
from cookbook_search.pack.fetching import fetch


class Handler(BaseHTTPRequestHandler):
    """Serves what its paths say."""

    def do_GET(self) -> None:
        name, _, rest = self.path.lstrip("/").partition("/")
        if name == "to":
            self.send_response(302)
            self.send_header("Location", rest)
            self.end_headers()
        elif name == "pack":
            self._send(b"a pack", {})
        elif name == "encodings":
            self._send(self.headers["Accept-Encoding"].encode(), {})
        elif name == "gzip":
            self._send(gzip.compress(bytes(1_000_000)), {"Content-Encoding": "gzip"})
        elif name == "endless":
            self.send_response(200)
            self.end_headers()
            try:
                while True:
                    self.wfile.write(bytes(1 << 16))
            except OSError:
                pass
        elif name == "slow":
            self.send_response(200)
            self.end_headers()
            try:
                while not self.server.over.is_set():
                    self.wfile.write(b"x")
                    self.wfile.flush()
                    self.server.over.wait(0.05)
            except OSError:
                pass
        else:
            self.send_error(404)

    def _send(self, content: bytes, headers: dict[str, str]) -> None:
        self.send_response(200)
        for header, value in headers.items():
            self.send_header(header, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> Path:
    """A key and a certificate of localhost, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now).not_valid_after(now + dt.timedelta(days=1))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    made = builder.sign(key, hashes.SHA256())
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


def serving(certificate: Path | None) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.over = threading.Event()
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    scheme = "https" if certificate else "http"
    yield f"{scheme}://localhost:{server.server_address[1]}"
    server.over.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def http() -> Iterator[str]:
    yield from serving(None)


@pytest.fixture(scope="module")
def https(certificate: Path) -> Iterator[str]:
    yield from serving(certificate)


def test_a_pack_comes_over_tls_whose_certificate_holds(https, certificate, monkeypatch):
    with pytest.raises(PackError, match=r"cannot be fetched: .*(certificate|CERTIFICATE)"):
        fetch(f"{https}/pack")
    monkeypatch.setattr(fetching, "_trusted", lambda: ssl.create_default_context(cafile=certificate))
    assert fetch(f"{https}/pack") == b"a pack"
    assert fetch(f"{https}/to/{https}/pack") == b"a pack"


def test_plain_http_only_to_this_machine(http):
    assert fetch(f"{http}/pack") == b"a pack"
    with pytest.raises(PackError, match="is not encrypted"):
        fetch("http://espoo.example/pack.zip")
    with pytest.raises(PackError, match="is not encrypted"):
        fetch(f"{http}/to/http://espoo.example/pack.zip")


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://localhost/x", "data:,x", "gopher://x/"])
def test_other_schemes_are_refused_also_behind_a_redirect(url, http):
    with pytest.raises(PackError, match="neither https nor a file"):
        fetch(url)
    with pytest.raises(PackError, match="neither https nor a file"):
        fetch(f"{http}/to/{url}")


def test_redirects_end(http):
    with pytest.raises(PackError, match="redirects more than 5 times"):
        fetch(f"{http}/to/" * 8 + f"{http}/pack")


def test_an_answer_is_bounded_in_size_and_time(http, monkeypatch):
    monkeypatch.setattr(fetching, "MAX_PACK_BYTES", 300_000)
    with pytest.raises(PackError, match="more than 300000 bytes"):
        fetch(f"{http}/endless")
    begun = time.monotonic()
    with pytest.raises(PackError, match=r"did not answer in 0\.3 seconds"):
        fetch(f"{http}/slow", seconds=0.3)
    assert time.monotonic() - begun < 30


def test_nothing_is_unpacked_on_the_way(http):
    assert fetch(f"{http}/encodings") == b"identity"
    assert len(fetch(f"{http}/gzip")) < 2000


def test_what_is_not_there_is_told(http):
    with pytest.raises(PackError, match="answered 404"):
        fetch(f"{http}/missing")
    with pytest.raises(PackError, match="cannot be fetched"):
        fetch("https://localhost:1/pack")
    for odd in ("http://", "https://", "https://\0/", "https://[::1/"):
        with pytest.raises(PackError):
            fetch(odd)
