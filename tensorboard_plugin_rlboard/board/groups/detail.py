"""Answers /group: its members side by side, where they diverge, and phrases of the good that the bad do not have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean
from typing import Any

from tensorboard_plugin_rlboard.api import Group, GroupPhrase
from tensorboard_plugin_rlboard.board.finite_numbers import is_finite
from tensorboard_plugin_rlboard.board.groups.contrast import ContrastPhrase, contrast
from tensorboard_plugin_rlboard.board.groups.listing import groups, whole_steps
from tensorboard_plugin_rlboard.board.groups.member_sql import member_sql
from tensorboard_plugin_rlboard.board.groups.page_columns import MEMBER_NUMBERS, member_columns
from tensorboard_plugin_rlboard.board.groups.prefixes import alone_from, numbers_of, shared_prefix
from tensorboard_plugin_rlboard.board.groups.question import GroupQuestion, GroupsQuestion
from tensorboard_plugin_rlboard.board.groups.response_units import ends_of, words_of
from tensorboard_plugin_rlboard.board.limits.running_question import check_stopped
from tensorboard_plugin_rlboard.board.run_schema import RunSession
from tensorboard_plugin_rlboard.board.samples.decoded_samples import DecodedSamples, SampleLocation
from tensorboard_plugin_rlboard.board.selection import select_samples
from tensorboard_plugin_rlboard.board.sql_rows import fetch_columns
from tensorboard_plugin_rlboard.board.sums.group_columns import GROUP_KEY
from tensorboard_plugin_rlboard.errors import ArgumentError, UnknownError
from tensorboard_plugin_rlboard.index.column_names import text
from tensorboard_plugin_rlboard.metrics.segments import Ints
from tensorboard_plugin_rlboard.metrics.thresholds import HUGE, ZERO_ADVANTAGE_SPREAD

MAX_LIMIT = 64
MAX_LINE_BYTES = 64 * 1024 * 1024
"""Bytes of lines that are read again for the tokens of members; where there are more, words are aligned."""
MAX_CHARACTERS = 16_000_000
"""Of the responses of all members together that are looked at, each member's share from its start on."""
Rows = dict[str, list[Any]]


def group(session: RunSession, question: GroupQuestion, decoded_samples: DecodedSamples) -> Group:
    """Answers /group.

    Raises:
        ArgumentError: no step or no key is named, or a limit that is too large.
        UnknownError: the step has no such group.
    """
    if question.selection.step is None or question.selection.group is None:
        raise ArgumentError("step and group are both needed: /groups lists them.")
    if not 2 <= question.limit <= MAX_LIMIT:
        raise ArgumentError(f"limit takes 2 to {MAX_LIMIT}.")
    selection = replace(whole_steps(question.selection), group=question.selection.group)
    listed = groups(session, GroupsQuestion(selection, question.text_rules, limit=1))
    if not listed.total:
        raise UnknownError(f"Step {selection.step} of run {selection.run} has no group {selection.group}.")
    group_row = {name: column[0] for name, column in listed.columns.items()}
    with session.snapshot():
        rows = _rows(session, question)
        share = MAX_CHARACTERS // max(1, len(rows["rowid"]))
        texts = _texts(session, rows["rowid"], share)
    if not rows["rowid"]:
        raise UnknownError(
            f"Group {selection.group} of step {selection.step} is being read again; ask in a moment."
        )
    of_group: Rows = {
        "rewards": [group_row["rewarded"]],
        "mean": [group_row["reward_mean"]],
        "std": [group_row["reward_std"]],
    }
    members = member_columns(session, of_group, rows)
    responses = [question.text_rules.apply_response(each or "") for each in texts["response"]]
    sides = [
        side_of(advantage, reward, group_row["reward_mean"])
        for advantage, reward in zip(members["advantage"], members["reward"], strict=True)
    ]
    by_side = {side: [k for k, own in enumerate(sides) if own == side] for side in ("good", "bad")}
    tokens = _tokens(session, rows, decoded_samples)
    units = tokens or [_words(response) for response in responses]
    prefix = shared_prefix(units)
    cut = [not tokens and length is not None and length > share for length in texts["length"]]
    phrases = contrast(*([responses[k] for k in by_side[side]] for side in ("good", "bad")))
    return Group(
        facts=group_row,
        prompt=question.text_rules.apply_prompt(texts["prompt"][0] or ""),
        ground_truth=texts["ground_truth"][0] or None,
        unit=listed.unit,
        aligned_by="token" if tokens else "word",
        common_prefix=prefix,
        common_prefix_characters=None if tokens else _characters(responses[0], prefix),
        good=len(by_side["good"]),
        bad=len(by_side["bad"]),
        good_length=_mean([members["length"][k] for k in by_side["good"]]),
        bad_length=_mean([members["length"][k] for k in by_side["bad"]]),
        good_have=[_group_phrase(phrase) for phrase in phrases.good],
        bad_have=[_group_phrase(phrase) for phrase in phrases.bad],
        whole_texts=phrases.is_complete and not any(cut),
        members={name: column for name, column in members.items() if name != "row"}
        | {
            "side": sides,
            "units": [None if is_cut else len(own) for own, is_cut in zip(units, cut, strict=True)],
            "alone_from": alone_from(units),
        },
    )


