"""The groups of one page with their members, prompts and distinct responses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tensorboard_plugin_rlboard.api.values import Value
from tensorboard_plugin_rlboard.board.groups.weights import NONE, length_sql, logged_weight
from tensorboard_plugin_rlboard.board.run_schema import GROUP_KEY, RunSchema, RunSession
from tensorboard_plugin_rlboard.board.samples.ids import sample_ids
from tensorboard_plugin_rlboard.board.sql_rows import fetch_columns
from tensorboard_plugin_rlboard.index.column_names import metric, text
from tensorboard_plugin_rlboard.metrics.thresholds import ADVANTAGE_EPSILON, HUGE
from tensorboard_plugin_rlboard.texts import TextRules

MAX_MEMBERS = 64
"""Members of one group that the list names: a larger one is a prompt that stands everywhere, and `size` says so."""
Columns = dict[str, Sequence[Value]]


@dataclass(frozen=True)
class GroupPage:
    """Groups in the order of the answer.

    Attributes:
        split: theirs.
        rows: step, attempt, g (the key), kind, size, rewards, mean, std, low, high, length, weight and step_weight.
    """

    split: str
    rows: dict[str, list[Any]]

    @property
    def source(self) -> str:
        """SQL of the keys and places (`turn`) of the page, bound to `values`."""
        return "(SELECT unnest(?) AS p_step, unnest(?) AS p_attempt, unnest(?) AS p_group, unnest(?) AS turn)"

    @property
    def values(self) -> list[object]:
        """What is bound in `source`."""
        steps = self.rows["step"]
        return [steps, self.rows["attempt"], self.rows["g"], list(range(len(steps)))]

    def members_of(self, table: str) -> str:
        """SQL of the samples of these groups beside their `turn`, bound to `member_values`."""
        # Written out, the steps let the database pass over what holds no row of them.
        steps = ", ".join(str(int(step)) for step in sorted(set(self.rows["step"]))) or "NULL"
        samples = f"(SELECT rowid, * FROM {table} WHERE split = ? AND step IN ({steps}))"
        return (
            f"{self.source} JOIN {samples} ON step = p_step AND attempt = p_attempt AND {GROUP_KEY} = p_group"
        )

    @property
    def member_values(self) -> list[object]:
        """What is bound in `members_of`."""
        return [*self.values, self.split]


def page_columns(session: RunSession, page: GroupPage, rules: TextRules) -> tuple[Columns, Columns]:
    """The columns of /groups: one row a group, and one row a member."""
    rows, members = page.rows, _members(session, page)
    firsts = _first_members(members, len(rows["step"]))
    prompts = _prompts(session, [members["rowid"][at] for at in firsts])
    shares = [
        None if not total or weight is None else weight / total
        for weight, total in zip(rows["weight"], rows["step_weight"], strict=True)
    ]
    columns: Columns = {
        "step": rows["step"],
        "attempt": rows["attempt"],
        "group": rows["g"],
        "prompt_key": [members["prompt_key"][at] for at in firsts],
        "prompt": [rules.list_cell("prompt", prompt) for prompt in prompts],
        "kind": rows["kind"],
        "size": rows["size"],
        "rewarded": rows["rewards"],
        "reward_mean": rows["mean"],
        "reward_std": rows["std"],
        "reward_min": rows["low"],
        "reward_max": rows["high"],
        "length_mean": rows["length"],
        "length_min": [members["shortest"][at] for at in firsts],
        "length_max": [members["longest"][at] for at in firsts],
        "distinct": [members["distinct"][at] for at in firsts],
        "weight": rows["weight"],
        "share": shares,
        "step_weight": rows["step_weight"],
    }
    return columns, member_columns(session, rows, members)


def _members(session: RunSession, page: GroupPage) -> dict[str, list[Any]]:
    """The first members of each group as logged, each with what is told of its whole group: lengths, distinct responses."""
    schema = session.schema
    order, length = 'line_offset, file, "row"', length_sql(schema)
    return fetch_columns(
        session.cursor,
        f"SELECT turn, rowid, prompt_key, {member_fields(schema)}, "
        f"min({length}) OVER whole AS shortest, max({length}) OVER whole AS longest, "
        f'count(DISTINCT hash({text("response")})) OVER whole AS "distinct" FROM {page.members_of(schema.table)} '
        f"WINDOW whole AS (PARTITION BY turn) "
        f"QUALIFY row_number() OVER (PARTITION BY turn ORDER BY {order}) <= {MAX_MEMBERS} ORDER BY turn, {order}",
        page.member_values,
    )


def member_fields(schema: RunSchema) -> str:
    """SQL of what `member_columns` needs of each sample."""
    logged = schema.logged_advantage or NONE
    return (
        f'file, line_offset, "row", {metric("reward")} AS reward, {logged} AS logged, {metric("truncated")} AS cut, '
        f"{logged_weight(schema)} AS logged_weight, {length_sql(schema)} AS length"
    )


def _first_members(members: dict[str, list[Any]], groups: int) -> list[int]:
    """Where the members of each group begin."""
    firsts: dict[int, int] = {}
    for at, turn in enumerate(members["turn"]):
        firsts.setdefault(turn, at)
    return [firsts[turn] for turn in range(groups)]


def _prompts(session: RunSession, rowids: list[int]) -> list[Any]:
    """The prompts of some rows, in their order."""
    table = session.schema.table
    found = session.cursor.execute(
        f"SELECT {text('prompt')} FROM (SELECT unnest(?) AS place, unnest(?) AS turn) "
        f"JOIN {table} ON {table}.rowid = place ORDER BY turn",
        [rowids, list(range(len(rowids)))],
    ).fetchall()
    return [row[0] for row in found]


def member_columns(session: RunSession, rows: dict[str, list[Any]], members: dict[str, list[Any]]) -> Columns:
    """What both answers say of members.

    Args:
        session: their run.
        rows: `rewards`, `mean` and `std` of each group.
        members: `turn` (the place of the group), file, line_offset, row, reward, logged (advantage), logged_weight, length and
            cut of each.
    """
    advantages, weights = [], []
    for turn, reward, logged, weight, length in zip(
        *(members[name] for name in ("turn", "reward", "logged", "logged_weight", "length")), strict=True
    ):
        advantage = logged if logged is not None else _advantage(rows, turn, reward)
        advantages.append(advantage)
        computed = None if advantage is None or length is None else abs(advantage) * length
        weights.append(computed if weight is None else weight)
    places = zip(members["file"], members["line_offset"], members["row"], strict=True)
    return {
        "row": members["turn"],
        "id": sample_ids(session.run, places),
        "reward": members["reward"],
        "advantage": advantages,
        "length": members["length"],
        "truncated": [None if cut is None else cut > 0 for cut in members["cut"]],
        "weight": weights,
    }


def _advantage(rows: dict[str, list[Any]], turn: int, reward: float | None) -> float | None:
    """The advantage of a member by the mean and deviation of its group, as `RunSchema.group_columns`."""
    if reward is None or not abs(reward) < HUGE or rows["rewards"][turn] < 2:
        return None
    return float((reward - rows["mean"][turn]) / (rows["std"][turn] + ADVANTAGE_EPSILON))
