"""How many examples a property test tries: few enough for every run, or twenty times as many when asked to be thorough."""

from __future__ import annotations

import os

from hypothesis import settings

THOROUGH = os.environ.get("RLBOARD_TEST_PROFILE") == "thorough"

# Examples have no deadline: on a busy machine any of them may take long, and none of these tests is about time.
settings.register_profile("quick", deadline=None, max_examples=100)
settings.register_profile("thorough", deadline=None, max_examples=2000)


def examples(count: int) -> int:
    """The number for a test whose examples are too slow, or too seldom of interest, for the usual one."""
    return 20 * count if THOROUGH else count


def load_profile() -> None:
    """Applies to every test that says nothing of its own."""
    settings.load_profile("thorough" if THOROUGH else "quick")
