"""Static files under an address that changes with their content, so that browsers keep them for good."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from cookbook_search.errors import SettingsError
from cookbook_search.surfaces.http.embedding import CODE_HEADERS, ENTRY, PARTS

_KEPT = "public, max-age=31536000, immutable"
_ASKED_AGAIN = "no-cache"
DIGEST_LENGTH = 10


class Assets(StaticFiles):
    """The files of a folder, each at ``/static/<digest>/<name>`` and, not to be kept, ``/static/<name>``.

    One digest for all: a file may name another by a relative address and gets the same version.
    """

    def __init__(self, folder: Path, theme: str, scripts: Mapping[str, str]) -> None:
        """``theme`` names one of ``folder/themes`` or is the path of a CSS file of one's own.

        ``scripts`` are served beside the files: name -> source. Raises SettingsError where there is no
        such theme.
        """
        super().__init__(directory=folder)
        self._theme = _theme_file(folder, theme)
        self._scripts = scripts
        digest = sha256(self._theme.read_bytes())
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                digest.update(file.relative_to(folder).as_posix().encode() + file.read_bytes())
        for name, source in sorted(scripts.items()):
            digest.update(f"{name}{source}".encode())
        self.digest = digest.hexdigest()[:DIGEST_LENGTH]

    def __getitem__(self, name: str) -> str:
        return f"/static/{self.digest}/{name}"

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file; ``theme.css`` is the theme of the setting."""
        version, _, rest = path.partition("/")
        versioned = len(version) == DIGEST_LENGTH and bool(rest) and set(version) <= set("0123456789abcdef")
        name = rest if versioned else path
        if name == "theme.css":
            response = self.file_response(self._theme, self._theme.stat(), scope)
        elif name in self._scripts:
            response = Response(self._scripts[name], media_type="text/javascript")
        else:
            response = await super().get_response(name, scope)
        if name == ENTRY or name.startswith(PARTS):
            response.headers.update(CODE_HEADERS)
        response.headers["Cache-Control"] = _KEPT if version == self.digest else _ASKED_AGAIN
        return response


def _theme_file(folder: Path, theme: str) -> Path:
    shipped = {file.stem: file for file in sorted((folder / "themes").glob("*.css"))}
    own = Path(theme)
    if theme in shipped:
        return shipped[theme]
    if own.suffix == ".css" and own.is_file():
        return own
    known = ", ".join(shipped)
    raise SettingsError(
        f"There is no theme `{theme}`; set COOKBOOK_THEME to {known} or to the path of a CSS file."
    )
