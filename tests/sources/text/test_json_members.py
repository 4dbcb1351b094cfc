"""What is kept of a document while its shape is found out: the kinds of its values, not its rows."""

from __future__ import annotations

from tensorboard_plugin_rlboard.sources.text.json_members import members_of

LONG = "x" * 5_000


def test_texts_are_not_kept() -> None:
    members = members_of(
        {
            "aime_0": {"response": LONG, "reward": 1.0},
            "note": LONG,
            "rows": [{"prompt": LONG, "messages": [{"role": LONG}, LONG], "reward": 0.5}],
            "columns": ["a", "b"],
            "texts": ["a", LONG, "b"],
        }
    )
    assert (members["aime_0"].first, members["aime_0"].sample_words) == ("", ("response",))
    assert members["note"].scalar == LONG[:1_000]
    assert members["rows"].first == {"prompt": "", "messages": [{"role": None}], "reward": 0.5}
    assert members["columns"].texts == ["a", "b"]
    assert members["texts"].texts == [], "no names of columns"
    assert members["texts"].all_texts


def test_what_is_asked_of_the_first_value_is_there() -> None:
    members = members_of({"rows": {"a": [{"prompt": LONG}], "b": []}, "step": 3, "empty": []})
    assert members["rows"].first == [{"prompt": None}]
    assert (members["step"].scalar, members["empty"].first) == (3, None)
