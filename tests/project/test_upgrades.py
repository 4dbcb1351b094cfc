from __future__ import annotations

import upgrades


def test_the_same_answers_are_the_same_up_to_last_digits() -> None:
    one = {"revision": 1, "x": [0.1 + 0.2, None, "a"], "n": 3}
    assert upgrades.same(one, {"revision": 9, "x": [0.3, None, "a"], "n": 3})
    for other in (
        {"x": [0.31, None, "a"], "n": 3},
        {"x": [0.3, None], "n": 3},
        {"x": [0.3, None, "a"]},
        {"x": [0.3, None, "b"], "n": 3},
    ):
        assert not upgrades.same(one, other), other


def test_an_answer_that_is_missing_or_other_is_named() -> None:
    found = upgrades.differences("a over b", {"r /steps": 1, "r /samples": 2}, {"r /steps": 1})
    assert found == ["a over b: r /samples"]
    assert upgrades.differences("a over b", {"r /steps": 1}, {"r /steps": 1}) == []
