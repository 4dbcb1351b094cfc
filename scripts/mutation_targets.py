"""Which formulas scripts/mutation.py changes, and which tests may notice it."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "tensorboard_plugin_rlboard"
_TESTED = ROOT / "tests"
TESTS = {path.stem.removeprefix("test_"): path for path in (_TESTED / "metrics").rglob("test_*.py")} | {
    path.with_name(path.name.removeprefix("test_")).relative_to(_TESTED).with_suffix("").as_posix(): path
    for folder in ("groups", "compare", "prompts", "alignment")
    for path in (_TESTED / "board" / folder).rglob("test_*.py")
}
"""Those of `tests/metrics` by their names alone, which are of one room, the others by their paths."""
_TOKENS = ("segment_reductions", "token_formulas", "mixed_samples", "token_statistics")
_FORMULAS = (*_TOKENS, "step_sums", "critic_sums")
WITHOUT_FIXTURES = {
    *_FORMULAS,
    "writer_formulas",
    "step_statistics",
    "step_reductions",
    "pass_at_k",
    "bootstrap",
    "groups",
    "board/groups/contrast",
    "board/alignment/boundary_shift",
    "board/alignment/matches",
    "board/alignment/align",
    "board/alignment/moves",
    "board/alignment/semantic_cleanup",
    "board/alignment/units",
}
"""Tests that take no fixture of a conftest, whose import is most of their time."""
TARGETS = {
    "metrics/segments.py": (*_FORMULAS, "step_statistics"),
    "metrics/token*.py": _FORMULAS,
    "metrics/critic.py": _FORMULAS,
    "metrics/derived_metrics.py": _FORMULAS,
    "metrics/step_sums.py": _FORMULAS,
    "metrics/step_statistics.py": ("step_statistics", "step_reductions"),
    "metrics/step_reductions.py": ("step_reductions", "step_thresholds"),
    "metrics/thresholds.py": ("writer_formulas", "step_formulas", "group_formulas", "group_shares"),
    "metrics/prompts/pass_at_k.py": ("pass_at_k",),
    "metrics/prompts/bootstrap.py": ("bootstrap",),
    "metrics/groups/*.py": ("groups", "group_shares"),
    "metrics/catalog/catalog.py": ("metric_catalog",),
    "index/parts/sample_statistics.py::sample_numbers|repetition|_repetition": (
        "sample_formulas",
        "step_formulas",
        "discounts",
    ),
    "board/sums/group_columns.py": ("group_formulas", "board/compare/group_metrics"),
    "board/run_schema.py::RunSchema.*|_metric.*|_token_metrics|_rank": (
        "metric_catalog",
        "sample_formulas",
        "group_formulas",
        "step_formulas",
    ),
    "board/steps/aggregates.py": ("step_formulas", "step_thresholds", "group_formulas", "group_shares"),
    "board/steps/metric_aggregates.py": ("step_formulas", "step_thresholds", "group_formulas"),
    "board/steps/step_aggregates.py": ("step_formulas", "step_thresholds", "group_shares"),
    "board/distribution/histograms.py": ("distribution_formulas",),
    "board/samples/neighbours.py::group_metrics": ("group_formulas",),
    "board/groups/member_sql.py": (
        "board/groups/many_groups",
        "board/groups/groups",
        "group_shares",
        "group_formulas",
    ),
    "board/groups/group_table.py": (
        "board/groups/many_groups",
        "board/groups/groups",
        "board/groups/colliding_groups",
    ),
    "board/groups/listing.py": (
        "board/groups/many_groups",
        "board/groups/groups",
        "board/groups/group_order",
    ),
    "board/groups/contrast.py": ("board/groups/contrast", "board/groups/group"),
    "board/groups/prefixes.py": ("board/groups/group",),
    "board/groups/detail.py::side_of|_shown|_mean|_rows": ("board/groups/group",),
    "board/compare/s*.py": ("board/compare/digits", "board/compare/compare"),
    "board/compare/group_sums.py": ("board/compare/group_metrics", "board/compare/compare"),
    "board/compare/listed_prompts.py": ("board/compare/digits", "board/compare/compare"),
    "board/prompts/pass_curves.py": ("board/prompts/prompt_pages", "board/prompts/prompts"),
    "board/prompts/listing.py": ("board/prompts/prompt_pages", "board/prompts/prompts"),
    "board/prompts/detail.py": ("board/prompts/prompt",),
    "board/prompts/histories/[!hs]*.py": ("board/prompts/prompt_history", "board/prompts/prompts"),
    "board/prompts/histories/s[!a]*.py": (
        "board/prompts/prompt_history",
        "board/prompts/prompts",
        "board/prompts/saved",
    ),
    "board/prompts/histories/saved_histories.py": ("board/prompts/saved",),
    "board/alignment/boundary_shift.py": ("board/alignment/boundary_shift", "board/alignment/align"),
    "board/alignment/matches.py": ("board/alignment/matches", "board/alignment/align"),
    "board/alignment/a*.py": ("board/alignment/align",),
    "board/alignment/units.py": ("board/alignment/units", "board/alignment/align"),
    "board/alignment/semantic_cleanup.py": ("board/alignment/semantic_cleanup", "board/alignment/align"),
    "board/alignment/moves.py": ("board/alignment/moves", "board/alignment/align"),
    "writing/steps/step_means.py": ("writer_formulas",),
}
"""Where formulas stand, as patterns below the package (and of functions, where the rest of the file has none), and the
tests that they have, the likeliest to fail first."""
