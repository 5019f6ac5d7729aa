"""A day's requests as fast as they are answered: is memory flat, does anything fail?

    python -m benchmarks.soak [REQUESTS]

A request every two seconds, day and night, makes 43,200 a day. The mix: searches two thirds, pages,
suggestions, chats, votes and plans the rest. Ends by itself after ``MOST_MINUTES`` at the latest.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx

from benchmarks.servers import free_port, server
from cookbook_search.evaluate import read_queries

A_DAY = 43_200
MOST_MINUTES = 60
CLIENTS = 4
SAMPLES = 40
SERVE = "from cookbook_search.surfaces.cli import main; main()"
MIX = (("search", 66), ("page", 12), ("suggest", 10), ("chat", 6), ("vote", 4), ("plan", 2))
"""What is asked, and how often in a hundred."""
PAGES = (
    "/",
    "/kirjasto",
    "/keskustelu",
    "/suunnitelma",
    "/upota",
    "/tietosuoja",
    "/api/v1/library",
    "/metrics",
)


@dataclass(frozen=True, slots=True)
class Sample:
    """The server after so many requests."""

    requests: int
    own_mib: float
    """Memory of its own, mapped files left out."""
    files: int
    threads: int


@dataclass(frozen=True, slots=True)
class Soaked:
    """What became of the requests."""

    statuses: Counter[int]
    failures: list[str]
    samples: list[Sample]
    seconds: float

    @property
    def quarters(self) -> tuple[float, float]:
        """Mean memory of the second and of the last quarter, MiB: the first is warming up."""
        own = [sample.own_mib for sample in self.samples]
        quarter = max(len(own) // 4, 1)
        return statistics.mean(own[quarter : 2 * quarter]), statistics.mean(own[-quarter:])


def soak(address: str, pid: int, questions: Sequence[str], requests: int) -> Soaked:
    """Ask from ``CLIENTS`` threads and look at the server after each fortieth part."""
    statuses: Counter[int] = Counter()
    failures: list[str] = []
    samples: list[Sample] = []
    begun = time.monotonic()
    part = max(requests // SAMPLES, CLIENTS)
    with httpx.Client(base_url=address, timeout=60) as client, ThreadPoolExecutor(CLIENTS) as pool:
        for done in range(0, requests, part):
            turns = range(done, min(done + part, requests))
            for status, told in pool.map(lambda turn: _ask(client, questions, turn), turns):
                statuses[status] += 1
                if status >= 400:
                    failures.append(told)
            samples.append(_look(pid, turns.stop))
            if time.monotonic() - begun > MOST_MINUTES * 60:
                break
    return Soaked(statuses, failures, samples, time.monotonic() - begun)


def _ask(client: httpx.Client, questions: Sequence[str], turn: int) -> tuple[int, str]:
    """One request of the mix; its status, and the body where it is none of the good ones."""
    chance = random.Random(turn)
    question = f"{chance.choice(questions)} {chance.randint(0, 999) if chance.random() < 0.5 else ''}".strip()
    what = chance.choices([name for name, _ in MIX], [weight for _, weight in MIX])[0]
    try:
        if what == "search":
            answer = client.post("/api/v1/search", json={"query": question})
        elif what == "page":
            answer = client.get(chance.choice(PAGES), params={"q": question})
        elif what == "suggest":
            answer = client.get("/api/v1/suggest", params={"q": question[: chance.randint(2, 20)]})
        elif what == "chat":
            turns = {"messages": [{"role": "user", "content": question}], "conversation_id": "new"}
            answer = client.post("/api/v1/chat", json=turns)
        elif what == "vote":
            answer = client.post("/api/v1/feedback", json={"query_id": f"{turn:016x}", "vote": "up"})
        else:
            answer = client.post("/api/v1/plans", json={"cluster": "Vety", "problems": [question]})
    except httpx.HTTPError as error:
        return 599, repr(error)
    return answer.status_code, answer.text[:300]


def _look(pid: int, requests: int) -> Sample:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    fields = dict(line.split(":", 1) for line in status.splitlines())
    files = sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())
    return Sample(requests, int(fields["RssAnon"].split()[0]) / 1024, files, int(fields["Threads"]))


def main() -> None:
    """Serve the cookbook on a database of its own, ask a day's questions, and tell."""
    requests = int(sys.argv[1]) if len(sys.argv) > 1 else A_DAY
    questions = [judged.query for judged in read_queries(Path("evaluation/dev.jsonl"))]
    port = free_port()
    command = [sys.executable, "-c", SERVE, "serve", "--port", str(port)]
    with tempfile.TemporaryDirectory() as folder:
        settings = {"COOKBOOK_DATABASE": f"sqlite:///{folder}/state.db", "COOKBOOK_RATE_LIMIT": "0"}
        with server(command, port, settings) as (process, _):
            soaked = soak(f"http://127.0.0.1:{port}", process.pid, questions, requests)
    print("| requests | own memory, MiB | open files | threads |\n| --- | --- | --- | --- |")
    for sample in soaked.samples[:: max(len(soaked.samples) // 8, 1)]:
        print(f"| {sample.requests} | {sample.own_mib:.0f} | {sample.files} | {sample.threads} |")
    done, (second, last) = soaked.samples[-1].requests, soaked.quarters
    print(f"\n{done} requests in {soaked.seconds:.0f} s, statuses {dict(soaked.statuses)}")
    print(f"own memory, second quarter {second:.1f} MiB, last quarter {last:.1f} MiB")
    print("\n".join(soaked.failures[:20]))


if __name__ == "__main__":
    main()
