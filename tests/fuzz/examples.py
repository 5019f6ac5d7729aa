"""How many examples a fuzz test tries: few in ``make test``, many with ``make fuzz``."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, settings


def examples(few: int) -> settings:
    """So many, or as many times more as the profile has more than a hundred."""
    return settings(
        max_examples=max(few * settings.default.max_examples // 100, few),
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
    )
