"""The real application with one more route, /canned: a response of a search's size, made beforehand.

python -m benchmarks.canned PORT
"""

from __future__ import annotations

import sys

import uvicorn
from fastapi import Response

from cookbook_search.config import read_settings
from cookbook_search.surfaces.http.server import create_app
from cookbook_search.surfaces.wire.search import SearchRequest

SIZE = 19_500
"""Bytes of the canned response; ``benchmarks.load`` prints the real mean beside it."""


def main() -> None:
    settings = read_settings()
    app = create_app(settings)
    body = b'{"answer": "' + b"x" * (SIZE - 14) + b'"}'

    @app.post("/canned")
    def canned(request: SearchRequest) -> Response:
        """What search costs without searching: reads the same request, sends the same bytes."""
        assert request.query
        return Response(body, media_type="application/json")

    uvicorn.run(app, port=int(sys.argv[1]), log_level="error", access_log=False)


if __name__ == "__main__":
    main()
