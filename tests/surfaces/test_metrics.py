"""/metrics tells what was done, by route, and nothing of what was asked."""

from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from cookbook_search.config import Settings


def samples(text: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_requests_searches_and_refusals_are_counted(index: Path, serve):
    with serve(Settings(index=index)) as client:
        for _ in range(2):
            client.get("/api/v1/search", params={"q": "Yritykset käyvät kerran eivätkä palaa"})
        client.get("/api/v1/search", params={"q": "sähköpaimenen resepti koiralle zzz"})
        client.get("/api/v1/recipes/ei-ole")
        client.get("/nowhere/at-all")
        client.post("/api/v1/chat", json={"messages": [{"role": "user", "content": "Mistä rahaa?"}]})
        text = client.get("/metrics").text

    found = samples(text)
    search = (("method", "GET"), ("route", "/api/v1/search"))
    assert found["cookbook_requests_total", (*search, ("status", "200"))] == 3
    assert found["cookbook_request_seconds_count", search] == 3
    buckets = {
        k: v for k, v in found.items() if k[0] == "cookbook_request_seconds_bucket" and search[1] in k[1]
    }
    assert max(buckets.values()) == 3
    assert found["cookbook_searches_total", ()] >= 3
    assert found["cookbook_searches_cached_total", ()] >= 1
    assert found["cookbook_answers_total", ()] == 1
    assert found["cookbook_ready", ()] == 1
    assert found["cookbook_snapshot_built_seconds", ()] > 1.7e9
    assert not any("at-all" in str(labels) or "ei-ole" in str(labels) for _, labels in found)
    assert "Yritykset" not in text


def test_before_there_is_an_index_it_says_so(tmp_path: Path, serve):
    with serve(Settings(index=tmp_path)) as client:
        found = samples(client.get("/metrics").text)
    assert found["cookbook_ready", ()] == 0
    assert ("cookbook_documents", ()) not in found
