"""Several workers behind one socket, and how a server ends and renews itself: real processes and signals."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from cookbook_search.surfaces.http.workers import joined

SERVE = "from cookbook_search.surfaces.cli import main; main()"
PATIENCE = 90


@contextmanager
def server(log: Path, *options: str, **environment: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """`cookbook serve` on a free port, ready; the process and its address."""
    command = [sys.executable, "-c", SERVE, "serve", "--port", "0", *options]
    with log.open("w", encoding="utf-8") as file:
        process = subprocess.Popen(command, env=os.environ | environment, stdout=file, stderr=file)
    try:
        wait_until(lambda: "Application startup complete" in log.read_text("utf-8"), process, log)
        found = re.search(r"running on (http://[\d.:]+)", log.read_text("utf-8"))
        assert found
        yield process, found[1]
    finally:
        process.kill()
        process.wait()


def wait_until(true: Callable[[], object], process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert process.poll() is None, log.read_text("utf-8")
        assert time.monotonic() < deadline, log.read_text("utf-8")
        time.sleep(0.05)


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def figures(address: str, name: str) -> dict[str, float]:
    """Sum of the samples of this name by worker."""
    sums: dict[str, float] = {}
    for family in text_string_to_metric_families(httpx.get(f"{address}/metrics", timeout=60).text):
        for sample in family.samples:
            if sample.name == name:
                worker = sample.labels["worker"]
                sums[worker] = sums.get(worker, 0) + sample.value
    return sums


def test_workers_share_the_work_are_scraped_together_and_replaced_without_a_failure(
    index: Path, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    with server(log, "--workers", "2", "--index", str(index), COOKBOOK_RATE_LIMIT="0") as (process, address):
        wait_until(lambda: log.read_text("utf-8").count("Application startup complete") == 2, process, log)
        asked = 0
        while len([count for count in figures(address, "cookbook_searches_total").values() if count]) < 2:
            httpx.get(f"{address}/api/v1/search", params={"q": f"raha {asked}"}, timeout=60)
            asked += 1
            assert asked < 500
        assert sum(figures(address, "cookbook_searches_total").values()) == asked
        assert figures(address, "cookbook_ready") == {"0": 1, "1": 1}
        begun = figures(address, "process_start_time_seconds")

        failures: list[str] = []
        over = threading.Event()

        def ask_on() -> None:
            while not over.is_set():
                try:
                    answer = httpx.get(f"{address}/api/v1/search", params={"q": "luottamus"}, timeout=60)
                    failures.extend([answer.text] * (answer.status_code != 200))
                except httpx.HTTPError as error:
                    failures.append(repr(error))

        asking = threading.Thread(target=ask_on)
        asking.start()
        process.send_signal(signal.SIGHUP)
        wait_until(
            lambda: not set(begun.values()) & set(figures(address, "process_start_time_seconds").values()),
            process, log,
        )  # fmt: skip
        over.set()
        asking.join()
        assert failures == []
        process.terminate()
        assert process.wait(PATIENCE) == 0


def test_a_worker_that_dies_is_replaced(index: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with server(log, "--workers", "2", "--index", str(index)) as (process, address):
        wait_until(lambda: log.read_text("utf-8").count("Application startup complete") == 2, process, log)
        found = re.findall(r"Started server process \[(\d+)\]", log.read_text("utf-8"))
        os.kill(int(found[0]), signal.SIGKILL)
        wait_until(lambda: log.read_text("utf-8").count("Application startup complete") == 3, process, log)
        assert httpx.get(f"{address}/readyz", timeout=60).status_code == 200
        process.kill()
        process.wait()
        left = {int(pid) for pid in re.findall(r"Started server process \[(\d+)\]", log.read_text("utf-8"))}
        deadline = time.monotonic() + PATIENCE
        while any(is_alive(pid) for pid in left):  # no worker outlives its supervisor
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_what_cannot_be_used_ends_all_workers_with_a_sentence(tmp_path: Path) -> None:
    command = [sys.executable, "-c", SERVE, "serve", "--port", "0", "--workers", "2"]
    environment = os.environ | {"COOKBOOK_RATE_LIMIT": "often", "COOKBOOK_INDEX": str(tmp_path)}
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert "COOKBOOK_RATE_LIMIT cannot be used" in done.stderr
    assert "Traceback" not in done.stderr


class SlowModel:
    """A language model that says a word and goes on only when it is let."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.begun, self.go_on = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._answer, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}/v1"

    def _answer(self) -> None:
        connection, _ = self.listener.accept()
        with connection:
            connection.recv(1 << 20)
            connection.sendall(
                b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
            )
            self.begun.set()
            self.go_on.wait(PATIENCE)
            piece = (
                b'{"id":"1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,'
            )
            with suppress(OSError):  # the server may have gone by then
                connection.sendall(
                    b"data: " + piece + b'"delta":{"content":"x"},"finish_reason":"stop"}]}\n\n'
                )
                connection.sendall(b"data: [DONE]\n\n")


