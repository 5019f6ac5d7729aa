"""/api/docs tells every public operation and loads nothing from elsewhere."""

import re

import httpx
import pytest


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_every_operation_and_field_is_told(client: httpx.Client, language):
    document = client.get("/api/v1/openapi.json").json()
    page = client.get("/api/docs", params={"lang": language})

    assert page.status_code == 200
    for path, methods in document["paths"].items():
        for method in methods:
            assert f"{method.upper()} {path}" in page.text
    for name in document["components"]["schemas"]["SearchRequest"]["properties"]:
        assert f"<code>{name}</code>" in page.text
    assert "integer 1..50" in page.text
    assert "Yritykset käyvät kerran" in page.text
    assert not re.search(r'(?:src|href)="https?://(?!127)', page.text.split("<main")[1].split("</main")[0])
    assert "<script>" not in page.text
