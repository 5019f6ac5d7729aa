"""kill -9 at random moments under load: what was acknowledged is there, and the old index answers."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading

import httpx
from kitchen import write_cookbook, write_recipe
from sqlalchemy import select
from station import PATIENCE, SERVE, Station, count, searching, wait_for

from cookbook_search.analyze import Analyzer
from cookbook_search.app import Cookbook
from cookbook_search.config import Settings
from cookbook_search.embed import open_embedder
from cookbook_search.index import current_id, load
from cookbook_search.store import open_database
from cookbook_search.store.usage import feedback

PLAN = {"cluster": "Vetyklusteri", "problems": ["Yritykset käyvät kerran eivätkä palaa"]}


class Writer:
    """A client that votes and edits its own plan, and remembers what was acknowledged."""

    def __init__(self, number: int) -> None:
        self.votes: set[str] = set()
        self.version, self.person = 0, ""
        self._number, self._turn = number, 0
        self._plan: dict[str, object] = {}
        self._url = ""

    def run(self, address: str, stop: threading.Event) -> None:
        """Until the server dies or the test ends."""
        with httpx.Client(base_url=address, timeout=PATIENCE) as client:
            try:
                while not stop.is_set():
                    self._turn += 1
                    self._vote(client)
                    self._edit(client)
            except httpx.HTTPError:
                return

    def _vote(self, client: httpx.Client) -> None:
        about = f"{self._number:04x}{self._turn:012x}"
        answer = client.post("/api/v1/feedback", json={"query_id": about, "vote": "up"})
        if answer.status_code == 200:
            self.votes.add(about)

    def _edit(self, client: httpx.Client) -> None:
        if not self._url:
            made = client.post("/api/v1/plans", json=PLAN).json()
            self._url, self._plan, self.version = f"/api/v1/plans/{made['token']}", made["plan"], 1
            return
        person = f"Tekijä {self._number}-{self._turn}"
        self._plan["steps"][0]["person"] = person
        answer = client.put(self._url, json={"version": self.version, "plan": self._plan})
        if answer.status_code == 200:
            self.version, self.person = answer.json()["version"], person

    def require_kept(self, client: httpx.Client) -> None:
        """What was acknowledged, or what was under way when the server died."""
        if not self._url:
            return
        kept = client.get(self._url).json()
        assert kept["version"] in {self.version, self.version + 1}
        if kept["version"] == self.version and self.person:
            assert kept["plan"]["steps"][0]["person"] == self.person
        self.version, self._plan = kept["version"], kept["plan"]
        self.person = kept["plan"]["steps"][0]["person"]


def test_nothing_acknowledged_is_lost_when_the_server_is_killed(pantry, tmp_path, tell):
    kills, seed = count(1, 40), random.randrange(1 << 30)
    chance = random.Random(seed)
    writers = [Writer(number) for number in range(4)]
    database = f"sqlite:///{tmp_path}/state.db"
    with Station(tmp_path, index=pantry / "index", database=database) as server:
        for _ in range(kills):
            stop, before = threading.Event(), sum(len(writer.votes) for writer in writers)
            threads = [threading.Thread(target=writer.run, args=(server.address, stop)) for writer in writers]
            for thread in threads:
                thread.start()
            least = before + chance.randint(1, 60)
            wait_for(lambda least=least: sum(len(writer.votes) for writer in writers) >= least, seed)
            server.kill()
            stop.set()
            for thread in threads:
                thread.join()
            server.start()
            with httpx.Client(base_url=server.address, timeout=PATIENCE) as client:
                for writer in writers:
                    writer.require_kept(client)
    opened = open_database(database)
    with opened.begin() as connection:
        stored = set(connection.execute(select(feedback.c.about)).scalars())
    opened.close()
    votes = set().union(*(writer.votes for writer in writers))
    assert votes <= stored
    edits = sum(writer.version for writer in writers)
    tell(f"{kills} kills, {len(votes)} votes and {edits} versions of plans acknowledged, none lost")


def test_builds_killed_at_random_leave_the_old_index_and_the_server_answers(
    tmp_path, analyzer: Analyzer, tell
):
    kills, chance = count(1, 60), random.Random()
    corpus, index = write_cookbook(tmp_path / "corpus"), tmp_path / "index"
    cookbook = Cookbook(Settings(corpus=(corpus,), index=index))
    cookbook.index()
    embedder, died = open_embedder("bundled", analyzer), 0
    command = [sys.executable, "-c", SERVE, "index", "--corpus", str(corpus), "--index", str(index)]
    with Station(tmp_path, index=index, reload_seconds=0.05) as server, searching(server.address) as load_:
        for number in range(kills):
            write_recipe(corpus, f"uusi-{number % 7}", f"## Pulma\n\nUusi pulma numero {number}.\n")
            before, known = current_id(index), set(index.glob(".building*"))
            build = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            if chance.random() < 0.8:  # most die while they write, the others anywhere
                wait_for(lambda: set(index.glob(".building*")) - known or build.poll() is not None)  # noqa: B023  # called within its own turn
            try:
                build.wait(chance.uniform(0, 0.4))
            except subprocess.TimeoutExpired:
                os.kill(build.pid, signal.SIGKILL)
                build.wait(PATIENCE)
                died += 1
            now = load(index, analyzer, embedder).manifest.id
            assert now == before or build.returncode == 0 or now > before
    assert load_.failures == []
    assert load_.answered[200] > kills
    made = cookbook.index()
    assert load(index, analyzer, embedder).manifest == made
    assert not list(index.glob(".building*"))
    searches = load_.answered[200]
    tell(f"{kills} builds, {died} killed before their end; {searches} searches meanwhile, none failed")
