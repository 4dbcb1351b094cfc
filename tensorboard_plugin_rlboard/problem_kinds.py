"""What each kind of problem is called where a person reads it: in the tab, in findings, in `rlboard doctor`.

The tab's list is `frontend/src/i18n/problemKinds.json`, which `make sentences` writes from this one.
"""

from __future__ import annotations

from collections.abc import Mapping

PROBLEM_KINDS = {
    "bad_json": "lines that are no JSON",
    "not_an_object": "lines that are no object",
    "empty_object": "lines with an empty object",
    "no_sample": "lines without a sample",
    "repeated_line": "lines that repeat the one before",
    "no_response": "rows without a response",
    "failed_rollout": "rollouts that failed",
    "not_of_format": "rows that do not fit the format",
    "not_indexed": "lines that could not be indexed",
    "bad_utf8": "bytes that are no text",
    "lone_surrogate": "halves of surrogate pairs",
    "key_twice": "keys or columns that stand twice",
    "damaged_archive": "files that break off",
    "rows_left_out": "rows that are none of the table",
    "reward_lost": "files whose later samples have no reward",
    "read_anew": "files that were read anew",
    "no_step": "samples without a step",
    "odd_groups": "groups that are none",
    "odd_split": "splits of unknown names",
    "not_a_number": "values that are no numbers",
    "not_an_array": "values that are no lists",
    "number_as_text": "numbers written as text",
    "list_as_text": "lists written as text",
    "too_many_keys": "keys beyond the limit",
    "length_mismatch": "values that do not fit the tokens",
    "no_logprob": "log-probabilities above 0",
    "vanished": "files that are gone",
    "no_key": "lines whose key is missing",
    "no_value": "lines with nothing to join",
    "repeated_key": "lines that contradict each other",
    "further_problems": "further problems",
    "unmatched": "values that match no sample",
    "not_annotated": "annotations that could not be used",
    "too_long": "annotations that are too long",
    "unreadable": "files that cannot be read",
    "not_joined": "files that could not be joined",
    "no_file": "files that do not exist",
    "no_run": "runs that do not exist",
}
"""Kind, as problems are stored and answered -> what it is called, in the plural."""


def kind_words(kind: str) -> str:
    """What a kind of problem is called. One that is not known (of an index that a newer version wrote) is its name."""
    return PROBLEM_KINDS.get(kind, kind.replace("_", " "))


def most_frequent(problems: Mapping[str, int], at_most: int) -> str:
    """The most frequent kinds of problems with how many there are: `9 × lines that are no JSON, 1 × …`."""
    most = sorted(problems.items(), key=lambda item: (-item[1], item[0]))[:at_most]
    return ", ".join(f"{count:,} × {kind_words(kind)}" for kind, count in most)
