"""The clock jumps by days, back and forth, while the server runs."""

from __future__ import annotations

import datetime as dt

import httpx
import pytest
import time_machine
from serving import serving
from station import PATIENCE, count

from cookbook_search.config import Settings
from cookbook_search.surfaces.upkeep import DAY_SECONDS, ClockWatch

JUMPS = (40, -80, 400, -1, 365 * 5, -365 * 9, 0)
"""Days."""
PLAN = {"cluster": "Vety", "problems": ["Yritykset eivät palaa"]}
CHAT = {"messages": [{"role": "user", "content": "Yritykset eivät palaa"}], "conversation_id": "new"}


def test_requests_limits_and_conversations_do_not_mind(pantry, tmp_path, tell):
    jumps = JUMPS * count(1, 10)
    settings = Settings(
        index=pantry / "index", database=f"sqlite:///{tmp_path}/state.db", rate_limit="100000/day"
    )
    with serving(settings) as address, httpx.Client(base_url=address, timeout=PATIENCE) as client:
        talk = client.post("/api/v1/chat", json=CHAT).json()["conversation_id"]
        made = client.post(
            "/api/v1/plans", json={"cluster": "Vety", "problems": ["Yritykset eivät palaa"]}
        ).json()
        left = remaining(client)
        for number, days in enumerate(jumps):
            moment = dt.datetime.now(dt.UTC) + dt.timedelta(days=days)
            with time_machine.travel(moment, tick=True):
                assert client.get("/api/v1/search", params={"q": f"yritykset {number}"}).status_code == 200
                given = {"query_id": f"{number:016x}", "vote": "up"}
                assert client.post("/api/v1/feedback", json=given).status_code == 200
                again = client.post("/api/v1/chat", json=CHAT | {"conversation_id": talk})
                assert again.status_code == 200, days
                kept = client.get(made["url"].replace("/suunnitelma", "/api/v1/plans"))
                assert kept.status_code == 200
                assert client.get(made["url"]).status_code == 200
                assert client.get("/metrics").status_code == 200
                now = remaining(client)
                assert left - 20 <= now < left  # neither refilled nor emptied by the jump
                left = now
    tell(f"{len(jumps)} jumps of up to nine years, back and forth")


def remaining(client: httpx.Client) -> int:
    """Requests left of the day's."""
    given = client.get("/api/v1/suggest", params={"q": "yri"}).headers["ratelimit"]
    return int(dict(part.split("=") for part in given.split(";")[1:])["r"])


class Clocks:
    def __init__(self):
        self.wall, self.counting = 1e9, 0.0

    def watch(self):
        return ClockWatch(lambda: self.wall, lambda: self.counting)

    def wait(self, seconds):
        self.wall += seconds
        self.counting += seconds


@pytest.mark.parametrize("days", [-400, -2, 2, 400])
def test_nothing_is_deleted_by_a_clock_that_may_be_set_back(days):
    clocks = Clocks()
    watch = clocks.watch()
    assert watch.may_delete()
    clocks.wait(3600)
    clocks.wall += days * DAY_SECONDS
    assert not watch.may_delete()
    clocks.wait(23 * 3600)
    assert not watch.may_delete()
    clocks.wait(2 * 3600)
    assert watch.may_delete()


def test_small_corrections_of_the_clock_delay_nothing():
    clocks = Clocks()
    watch = clocks.watch()
    for _ in range(100):
        clocks.wait(3600)
        clocks.wall += 3
        assert watch.may_delete()
