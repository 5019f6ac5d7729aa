"""The soak of ``python -m benchmarks.soak`` in small."""

from station import Station, count

from benchmarks.soak import soak

QUESTIONS = (
    "Yritykset käyvät kerran eivätkä palaa",
    "Mistä rahaa?",
    "Who are the rivals?",
    "Hur samlar man folk?",
)


def test_requests_of_every_kind_leave_memory_flat(pantry, tmp_path, tell):
    requests = count(400, 10_000)
    database = f"sqlite:///{tmp_path}/state.db"
    with Station(tmp_path, index=pantry / "index", database=database, cache_size=100) as server:
        soaked = soak(server.address, server.process.pid, QUESTIONS, requests)
    assert [told for told in soaked.failures if "holds no word" not in told] == []
    assert sum(soaked.statuses.values()) == requests
    second, last = soaked.quarters
    assert last < second + 20
    assert soaked.samples[-1].files <= soaked.samples[len(soaked.samples) // 2].files + 10
    tell(f"{requests} requests, none failed; own memory {second:.0f} MiB, then {last:.0f} MiB")
