"""What the routes answer where there is no answer."""

from __future__ import annotations

import pytest
from contract import HOME, RUN, Stack

Arguments = tuple[tuple[str, str], ...]


def test_arguments_that_cannot_be_answered_are_400_with_a_sentence(stack: Stack, ids: list[str]) -> None:
    bad: list[tuple[str, Arguments, str]] = [
        ("steps", (), "run"),
        ("steps", (("run", ""),), "run"),
        ("steps", (RUN, ("metrics", "no_such")), "no_such"),
        ("steps", (RUN, *(("metrics", f"m{i}") for i in range(101))), "at most 100 entries and has 101"),
        ("samples", (RUN, *(("columns", f"c{i}") for i in range(201))), "at most 200"),
        ("samples", (RUN, *(("pad", f"p{i}") for i in range(51))), "at most 50"),
        ("samples", (RUN, ("search", "x"), *(("in", f"i{i}") for i in range(4))), "at most 3"),
        ("samples", (RUN, ("pad", "x" * 5_000), ("pad", "y" * 5_001)), "10,000"),
        ("scalars", (RUN, *(("tag", f"t{i}") for i in range(101))), "at most 100"),
        ("scalars", (RUN, *(("scalar_run", f"r{i}") for i in range(101))), "at most 100"),
        ("steps", (RUN, ("step_min", "two")), "step_min"),
        ("steps", (RUN, ("step", "1.5")), "step"),
        ("steps", (RUN, ("step", "9" * 30)), "step"),
        ("steps", (RUN, ("split", "test")), "train or eval"),
        ("samples", (RUN, ("limit", "0")), "1 to 500"),
        ("samples", (RUN, ("limit", "501")), "1 to 500"),
        ("samples", (RUN, ("limit", "-1")), "1 to 500"),
        ("samples", (RUN, ("offset", "-1")), "offset"),
        ("samples", (RUN, ("order", "up")), "asc or desc"),
        ("samples", (RUN, ("sort", "reward; DROP TABLE run_0")), "column"),
        ("samples", (RUN, ("sort", 'reward"')), "column"),
        ("samples", (RUN, ("columns", "nope")), "nope"),
        ("samples", (RUN, ("preset", "nicest")), "best"),
        ("samples", (RUN, ("seed", "x")), "seed"),
        ("samples", (RUN, ("search", "("), ("regex", "1")), "regular expression"),
        ("samples", (RUN, ("search", "x"), ("in", "everywhere")), "prompt"),
        ("samples", (RUN, ("search", "x" * 10_001)), "10,000"),
        ("sample", (RUN,), "id"),
        ("sample", (("id", ids[0]),), "run"),
        ("tokens", (RUN, ("id", ids[0]), ("format", "xml")), "binary or json"),
        ("distribution", (RUN, ("metric", "nope")), "nope"),
        ("distribution", (RUN, ("bins", "0")), "500"),
        ("distribution", (RUN, ("bins", "501")), "500"),
        ("distribution", (RUN, ("bins", "many")), "bins"),
        ("distribution", (RUN, ("lo", "nan")), "finite"),
        ("distribution", (RUN, ("hi", "inf")), "finite"),
        ("distribution", (RUN, ("lo", "2"), ("hi", "1")), "lo"),
        ("distribution", (RUN, ("against", "yesterday")), "reference or step:N"),
        ("distribution", (RUN, ("against", "step:x")), "reference or step:N"),
        ("distribution", (RUN, ("against", "step:" + "9" * 40)), "step"),
        ("distribution", (RUN, ("metric", "k3_mean"), ("against", "reference")), "reward"),
        ("samples", (RUN, ("where", "rewrad > 0")), "reward"),
        ("samples", (RUN, ("where", "(SELECT 1) > 0")), "other tables"),
        ("steps", (RUN, ("where", "reward >")), "filter"),
        ("distribution", (RUN, ("where", "x" * 3000)), "2,000 characters"),
        ("worst_tokens", (RUN, ("metric", "reward")), "not a token metric"),
        ("worst_tokens", (RUN, ("by", "row")), "sample, token, position"),
        ("worst_tokens", (RUN, ("limit", "201")), "1 to 200"),
        ("problems", (RUN, ("limit", "1000")), "1 to 500"),
        ("problems", (), "run"),
        ("scalars", (), "run"),
    ]
    for route, pairs, says in bad:
        response = stack.get(route, *pairs)
        text = response.get_data(as_text=True)
        assert (response.status_code, response.mimetype) == (400, "text/plain"), (route, pairs, text)
        assert says in text, (route, pairs, text)
        assert len(text) < 500


def test_unknown_runs_and_samples_are_404(stack: Stack, ids: list[str]) -> None:
    for route in ("steps", "samples", "distribution", "worst_tokens", "problems", "scalars"):
        response = stack.get(route, ("run", "no/such"))
        assert response.status_code == 404, route
        assert "no/such" in response.get_data(as_text=True)
    hostile = [
        "x",
        "0000000000-0-0",
        ids[0][:-1] + "7",
        ids[0] + "0",
        ids[0].upper(),
        "../../etc/passwd",
        "' OR 1=1 --",
        "a\0b",
        "ffffffffff-ffffffffffffffff-0",
        ids[0].replace("-0-0", "-7fffffffffffffff-0"),
        ids[0].replace("-0-0", "-ffffffffffffffff-ffffffff"),
        "％",
    ]
    for route in ("sample", "tokens", "sample_with_tokens"):
        for name in hostile:
            assert stack.get(route, RUN, ("id", name)).status_code == 404, (route, name)
        assert stack.get(route, ("run", "texts"), ("id", ids[0])).status_code == 404
        assert stack.get(route, ("run", "none"), ("id", ids[0])).status_code == 404
    assert stack.get("no-such-route").status_code == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_other_methods_than_get_are_405(stack: Stack, method: str) -> None:
    assert stack.client.open(f"{HOME}runs", method=method).status_code == 405
    assert stack.client.open(f"{HOME}static/index.js", method=method).status_code == 405


def test_head_has_the_headers_of_get(stack: Stack) -> None:
    response = stack.client.head(f"{HOME}runs")
    assert response.status_code == 200
    assert "X-RLBoard-Revision" in response.headers
    assert response.get_data() == b""


def test_other_sites_are_refused(stack: Stack) -> None:
    assert stack.get("runs", **{"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert stack.get("runs", **{"Sec-Fetch-Site": "same-origin"}).status_code == 200
    assert stack.get("runs", **{"Sec-Fetch-Site": "none"}).status_code == 200
