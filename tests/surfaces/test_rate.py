"""Rate limits: fair, honest, bounded, and fooled by no header that nobody trusts."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookbook_search.config import Settings
from cookbook_search.errors import SettingsError
from cookbook_search.surfaces.http.rate import Buckets, Rate, address_of, parse_rate
from cookbook_search.surfaces.http.server import create_app


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("text", "rate"),
    [("60/minute", Rate(60, 60)), ("5/second", Rate(5, 1)), (" 7/day ", Rate(7, 86400)), ("0", None)],
)
def test_a_rate_is_read(text, rate):
    assert parse_rate(text) == rate


@pytest.mark.parametrize(
    "text", ["", "60", "60/min", "-1/minute", "0/minute", "1e9/minute", "60/minute;drop"]
)
def test_another_form_is_told(text, tmp_path: Path):
    with pytest.raises(ValueError, match="60/minute"):
        parse_rate(text)
    with pytest.raises(SettingsError, match="COOKBOOK_RATE_LIMIT"):
        create_app(Settings(index=tmp_path, rate_limit=text))


def test_a_bucket_empties_and_fills_again():
    clock = Clock()
    buckets = Buckets(Rate(3, 30), clock)

    assert [buckets.take("a") for _ in range(3)] == [(2, 0), (1, 0), (0, 0)]
    assert buckets.take("a") == (0, 10)
    assert buckets.take("b") == (2, 0)
    clock.now = 10
    assert buckets.take("a") == (0, 0)
    clock.now = 1000
    assert buckets.take("a") == (2, 0)


@given(st.lists(st.floats(0, 20), max_size=60), st.integers(1, 20), st.sampled_from([1, 60]))
def test_no_stretch_of_time_lets_more_through_than_the_bucket_and_its_refill(gaps, amount, seconds):
    clock = Clock()
    rate = Rate(amount, seconds)
    buckets = Buckets(rate, clock)
    passed = 0
    for gap in gaps:
        clock.now += gap
        passed += buckets.take("a")[1] == 0
    assert passed <= amount + clock.now * rate.a_second + 1e-6


def test_many_addresses_take_bounded_memory():
    buckets = Buckets(Rate(1, 60), Clock(), most=100)
    for number in range(1000):
        buckets.take(str(number))
    assert len(buckets._levels) == 100


@pytest.mark.parametrize(
    ("client", "key"),
    [
        (("10.1.2.3", 1), "10.1.2.3"),
        (("2001:db8:1:2:3:4:5:6", 1), "2001:db8:1:2::/64"),
        (("2001:db8:1:2:ffff::1", 1), "2001:db8:1:2::/64"),
        (("unix", 0), "unix"),
        (None, ""),
    ],
)
def test_whom_a_request_counts_for(client, key):
    assert address_of({"client": client}) == key


def test_the_limit_is_told_and_the_free_paths_are_free(index: Path, serve):
    with serve(Settings(index=index, rate_limit="2/hour")) as client:
        answers = [client.get("/api/v1/search?q=raha") for _ in range(3)]
        free = [
            client.get(path).status_code for path in ("/healthz", "/readyz", "/static/icon.svg", "/metrics")
        ]
        page = client.get("/")

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[0].headers["ratelimit"] == '"address";r=1;t=0'
    assert answers[0].headers["ratelimit-policy"] == '"address";q=2;w=3600'
    refused = answers[2]
    assert refused.headers["content-type"] == "application/problem+json"
    assert 1 <= int(refused.headers["retry-after"]) <= 1800
    assert "content-security-policy" in refused.headers
    assert page.status_code == 429
    assert free == [200] * 4


def test_zero_lifts_the_limit(index: Path, serve):
    with serve(Settings(index=index, rate_limit="0")) as client:
        assert {client.get("/api/v1/search?q=raha").status_code for _ in range(30)} == {200}


def test_a_forwarded_address_is_believed_from_a_trusted_proxy_alone(index: Path, serve):
    def statuses(client) -> list[int]:
        return [
            client.get("/api/v1/search?q=raha", headers={"X-Forwarded-For": f"10.0.0.{n}"}).status_code
            for n in range(3)
        ]

    with serve(Settings(index=index, rate_limit="2/hour")) as client:
        assert statuses(client) == [200, 200, 429]
    with serve(Settings(index=index, rate_limit="2/hour", trusted_proxies=("127.0.0.1",))) as client:
        assert statuses(client) == [200, 200, 200]


def test_an_embedding_page_can_read_the_refusal(index: Path, serve):
    origin = "https://intra.example.fi"
    with serve(Settings(index=index, rate_limit="1/hour", embed_origins=(origin,))) as client:
        client.get("/api/v1/search?q=raha")
        refused = client.get("/api/v1/search?q=raha", headers={"Origin": origin})
    assert refused.status_code == 429
    assert refused.headers["access-control-allow-origin"] == origin
