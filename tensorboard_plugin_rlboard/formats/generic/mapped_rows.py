"""Reads the samples of rows that a mapping describes and that are not flat: paths, conversations, ids, several samples."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from tensorboard_plugin_rlboard.formats.arrays.number_values import token_ids
from tensorboard_plugin_rlboard.formats.arrays.prompt_tokens import PROMPT_TOKENS, without_prompt
from tensorboard_plugin_rlboard.formats.base import ARRAY_KEYS, LineContext, LineSamples, Row
from tensorboard_plugin_rlboard.formats.conversations.chat_markers import split_whole_chat
from tensorboard_plugin_rlboard.formats.conversations.messages import (
    messages_to_text,
    split_conversation,
    with_last_sampled,
)
from tensorboard_plugin_rlboard.formats.conversations.span_texts import SPAN_KEYS, said_in
from tensorboard_plugin_rlboard.formats.generic.fields import (
    COLUMN_PREFIX,
    DERIVED_FIELDS,
    FIELDS,
    MASK_FIELD,
    RESPONSE_FIELDS,
)
from tensorboard_plugin_rlboard.formats.generic.key_paths import (
    AFTER,
    EITHER,
    ENTRIES,
    getter,
    is_of_each,
    keys_read,
    rest_after,
)
from tensorboard_plugin_rlboard.formats.generic.named_members import add_group, name_groups
from tensorboard_plugin_rlboard.formats.generic.row_members import Member, RowMembers
from tensorboard_plugin_rlboard.formats.generic.text_turns import as_history, texts_as_turns
from tensorboard_plugin_rlboard.formats.generic.turns import as_conversation, tokens_of_turns
from tensorboard_plugin_rlboard.formats.rows.column_batches import ids_as_text
from tensorboard_plugin_rlboard.formats.rows.step_tokens import are_steps_with_ids
from tensorboard_plugin_rlboard.words import PROMPT, WHOLE_TOKEN_IDS, plain, snake_case

_OF_EACH_ONLY = (*RESPONSE_FIELDS, "reward", "ref_response", "ref_reward")
"""Fields of which each sample of a row needs a value of its own."""
_PROMPTS = frozenset(map(plain, PROMPT))
_TOKENS = frozenset({"response_tokens", "response_token_ids", MASK_FIELD, *ARRAY_KEYS})
_WHOLE_IDS = frozenset(map(plain, WHOLE_TOKEN_IDS))
_Value = Callable[[str], object]


class MappedRows:
    """Makes the samples of rows.

    Args:
        keys: field -> path.
        are_groups: whether each row is a group, so that equal prompts of other rows are another one.
    """

    def __init__(self, keys: Mapping[str, str], *, are_groups: bool = False) -> None:
        self._keys = keys
        response, _, beginning = keys.get("response", "").partition(AFTER)
        self._answers_last = bool(beginning) and beginning == response  # after examples in one text
        self._beginning = getter(beginning) if beginning and not self._answers_last else None
        keys = {**keys, "response": response} if beginning else keys
        self._follows_examples = self._answers_last and keys.get("messages") == response
        if self._follows_examples:
            keys = {name: path for name, path in keys.items() if name != "response"}
        self._is_in_one = "response" in keys and (self._answers_last or keys.get("prompt") == response)
        named = {name.removeprefix(COLUMN_PREFIX) for name in keys}
        self._named = frozenset(named | {"prompt", "response", "response_tokens"})
        each = {name: path for name, path in keys.items() if is_of_each(path)}
        self._members = RowMembers(each) if each else None
        self._shared = {name: _getter_of_said(path) for name, path in keys.items() if name not in each}
        self._holds_response = frozenset(
            part.partition(".")[0] for part in keys.get("response", "").split(EITHER)
        )
        is_asked = "messages" in keys and "response" in keys  # a conversation that all responses go on from
        self._of_each_only = [name for name in _OF_EACH_ONLY if not (is_asked and name == "messages")]
        self._used = frozenset(key for name in self._shared for key in keys_read(keys[name]))
        # An object with the ids of a response is no text of it.
        of_ids = (keys.get(name, "").partition(".") for name in ("response_token_ids", "prompt_token_ids"))
        self._holds_ids = frozenset(key for key, _, inner in of_ids if inner)
        ids = keys.get("response_token_ids", "").removesuffix(ENTRIES).rpartition(".")[2]
        self._has_whole_ids = plain(snake_case(ids)) in _WHOLE_IDS
        # Equal prompts of one step are a group anyway.
        is_told = bool(keys.get("step")) and "prompt" in keys and not are_groups
        self._needs_group = not keys.get("group_id") and not is_told

    def to_samples(self, row: Row, context: LineContext) -> LineSamples:
        """The samples of a row.

        Raises:
            ValueError: the row has no list of rollouts where the mapping has one, or too much in it.
        """
        problems: list[str] = []
        if self._members is None:
            shared = {name: value_of(row) for name, value_of in self._shared.items()}
            self._cut_beginning(row, shared)
            sample = self._plain_sample(row.items(), shared)
            self._complete(sample, shared.get, context, problems)
            if not self._holds_response.isdisjoint(row):
                sample.setdefault("response", None)  # nothing there: a rollout that failed
            return LineSamples([sample], problems)
        members = self._members.of(row, problems)
        shared = {name: value_of(row) for name, value_of in self._shared.items()}
        if len(members) > 1:
            of_all = [name for name in self._of_each_only if shared.pop(name, None) is not None]
            problems += [_of_all(self._keys[name], len(members)) for name in of_all]
        around = [(key, value) for key, value in row.items() if not self._members.takes(key)]
        if len(members) > 1:
            around, of_all = _without_own_fields(around, self._of_each_only)
            problems += [_of_all(key, len(members)) for key in of_all]
        for fields, _ in members:
            self._cut_beginning(row, fields)
        rows = [self._member_sample(around, shared, member, context, problems) for member in members]
        if not name_groups(rows, self._members.base) and len(rows) > 1 and self._needs_group:
            others = _other_prompts(around, len(rows))
            if others:
                problems.append(
                    f"{others} has another number of entries than the line has samples: which is whose is not said, so "
                    "they are shown without prompt and group."
                )
            else:
                add_group(rows)
        return LineSamples(rows, list(dict.fromkeys(problems)))

    def _cut_beginning(self, row: Row, fields: dict[str, object]) -> None:
        """Cut the prompt from a response, if the mapping says that it begins with it or holds both."""
        if self._beginning is not None and "response" in fields:
            fields["response"] = rest_after(fields["response"], self._beginning(row))
        elif self._is_in_one and isinstance(text := fields.get("response"), str):
            fields["prompt"], fields["response"] = split_whole_chat(text, only_last=self._answers_last) or (
                None,
                text,
            )

    def _member_sample(
        self,
        around: Sequence[tuple[str, object]],
        shared: Mapping[str, object],
        member: Member,
        context: LineContext,
        problems: list[str],
    ) -> dict[str, object]:
        """One sample of a row: its own values count before those around it."""
        fields, further = member
        values = {**shared, **fields}
        sample = self._plain_sample([*around, *further.items()], values)
        self._complete(sample, values.get, context, problems)
        if "response" in fields:
            sample.setdefault("response", None)  # nothing there: a rollout that failed
        return sample

    def _plain_sample(
        self, items: Iterable[tuple[str, object]], values: Mapping[str, object]
    ) -> dict[str, object]:
        """The fields as they are, and every further key under its own name."""
        sample: dict[str, object] = {}
        for key, value in items:
            if key not in self._used:
                clashes = key in self._named and not (key in FIELDS and key not in self._keys)
                clashes |= key in self._holds_ids
                sample[f"logged.{key}" if clashes else key] = value
        for name, value in values.items():
            if value is not None and name not in DERIVED_FIELDS:
                sample[name.removeprefix(COLUMN_PREFIX)] = value
        return sample

    def _complete(
        self, sample: dict[str, object], value_of: _Value, context: LineContext, problems: list[str]
    ) -> None:
        """Add the fields that are derived from a conversation and from token ids."""
        if "messages" in self._keys:
            self._add_conversation(sample, value_of("messages"), problems)
            if _TOKENS.isdisjoint(self._keys):
                of_turns = tokens_of_turns(value_of("messages"), context, problems)
                sample |= of_turns | ({"prompt": sample["prompt"]} if "prompt" in sample else {})
        for name, text_field in (("response_token_ids", "response"), ("prompt_token_ids", "prompt")):
            if name in self._keys:
                self._add_ids(sample, name, text_field, value_of(name), context, problems)

    def _add_conversation(self, sample: dict[str, object], value: object, problems: list[str]) -> None:
        messages = as_history(value) or texts_as_turns(value, sample)
        if messages is None:
            if value and not are_steps_with_ids(value):
                problems.append(f"{self._keys['messages']} is no list of messages or turns; it is left out.")
            return
        messages = with_last_sampled(messages) if self._follows_examples else messages
        before, response = split_conversation(messages)
        answer = sample.get("response")
        if answer is not None and messages[-1]["role"] not in {"assistant", "tool"}:
            # All of it is what was asked, the answers of its examples as well.
            before, response = messages, []
            answer_messages = as_conversation(answer) or [{"role": "assistant", "content": answer}]
            messages = [*messages, *({**message, "sampled": True} for message in answer_messages)]
            sample["response"] = messages_to_text(answer_messages)
        prompt = sample.get("prompt")
        if isinstance(prompt, str) and not any(prompt in str(message["content"]) for message in before):
            messages = [{"role": "user", "content": prompt}, *messages]
        elif isinstance(prompt, list) and not before:
            messages = [*(as_conversation(prompt) or ()), *messages]
        sample["messages"] = messages
        for name, some in (("prompt", before), ("response", response)):
            if some:
                sample.setdefault(name, messages_to_text(some))

    def _add_ids(
        self,
        sample: dict[str, object],
        name: str,
        text_field: str,
        logged: object,
        context: LineContext,
        problems: list[str],
    ) -> None:
        if (ids := token_ids(logged)) is None:
            if logged is not None:
                problems.append(f"{self._keys[name]} is no list of token ids; it is left out.")
            return
        if name == "response_token_ids":
            ids = without_prompt(ids, sample, MASK_FIELD, is_whole=self._has_whole_ids)
            sample.setdefault("response_tokens", context.tokens(ids))
        elif ids:
            sample[PROMPT_TOKENS] = ids
        text = context.text(ids)
        if text is None and text_field == "prompt":
            text = ids_as_text(ids)  # equal prompts are a group, whatever their words are
        if text is not None:
            sample.setdefault(text_field, text)


def _getter_of_said(path: str) -> Callable[[Row], object]:
    """The function that gives the value under a path; of MLflow's spans, what is said in it."""
    value_of = getter(path)
    return (lambda row: said_in(value_of(row))) if path.endswith(SPAN_KEYS) else value_of


def _of_all(key: str, count: int) -> str:
    return f"{key} is one value for the {count:,} samples of the line; none of them has it."


def _without_own_fields(
    around: Sequence[tuple[str, object]], names: Sequence[str]
) -> tuple[list[tuple[str, object]], list[str]]:
    """The values around the samples of a row, without fields that each sample needs for itself; and the names of these."""
    of_all = [key for key, value in around if key in names and value is not None]
    return [(key, value) for key, value in around if key not in of_all], of_all


def _other_prompts(around: Sequence[tuple[str, object]], count: int) -> str:
    """The key of a list of prompts that belongs to the samples of a row in an order that nobody says; empty without one."""
    return next(
        (
            key
            for key, value in around
            if isinstance(value, list)
            and 1 < len(value) != count
            and plain(snake_case(key)) in _PROMPTS
            and all(isinstance(one, str) for one in value)
        ),
        "",
    )
