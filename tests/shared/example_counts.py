"""How many examples a property test tries: few enough for every run, or twenty times as many when asked to be thorough."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

THOROUGH = os.environ.get("RLBOARD_TEST_PROFILE") == "thorough"

# On a busy machine any example may take long to be drawn or tried, and none of these tests is about time.
for _name, _count in (("quick", 100), ("thorough", 2000)):
    settings.register_profile(
        _name, deadline=None, max_examples=_count, suppress_health_check=[HealthCheck.too_slow]
    )


def examples(count: int) -> int:
    """The number for a test whose examples are too slow, or too seldom of interest, for the usual one."""
    return 20 * count if THOROUGH else count


def load_profile() -> None:
    """Applies to every test that says nothing of its own."""
    settings.load_profile("thorough" if THOROUGH else "quick")
