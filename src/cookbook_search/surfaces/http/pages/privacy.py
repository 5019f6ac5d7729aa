"""The privacy statement: what is kept, why, how long, and how to say no (GDPR, articles 13 and 14)."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from cookbook_search.surfaces.http.pages.site import Site


def router(site: Site) -> APIRouter:
    """``/tietosuoja``."""
    routes = APIRouter()

    @routes.get("/tietosuoja")
    def privacy_page(request: Request) -> HTMLResponse:
        settings = site.cookbook.settings
        return site.page(
            request, "privacy.html", contact=settings.privacy_contact, publisher=settings.publisher,
            days=settings.retention_days, plan_days=settings.plan_days,
            log_queries=settings.log_queries, llm=bool(settings.llm_url),
            closed=settings.access == "closed", provider=bool(settings.oidc_issuer),
            hours=f"{settings.session_hours:g}",
            slack=bool(settings.slack_signing_secret or settings.slack_app_token),
            conversation_minutes=settings.conversations and settings.conversation_minutes,
        )  # fmt: skip

    return routes
