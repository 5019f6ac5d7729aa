"""Running the server: one process, or several workers behind one socket; ended and renewed in good order.

SIGTERM and SIGINT take no new connections and let running requests end, streams too, for
``COOKBOOK_SHUTDOWN_SECONDS`` at most. SIGHUP makes a single process look for a new snapshot at once, and
replaces several workers one by one, each when its successor answers: they read code and ``cookbook.toml``
anew. A socket that systemd holds (``LISTEN_FDS``) keeps connections waiting while the server restarts.
"""

from __future__ import annotations

import ctypes
import gc
import logging
import os
import signal
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import uvicorn
from uvicorn.supervisors import Multiprocess

from cookbook_search.config import Settings, read_settings
from cookbook_search.errors import CookbookError
from cookbook_search.surfaces.logs import configure_logging

log = logging.getLogger(__name__)
STARTUP_FAILURE = 3
"""Exit status of a worker that cannot start, upon which uvicorn starts no other."""
START_SECONDS = 60
"""How long a worker may take to start, or be silent, on a busy machine."""
PR_SET_PDEATHSIG = 1
FIRST_INHERITED = 3
"""systemd's first file descriptor (sd_listen_fds(3))."""


class ServerConfig(uvicorn.Config):
    """Uvicorn's configuration; it goes to a worker as it is, and makes the application there."""

    def __init__(self, options: Mapping[str, object], workers_folder: Path | None = None) -> None:
        """``options`` are those of the command line, over environment and file.

        Raises SettingsError.
        """
        self._options = dict(options)
        self._workers_folder = workers_folder
        settings = read_settings(**options)
        super().__init__(
            app="", host=settings.host, port=settings.port, workers=settings.workers, ws="none",
            access_log=False, proxy_headers=False, server_header=False, log_config=None,
            timeout_graceful_shutdown=settings.shutdown_seconds, timeout_worker_healthcheck=START_SECONDS,
        )  # fmt: skip

    def configure_logging(self) -> None:
        """Ours in place of uvicorn's."""
        configure_logging(read_settings(**self._options))

    def load(self) -> None:
        """Make the application, in the process that serves it."""
        from cookbook_search.surfaces.http.connections import protocol_of
        from cookbook_search.surfaces.http.server import create_app  # a second, and of no use to a supervisor

        settings = read_settings(**self._options)
        if self._workers_folder is not None:
            settings = settings_of_worker(settings)
        self.http = protocol_of(settings)
        self.app = create_app(settings, self._workers_folder)
        super().load()
        gc.freeze()
        gc.enable()


class Worker(ServerConfig):
    """The configuration in a worker: what cannot be used ends all workers with one sentence."""

    def load(self) -> None:
        """See the class."""
        gc.disable()
        _end_with_parent()
        try:
            super().load()
        except CookbookError as error:
            log.error("%s", error)  # a sentence, no traceback
            sys.exit(STARTUP_FAILURE)


def _end_with_parent() -> None:
    """No worker outlives a supervisor that was killed, and holds its port (prctl(2), Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def settings_of_worker(settings: Settings) -> Settings:
    """A conversation kept in one worker's memory would be unknown to the next one asked: none is kept."""
    return settings.model_copy(update={"conversations": 0})


def run(options: Mapping[str, object]) -> None:
    """Serve until told to stop. Raises SettingsError, ModelError."""
    settings = read_settings(**options)
    sockets = inherited_sockets()
    if settings.workers == 1:
        server = uvicorn.Server(ServerConfig(options))
        server.run(sockets or None)
        if not server.started:
            sys.exit(STARTUP_FAILURE)
        return
    with TemporaryDirectory(prefix="cookbook-") as folder:
        config = Worker(options, Path(folder))
        Multiprocess(config, sockets or [config.bind_socket()]).run()


def inherited_sockets() -> list[socket.socket]:
    """The sockets that systemd listens on for us; none where it does not."""
    if os.environ.get("LISTEN_PID") != str(os.getpid()):
        return []
    count = int(os.environ.get("LISTEN_FDS", "0"))
    return [socket.socket(fileno=FIRST_INHERITED + at) for at in range(count)]
