"""Snapshots change under load: no request fails, and nothing of the old ones stays behind."""

from __future__ import annotations

import httpx
from kitchen import write_cookbook, write_recipe
from station import PATIENCE, Station, count, searching, wait_for

from cookbook_search.app import Cookbook
from cookbook_search.config import Settings

PAGES = ("/", "/reseptit/yritysten-paluu", "/api/v1/library", "/kirjasto")


def test_no_request_fails_while_snapshots_change(tmp_path, tell):
    swaps = count(8, 1000)
    corpus, index = write_cookbook(tmp_path / "corpus"), tmp_path / "index"
    cookbook = Cookbook(Settings(corpus=(corpus,), index=index))
    ids = [cookbook.index().id]
    write_recipe(corpus, "uusi", "## Pulma\n\nUusi pulma.\n")
    ids.append(cookbook.index().id)
    with (
        Station(tmp_path, index=index, reload_seconds=0.02) as server,
        httpx.Client(base_url=server.address, timeout=PATIENCE) as client,
        searching(server.address) as load,
    ):
        memory, files = [], []
        for number in range(swaps):
            now = ids[number % 2]
            (index / ".next").write_text(f"{now}\n", encoding="utf-8")
            (index / ".next").replace(index / "CURRENT")
            wait_for(lambda now=now: client.get("/readyz").text == now)
            assert client.get(PAGES[number % len(PAGES)]).status_code == 200
            assert client.get("/reseptit/uusi").status_code == (200 if number % 2 else 404)
            memory.append(server.megabytes)
            files.append(server.files)
    assert load.failures == []
    assert max(files) < 400  # those of old snapshots are closed by the garbage collector, some at a time
    settled = memory[swaps // 4]
    assert memory[-1] < settled + 60, memory
    searches, own = load.answered[200], [round(memory[at]) for at in (swaps // 4, swaps // 2, -1)]
    tell(
        f"{swaps} swaps, {searches} searches, none failed; own memory {own} MiB on the way; "
        f"{files[0]} open files, then {files[-1]}"
    )
