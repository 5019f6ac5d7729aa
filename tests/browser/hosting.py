"""A site of somebody else's: pages on another origin that embed the cookbook."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = Callable[[BaseHTTPRequestHandler], None]
HOSTILE_CSS = """
* { color: #f0f !important; font-size: 9px !important; line-height: 3 !important;
    letter-spacing: 1em !important; text-transform: uppercase !important;
    text-align: right !important; font-family: fantasy !important; }
html { font-size: 40%; }
h2, h3, p, a, button, input, li, ol, ul, article, form { display: none !important; border: 9px solid red; }
.card, .found, .ask, .row, .chip, .message, .turn, .answer { position: fixed; left: -9999px; }
"""


@dataclass
class Host:
    """One site: path -> the body of its page, a file, or what answers by itself."""

    address: str = ""
    pages: dict[str, str | Answer] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def show(self, body: str, *, policy: str = "", css: str = "", lang: str = "fi") -> str:
        """Serve a page with this body; its address."""
        self.headers = {"Content-Security-Policy": policy} if policy else {}
        self.pages["/host.css"] = css
        self.pages["/"] = (
            f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>Intranet</title>'
            '<link rel="icon" href="data:,"><meta name="viewport" content="width=device-width">'
            f'<link rel="stylesheet" href="/host.css"></head><body>{body}</body></html>'
        )
        return f"{self.address}/"


def strict_policy(cookbook: str) -> str:
    """What a careful site allows: its own files and the cookbook's code and API, nothing inline."""
    return (
        f"default-src 'none'; style-src 'self'; img-src data:; script-src {cookbook}; "
        f"connect-src {cookbook}; frame-src {cookbook}; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
    )


@contextmanager
def hosting() -> Iterator[Host]:
    """A running site, on a free port."""
    host = Host()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(host))
    host.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(host: Host) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = host.pages.get(self.path.partition("?")[0])
            if callable(found):
                found(self)
            elif found is None:
                self.send_error(404)
            else:
                kind = "text/css" if self.path.endswith(".css") else "text/html"
                send(self, 200, found, {"Content-Type": f"{kind}; charset=utf-8"} | host.headers)

        do_POST = do_OPTIONS = do_GET  # noqa: N815  # http.server's names

        def log_message(self, *_: object) -> None:
            """Silence."""

    return Handler


def send(handler: BaseHTTPRequestHandler, status: int, body: str, headers: Mapping[str, str]) -> None:
    """One whole answer."""
    data = body.encode()
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    handler.wfile.write(data)