@pytest.fixture
def asking(index: Path, tmp_path: Path):
    """A server in the middle of a streamed answer: ``with asking(seconds) as (process, model, events)``."""

    @contextmanager
    def begin(shutdown_seconds: int):
        model, events = SlowModel(), []
        environment = {
            "COOKBOOK_LLM_URL": model.url, "COOKBOOK_LLM_MODEL": "m", "COOKBOOK_LLM_RETRIES": "0",
            "COOKBOOK_SHUTDOWN_SECONDS": str(shutdown_seconds),
        }  # fmt: skip
        with server(tmp_path / "log", "--index", str(index), **environment) as (process, address):

            def ask() -> None:
                message = {"messages": [{"role": "user", "content": "Yritykset eivät palaa, mitä teen?"}]}
                headers = {"Accept": "text/event-stream"}
                try:
                    with httpx.stream(
                        "POST", f"{address}/api/v1/chat", json=message, headers=headers, timeout=PATIENCE
                    ) as answer:
                        events.extend(line[7:] for line in answer.iter_lines() if line.startswith("event: "))
                except httpx.HTTPError:
                    events.append("broken")

            thread = threading.Thread(target=ask)
            thread.start()
            assert model.begun.wait(PATIENCE)
            yield process, model, events
            thread.join()
        model.listener.close()

    return begin


def test_a_stream_that_runs_is_ended_in_peace(asking, tmp_path: Path) -> None:
    with asking(60) as (process, model, events):
        process.terminate()
        log = tmp_path / "log"
        wait_until(lambda: "Waiting for connections to close" in log.read_text("utf-8"), process, log)
        model.go_on.set()
        assert process.wait(PATIENCE) in {0, -signal.SIGTERM}
    assert events[-1] == "done"


def test_a_stream_that_does_not_end_is_cut_off_in_time(asking) -> None:
    with asking(1) as (process, model, events):
        process.terminate()
        assert process.wait(PATIENCE) in {0, -signal.SIGTERM}
        model.go_on.set()
    assert events[-1] != "done"


def test_a_socket_of_systemd_is_served(index: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        inherit = (
            "import os, sys; os.dup2(int(sys.argv.pop(1)), 3); os.environ['LISTEN_PID'] = str(os.getpid()); "
            f"sys.argv[0] = 'cookbook'; {SERVE}"
        )
        number = listener.fileno()
        command = [sys.executable, "-c", inherit, str(number), "serve", "--index", str(index)]
        with (tmp_path / "log").open("w") as file:
            process = subprocess.Popen(
                command, env=os.environ | {"LISTEN_FDS": "1"}, stdout=file, stderr=file, pass_fds=[number]
            )
        try:  # who connects before the server is there waits for it
            assert httpx.get(f"{address}/readyz", timeout=PATIENCE).status_code == 200
        finally:
            process.terminate()
            process.wait(PATIENCE)


def test_series_of_all_workers_stand_side_by_side() -> None:
    text = '# HELP a_total A.\n# TYPE a_total counter\na_total{b="c"} 2.0\n'
    told = joined({"0": text, "3": text}).decode()
    assert 'a_total{b="c",worker="0"} 2.0' in told
    assert 'a_total{b="c",worker="3"} 2.0' in told
    assert told.count("# TYPE a_total counter") == 1
