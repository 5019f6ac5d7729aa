"""Stored plans: made under an unguessable link, changed by one at a time, measured, deleted."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from cookbook_search.config import Settings
from cookbook_search.errors import MeasurementError, MeasurementFault, PlanConflict, PlanNotFound
from cookbook_search.plan.evidence import ledger
from cookbook_search.types.plan import Evidence, KeptPlan, Measurement, Plan

if TYPE_CHECKING:
    from cookbook_search.store import Database

TOKEN_BYTES = 24
"""Random bytes of a link: 192 bits, which nobody guesses."""
COUNTED = 10_000
"""Plans that are counted as evidence at most, the latest first."""


class Plans:
    """The stored plans; safe to share by threads. The store is imported where it is first needed."""

    def __init__(self, settings: Settings, database: Callable[[], Database]) -> None:
        """``database`` opens it, or raises StoreError or SettingsError."""
        self._settings = settings
        self._database = database
        self._evidence: Mapping[str, Evidence] = {}

    def create(self, plan: Plan) -> str:
        """Store a new plan; the token of its link, which is kept nowhere. Raises StoreError."""
        from cookbook_search.store.plans import insert_plan

        token = secrets.token_urlsafe(TOKEN_BYTES)
        insert_plan(self._database(), _link(token), plan, False, _now())
        return token

    def find(self, token: str) -> KeptPlan:
        """The plan of this link. Raises PlanNotFound, StoreError."""
        from cookbook_search.store.plans import find_plan

        kept = find_plan(self._database(), _link(token))
        if kept is None:
            raise PlanNotFound("There is no plan behind this link; it may have been deleted.")
        return kept

    def save(self, token: str, plan: Plan, version: int, consent: bool) -> int:
        """Store a changed plan; ``version`` is the one that was changed. The new version.

        Raises PlanConflict where somebody has saved another one since, PlanNotFound, StoreError.
        """
        from cookbook_search.store.plans import replace_plan

        if not replace_plan(self._database(), _link(token), plan, consent, version, _now()):
            newest = self.find(token).version
            raise PlanConflict(
                f"Somebody saved version {newest} of this plan while you worked on version {version}. "
                "Nothing of theirs was overwritten: read the newest version and save again on top of it."
            )
        return version + 1

    def delete(self, token: str) -> None:
        """Delete the plan with its measurements. Raises PlanNotFound, StoreError."""
        from cookbook_search.store.plans import remove_plan

        if not remove_plan(self._database(), _link(token)):
            raise PlanNotFound("There is no plan behind this link; it may have been deleted.")

    def measure(self, token: str, measured: Sequence[Measurement]) -> None:
        """Store values, all or none; one of the same metric and day gives way.

        Raises MeasurementError for a metric that is not in the plan, PlanNotFound, StoreError.
        """
        from cookbook_search.store.plans import save_measurements

        known = {f"{row.owner}/{row.id}" for row in self.find(token).plan.metrics}
        if strange := [one.metric for one in measured if one.metric not in known]:
            raise MeasurementError([MeasurementFault("metric", strange[0])])
        if measured:
            save_measurements(self._database(), _link(token), measured, _now())

    def forget(self, token: str, metric: str, day: dt.date) -> None:
        """Delete one value; one that is not there is no error. Raises StoreError."""
        from cookbook_search.store.plans import remove_measurement

        remove_measurement(self._database(), _link(token), metric, day)

    def purge(self) -> int:
        """Delete plans that nobody has changed for as long as the settings keep them. Raises StoreError."""
        from cookbook_search.store.plans import purge_plans

        return purge_plans(self._database(), _now() - dt.timedelta(days=self._settings.plan_days))

    def count_evidence(self) -> None:
        """Count what the plans tell that may be counted; ``evidence`` answers from it. Raises StoreError."""
        from cookbook_search.store.plans import consenting

        self._evidence = ledger(consenting(self._database(), COUNTED))

    def evidence(self, recipe: str) -> Evidence | None:
        """What is counted of a recipe (``owner/id``); None where that is too little to tell. Never waits."""
        return self._evidence.get(recipe)


def _link(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
