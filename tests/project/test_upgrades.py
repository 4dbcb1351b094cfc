from __future__ import annotations

import upgrades

ONE = {"revision": 1, "x": [0.1 + 0.2, None, "a"], "n": 3}


def test_answers_are_the_same_up_to_last_digits() -> None:
    assert upgrades.difference(ONE, {"revision": 9, "x": [0.3, None, "a"], "n": 3.0}) == ""


def test_where_answers_differ_is_said() -> None:
    for other, where in (
        ({"x": [0.31, None, "a"], "n": 3}, ".x[0]: 0.30000000000000004 and 0.31"),
        ({"x": [0.3, None], "n": 3}, ".x: "),
        ({"x": [0.3, None, "a"]}, ".n: 3 and None"),
        ({"x": [0.3, 1, "a"], "n": 3}, ".x[1]: None and 1"),
    ):
        assert upgrades.difference(ONE, other).startswith(where), other


def test_an_answer_that_is_missing_or_other_is_named() -> None:
    found = upgrades.differences("a over b", {"r /steps": 1, "r /samples": 2}, {"r /steps": 1})
    assert found == ["a over b: r /samples: 2 and None"]
    assert upgrades.differences("a over b", {"r /steps": 1}, {"r /steps": 1}) == []