def side_of(advantage: Any, reward: Any, mean: Any) -> str | None:
    """`good` or `bad` by the sign of the advantage, else by the reward against the mean of its group; None for neither."""
    if advantage is not None and abs(advantage) > ZERO_ADVANTAGE_SPREAD:
        return "good" if advantage > 0 else "bad"
    # A reward that is not finite counts nowhere, and makes nobody good.
    known = reward is not None and mean is not None and abs(reward) < HUGE
    if not known or not abs(reward - mean) > ZERO_ADVANTAGE_SPREAD:
        return None
    return "good" if reward > mean else "bad"


def _rows(session: RunSession, question: GroupQuestion) -> Rows:
    """The members that are shown, numbers only: those with the highest reward first, those without one last.

    Of more members than are asked for the best half and the worst half: a prompt that stands everywhere has a million.
    """
    samples = select_samples(session, question.selection)
    best, worst = (question.limit + 1) // 2, question.limit // 2
    rewarded = f"CASE WHEN {is_finite('reward')} THEN reward END"
    order = f'{rewarded} DESC NULLS LAST, reward IS NULL, line_offset, file, "row"'
    numbers = member_sql(session.schema)
    fields = ", ".join(f'{numbers[name]} AS "{name}"' for name in MEMBER_NUMBERS)
    return fetch_columns(
        session.cursor,
        f"SELECT *, row_number() OVER (ORDER BY {order}) AS place, count(*) OVER () AS of_group FROM ("
        f"SELECT rowid, 0 AS turn, line_length, annotations, {fields} "
        f"FROM {samples.table_sql} WHERE {samples.where} AND {GROUP_KEY} IS NOT NULL) "
        f"QUALIFY place <= {best} OR place > of_group - {worst} ORDER BY place",
        samples.values,
    )


def _texts(session: RunSession, rowids: list[int], most: int) -> Rows:
    """The texts of some rows, in their order; None where a row has none, or the run has no such text.

    Args:
        session: the run.
        rowids: the rows.
        most: characters of a response at most; `length` is how many it has. Of all else the first row's is taken.
    """
    table, has = session.schema.table, session.schema.text_sql
    response = text("response") if "response" in has else "CAST(NULL AS VARCHAR)"
    fields = ", ".join(
        f"CASE WHEN turn = 0 THEN {text(name) if name in has else 'NULL'} END AS {name}"
        for name in ("prompt", "ground_truth")
    )
    return fetch_columns(
        session.cursor,
        f"SELECT {fields}, left({response}, {int(most)}) AS response, length({response}) AS length "
        f"FROM (SELECT unnest(?) AS place, unnest(?) AS turn) "
        f"JOIN {table} ON {table}.rowid = place ORDER BY turn",
        [rowids, list(range(len(rowids)))],
    )


def _words(response: str) -> Ints:
    """The words of a response as numbers: the words themselves would take many times the memory of the text."""
    check_stopped()
    return numbers_of(words_of(response))


def _characters(response: str, words: int) -> int:
    """How many characters the first words of a response have."""
    return ends_of(words_of(response)[:words])[-1] if words else 0


def _tokens(session: RunSession, rows: Rows, decoded_samples: DecodedSamples) -> list[Ints]:
    """The tokens of each member as logged, as numbers; nothing where one of them has none, or they are too much to read."""
    if not session.schema.metrics or sum(rows["line_length"]) > MAX_LINE_BYTES:
        return []
    files = {file.number: file for file in tuple(session.run.files.values())}
    found: list[Ints] = []
    for file, offset, length, row, addresses in zip(
        *(rows[name] for name in ("file", "line_offset", "line_length", "row", "annotations")), strict=True
    ):
        check_stopped()
        if file not in files:
            return []
        location = SampleLocation(files[file], offset, length, row, addresses or "")
        try:
            tokens = numbers_of(decoded_samples.get(session.run, location).row.token_strings)
        except UnknownError:  # rewritten since it was indexed: it will be read again in a moment
            return []
        if not len(tokens):
            return []
        found.append(tokens)
    return found


def _mean(lengths: Sequence[Any]) -> float | None:
    finite = [float(x) for x in lengths if x is not None and abs(x) < HUGE]
    return fmean(finite) if finite else None


def _group_phrase(phrase: ContrastPhrase) -> GroupPhrase:
    return GroupPhrase(phrase.text, phrase.words, phrase.good, phrase.bad)
