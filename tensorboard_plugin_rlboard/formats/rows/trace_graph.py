"""The message graph of a trace: its branches, and what each of them logs for every token of the response.

A trace keeps each message once, as a node that names its parent and holds only the tokens that it adds. So a path from
the root to a leaf is one conversation, and the tokens along it are what the model saw. Values are logged for the
sampled tokens of a node only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tensorboard_plugin_rlboard.formats.conversations.messages import Message, as_messages
from tensorboard_plugin_rlboard.formats.rows.column_batches import token_ids

Node = Mapping[str, object]

_ARRAYS = {
    "rollout_logprobs": "logprobs",
    "logprobs": "trainer_logprobs",
    "ref_logprobs": "reference_logprobs",
    "advantages": "advantages",
    "entropies": "entropies",
}
_MOST = 256
"""Branches of one trace that are shown; a path is copied for each."""


@dataclass(frozen=True)
class Branch:
    """One conversation of a trace.

    Attributes:
        index: positions of its nodes in the trace, from the root on.
        nodes: the nodes themselves.
        sampled: which of them the model made.
    """

    index: list[int]
    nodes: list[Node]
    sampled: list[bool]

    def last(self) -> Node:
        """The last node that the model made."""
        return next(node for node, made in zip(self.nodes[::-1], self.sampled[::-1], strict=True) if made)

    def messages(self) -> tuple[list[Message], list[Message]]:
        """Prompt and response; a node whose message has no role is left out."""
        begin = self.sampled.index(True)
        said: tuple[list[Message], list[Message]] = ([], [])
        for i, (node, sampled) in enumerate(zip(self.nodes, self.sampled, strict=True)):
            for message in as_messages([node]) or ():
                said[i >= begin].append({**message, "sampled": sampled})
        return said


@dataclass
class TokenData:
    """The tokens of a response.

    Attributes:
        ids: token ids from the first sampled one on.
        mask: which of them the model sampled.
        arrays: our token metric -> one value a token, None where none was logged.
        problems: one sentence for each thing that is left out.
    """

    ids: list[int] = field(default_factory=list)
    mask: list[bool] = field(default_factory=list)
    arrays: dict[str, list[object]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def branches(nodes: object) -> tuple[list[Branch], list[str]]:
    """The branches of a trace that hold something sampled, and a sentence for each thing that is left out.

    A branch whose sampled messages are all part of a longer one (a tool result that was asked for again) is none of
    its own.
    """
    listed = [node if isinstance(node, Mapping) else {} for node in nodes] if isinstance(nodes, list) else []
    sampled = _sampled(listed)
    parents = [_parent(i, node) for i, node in enumerate(listed)]
    inner = set(parents)
    # A node's last sampled message, itself or above: parents come first.
    last: list[int | None] = []
    for i, parent in enumerate(parents):
        last.append(i if sampled[i] else None if parent is None else last[parent])
    ends: dict[int, int] = {}
    for leaf in range(len(listed)):
        end = last[leaf]
        if leaf not in inner and end is not None:
            ends[end] = leaf
    passed: set[int] = set()
    for end in ends:
        above = end
        while (parent := parents[above]) is not None and (before := last[parent]) is not None:
            if before in passed:
                break
            passed.add(above := before)
    found = [leaf for end, leaf in sorted(ends.items()) if end not in passed]
    problems = []
    if len(found) > _MOST:
        problems.append(f"A trace has {len(found)} branches; the last {_MOST} are shown.")
    lost = sum(
        node.get("parent") is not None and parent is None
        for node, parent in zip(listed, parents, strict=True)
    )
    if lost:
        problems.append(
            f"Messages whose parent is no message before them: {lost}; each begins a conversation."
        )
    return [_branch(listed, sampled, parents, leaf) for leaf in found[-_MOST:]], problems


def _branch(nodes: list[Node], sampled: list[bool], parents: list[int | None], leaf: int) -> Branch:
    index: list[int] = []
    at: int | None = leaf
    while at is not None:
        index.append(at)
        at = parents[at]
    index.reverse()
    return Branch(index, [nodes[i] for i in index], [sampled[i] for i in index])


def _sampled(nodes: Sequence[Node]) -> list[bool]:
    """What the model made; where no node says so, what an assistant says."""
    if any("sampled" in node for node in nodes):
        return [node.get("sampled") is True for node in nodes]
    messages = [node.get("message") for node in nodes]
    return [isinstance(message, Mapping) and message.get("role") == "assistant" for message in messages]


def _parent(i: int, node: Node) -> int | None:
    """The parent of a node; None for a root, and for a number that is no node before it."""
    parent = node.get("parent")
    return parent if isinstance(parent, int) and not isinstance(parent, bool) and 0 <= parent < i else None


def token_data(branch: Branch) -> TokenData:
    """What a branch logs for each token of its response; without ids where it has none."""
    found = TokenData()
    ids = [token_ids(node.get("token_ids")) or [] for node in branch.nodes]
    masks = [
        _mask(node, len(own), sampled, found.problems)
        for node, own, sampled in zip(branch.nodes, ids, branch.sampled, strict=True)
    ]
    mask = [kept for own in masks for kept in own]
    if True not in mask:
        return found
    begin = mask.index(True)
    without = sum(not own for own, sampled in zip(ids, branch.sampled, strict=True) if sampled)
    if without:
        found.problems.append(f"Tokens are logged for all but {without} of the sampled messages.")
    found.ids = [i for own in ids for i in own][begin:]
    found.mask = mask[begin:]
    for ours, theirs in _ARRAYS.items():
        values = [
            value
            for node, own in zip(branch.nodes, masks, strict=True)
            for value in _spread(node, theirs, own, found)
        ]
        _keep(found, ours, values[begin:])
    for name in dict.fromkeys(name for node in branch.nodes for name in _weights(node)):
        values = []
        for node, own in zip(branch.nodes, ids, strict=True):
            logged = _weights(node).get(name)
            values += logged if isinstance(logged, list) and len(logged) == len(own) else [None] * len(own)
        _keep(found, f"{name}_weights", values[begin:])
    return found


def _keep(found: TokenData, name: str, values: list[object]) -> None:
    if any(value is not None for value in values):
        found.arrays[name] = values


def _mask(node: Node, size: int, sampled: bool, problems: list[str]) -> list[bool]:
    mask = node.get("mask")
    if isinstance(mask, list) and len(mask) == size:
        return [*map(bool, mask)]
    if mask:
        problems.append(f"A message has {size} tokens and a mask of another length, which is not used.")
    if not sampled:
        return [False] * size
    logged = node.get("logprobs")  # a sampled message ends with what was sampled
    kept = len(logged) if isinstance(logged, list) and 0 < len(logged) <= size else size
    return [False] * (size - kept) + [True] * kept


def _spread(node: Node, key: str, mask: list[bool], found: TokenData) -> list[object]:
    """Values over the sampled tokens of a message, laid onto all of its tokens."""
    values = node.get(key)
    if not isinstance(values, list) or not values:
        return [None] * len(mask)
    kept = sum(mask)
    if len(values) != kept:
        found.problems.append(
            f"A message has {kept} sampled tokens and {len(values)} {key}, which are left out."
        )
        return [None] * len(mask)
    if all(mask[-kept:]):  # as it is written: markers first, then what was sampled
        return [*[None] * (len(mask) - kept), *values]
    rest = iter(values)
    return [next(rest) if own else None for own in mask]


def _weights(node: Node) -> Mapping[str, object]:
    weights = node.get("loss_weights")
    return weights if isinstance(weights, Mapping) else {}
