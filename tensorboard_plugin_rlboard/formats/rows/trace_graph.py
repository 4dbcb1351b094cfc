"""Reads the message graph of a trace: its branches, and the token arrays of each branch's response.

A trace keeps each message once, as a node that names its parent and holds only the tokens that it adds. So a path from
the root to a leaf is one conversation, and the tokens along it are what the model saw. Values are logged for the
sampled tokens of a node only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from tensorboard_plugin_rlboard.formats.base import Row
from tensorboard_plugin_rlboard.formats.conversations.messages import Message, as_messages
from tensorboard_plugin_rlboard.formats.rows.column_batches import as_token_ids
from tensorboard_plugin_rlboard.formats.rows.trace_annotations import aligned_streams, branch_streams
from tensorboard_plugin_rlboard.texts import plural

Node = Mapping[str, object]

_ARRAYS = {
    "rollout_logprobs": "logprobs",
    "logprobs": "trainer_logprobs",
    "ref_logprobs": "reference_logprobs",
    "advantages": "advantages",
    "entropies": "entropies",
}
_MAX_BRANCHES = 256
"""Branches of one trace that become samples; a path is copied for each."""


@dataclass(frozen=True)
class Branch:
    """One conversation of a trace: the path from the root to a leaf.

    Attributes:
        index: its number among all leaves of the trace, in the order of the nodes.
        node_indices: positions of its nodes in the trace, from the root on.
        nodes: the nodes themselves.
        sampled: which of them the model made.
    """

    index: int
    node_indices: list[int]
    nodes: list[Node]
    sampled: list[bool]

    def last_sampled_node(self) -> Node:
        """The last node that the model made."""
        return next(
            node for node, is_sampled in zip(self.nodes[::-1], self.sampled[::-1], strict=True) if is_sampled
        )

    def prompt_and_response(self) -> tuple[list[Message], list[Message]]:
        """The messages before the first sampled one, and the others; a node whose message has no role is left out."""
        begin = self.sampled.index(True)
        sides: tuple[list[Message], list[Message]] = ([], [])
        for i, (node, sampled) in enumerate(zip(self.nodes, self.sampled, strict=True)):
            for message in as_messages([node]) or ():
                sides[i >= begin].append({**message, "sampled": sampled})
        return sides


@dataclass
class ResponseTokens:
    """The tokens of a branch's response.

    Attributes:
        ids: token ids from the first sampled one on.
        mask: which of them the model sampled.
        arrays: array field -> one value a token, None where none was logged.
        problems: one sentence for each thing that is left out.
    """

    ids: list[int] = field(default_factory=list)
    mask: list[bool] = field(default_factory=list)
    arrays: dict[str, list[object]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def find_branches(nodes: object) -> tuple[list[Branch], list[str]]:
    """Find the branches of a trace that hold a sampled message; also one sentence for each thing that is left out.

    A branch whose sampled messages all belong to a longer branch (a tool result that was requested again) is left out.
    """
    listed = [node if isinstance(node, Mapping) else {} for node in nodes] if isinstance(nodes, list) else []
    sampled = _sampled_nodes(listed)
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
    if len(found) > _MAX_BRANCHES:
        problems.append(f"A trace has {len(found):,} branches; the last {_MAX_BRANCHES:,} are shown.")
    lost = sum(
        node.get("parent") is not None and parent is None
        for node, parent in zip(listed, parents, strict=True)
    )
    if lost:
        problems.append(
            f"Messages whose parent is no message before them: {lost:,}; each begins a conversation."
        )
    numbers = {leaf: number for number, leaf in enumerate(_leaves(parents))}
    shown = found[-_MAX_BRANCHES:]
    return [_branch(numbers[leaf], listed, sampled, parents, leaf) for leaf in shown], problems


def count_leaves(nodes: object) -> int:
    """How many leaves a trace has, those that hold nothing of the model among them."""
    listed = nodes if isinstance(nodes, list) else []
    return len(
        _leaves([_parent(i, node if isinstance(node, Mapping) else {}) for i, node in enumerate(listed)])
    )


def _leaves(parents: Sequence[int | None]) -> list[int]:
    """The nodes that are no parent, in their order."""
    inner = set(parents)
    return [node for node in range(len(parents)) if node not in inner]


def _branch(
    number: int, nodes: list[Node], sampled: list[bool], parents: list[int | None], leaf: int
) -> Branch:
    index: list[int] = []
    at: int | None = leaf
    while at is not None:
        index.append(at)
        at = parents[at]
    index.reverse()
    return Branch(number, index, [nodes[i] for i in index], [sampled[i] for i in index])


def _sampled_nodes(nodes: Sequence[Node]) -> list[bool]:
    """Which nodes the model made; where no node says so, those of an assistant."""
    if any("sampled" in node for node in nodes):
        return [node.get("sampled") is True for node in nodes]
    messages = [node.get("message") for node in nodes]
    return [isinstance(message, Mapping) and message.get("role") == "assistant" for message in messages]


def _parent(i: int, node: Node) -> int | None:
    """The parent of a node; None for a root, and for a number that is no node before it."""
    parent = node.get("parent")
    return parent if isinstance(parent, int) and not isinstance(parent, bool) and 0 <= parent < i else None


def response_tokens(branch: Branch, annotations: Sequence[Row] = ()) -> ResponseTokens:
    """Read the tokens of a branch's response and their arrays; without ids where none are logged.

    Args:
        branch: the branch.
        annotations: what was logged of its trace later; counts before what stands in the nodes.
    """
    tokens = ResponseTokens()
    ids = [as_token_ids(node.get("token_ids")) or [] for node in branch.nodes]
    masks = [
        _mask(node, len(own), sampled, tokens.problems)
        for node, own, sampled in zip(branch.nodes, ids, branch.sampled, strict=True)
    ]
    mask = list(chain.from_iterable(masks))
    if True not in mask:
        return tokens
    begin = mask.index(True)
    without = sum(not own for own, sampled in zip(ids, branch.sampled, strict=True) if sampled)
    if without:
        tokens.problems.append(f"Tokens are logged for all but {without} of the sampled messages.")
    tokens.ids = list(chain.from_iterable(ids))[begin:]
    tokens.mask = mask[begin:]
    for ours, theirs in _ARRAYS.items():
        if any(node.get(theirs) for node in branch.nodes):  # most are logged by no node, or by all
            values: list[object] = []
            for node, own in zip(branch.nodes, masks, strict=True):
                values += _spread_over_mask(node, theirs, own, tokens)
            _add_array(tokens, ours, values[begin:])
    for name in dict.fromkeys(name for node in branch.nodes for name in _loss_weights(node)):
        values = []
        for node, of_node in zip(branch.nodes, ids, strict=True):
            logged, size = _loss_weights(node).get(name), len(of_node)
            values += logged if isinstance(logged, list) and len(logged) == size else [None] * size
        _add_array(tokens, f"{name}_weights", values[begin:])
    streams = branch_streams(annotations, branch.index)
    annotated, problems = aligned_streams(streams, len(mask), begin, tokens.mask)
    tokens.problems += problems
    for name, values in annotated.items():
        _add_array(tokens, name, values)
    return tokens


def _add_array(tokens: ResponseTokens, name: str, values: list[object]) -> None:
    if any(value is not None for value in values):
        tokens.arrays[name] = values


def _mask(node: Node, size: int, sampled: bool, problems: list[str]) -> list[bool]:
    mask = node.get("mask")
    if isinstance(mask, list) and len(mask) == size:
        return [*map(bool, mask)]
    if mask:
        problems.append(
            f"A message has {size:,} {plural(size, 'token', 'tokens')} and a mask of another length, which is not used."
        )
    if not sampled:
        return [False] * size
    logged = node.get("logprobs")  # a sampled message ends with what was sampled
    kept = len(logged) if isinstance(logged, list) and 0 < len(logged) <= size else size
    return [False] * (size - kept) + [True] * kept


def _spread_over_mask(node: Node, key: str, mask: list[bool], tokens: ResponseTokens) -> list[object]:
    """Spread values of a message's sampled tokens over all of its tokens, None for the others."""
    values = node.get(key)
    if not isinstance(values, list) or not values:
        return [None] * len(mask)
    kept = mask.count(True)
    if len(values) != kept:
        tokens.problems.append(
            f"A message has {kept:,} sampled {plural(kept, 'token', 'tokens')} and {len(values):,} {key}, which are left out."
        )
        return [None] * len(mask)
    if False not in mask[-kept:]:  # as it is written: markers first, then what was sampled
        return [*[None] * (len(mask) - kept), *values]
    rest = iter(values)
    return [next(rest) if own else None for own in mask]


def _loss_weights(node: Node) -> Mapping[str, object]:
    weights = node.get("loss_weights")
    return weights if isinstance(weights, Mapping) else {}
