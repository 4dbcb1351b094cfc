"""Assigns the keys of one row to our fields, by their names and the types of their values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tensorboard_plugin_rlboard.formats.generic import key_mapping
from tensorboard_plugin_rlboard.formats.generic.field_names import (
    ARRAY_NAMES,
    CONVERSATION_NAMES,
    LABEL_NAMES,
    OTHER_TEXT_NAMES,
    PREFERENCE_NAMES,
    PROGRAM_LOG_NAMES,
    PROMPT_NAMES,
    RESPONSE_NAMES,
    REWARD_COMPONENT_NAMES,
    REWARD_NAMES,
    STEP_NAMES,
    TOKEN_ID_NAMES,
    TOKEN_STRING_NAMES,
    WEAK_RESPONSE_NAMES,
    WEAK_STEP_NAMES,
)
from tensorboard_plugin_rlboard.formats.generic.value_types import (
    is_answered_conversation,
    is_conversation,
    is_identifier,
    is_number_list,
    is_number_or_null,
    is_prompt,
    is_text,
    is_text_list,
    is_token_id_list,
    is_whole_number,
)

_SUFFIXES = ("_reward", "_score")
_MAX_COMPONENTS = 20
_NUMBER_TYPES = frozenset({bool, int, float})


@dataclass
class KeySearch:
    """Assigns the keys of one row to our fields.

    Attributes:
        values_by_depth: for each depth, plain name -> path and value (`field_names.values_by_depth`).
        keys: field -> path, as far as assigned.
        response_is_weak: whether the response has a name that may mean anything else.
        has_token_values, has_score, has_step: whether there are such values, which a data set has not.
    """

    values_by_depth: list[dict[str, tuple[str, object]]]
    keys: dict[str, str] = field(default_factory=dict)
    response_is_weak: bool = False
    has_token_values: bool = False
    has_score: bool = False
    has_step: bool = False

    def assign(self, field_name: str, names: tuple[str, ...], fits: Callable[[object], bool]) -> bool:
        """Assign to a field the key with the first of some names whose value fits, the nearest to the top.

        Returns:
            Whether the field has a key now.
        """
        if field_name in self.keys:
            return True
        used = set(self.keys.values())
        for level in self.values_by_depth:
            for name in names:
                path, value = level.get(name, ("", None))
                if path and path not in used and fits(value):
                    self.keys[field_name] = path
                    return True
        return False

    def values_named(self, names: tuple[str, ...]) -> list[tuple[str, object]]:
        """Paths and values of the keys that have one of some names."""
        return [level[name] for level in self.values_by_depth for name in names if name in level]

    def assign_texts(self) -> None:
        """Assign prompt and response, or the conversation that holds both."""
        strong = self.assign("response", RESPONSE_NAMES, is_text)
        self.assign("prompt", PROMPT_NAMES, is_prompt)
        if not strong:
            strong = self.assign("response", RESPONSE_NAMES, is_conversation)
        if not strong:
            self.response_is_weak = self.assign("response", WEAK_RESPONSE_NAMES, is_text)
        if "response" not in self.keys:
            self.assign("messages", CONVERSATION_NAMES, is_conversation)
        elif "prompt" not in self.keys and not self.assign(
            "messages", CONVERSATION_NAMES, is_answered_conversation
        ):
            self.assign("prompt", CONVERSATION_NAMES, is_conversation)
        if not self.assign("response_tokens", TOKEN_STRING_NAMES, is_text_list):
            self.assign("response_token_ids", TOKEN_ID_NAMES, is_token_id_list)

    def assign_numbers(self) -> None:
        """Assign rewards and token arrays."""
        self.has_score = self.assign("reward", REWARD_NAMES, is_number_or_null)
        if not self.has_score:
            named = [
                path
                for level in self.values_by_depth
                for name, (path, value) in level.items()
                if name.endswith(_SUFFIXES) and not name.startswith("ref") and is_number_or_null(value)
            ]
            self.has_score = bool(named)
            if len(named) == 1:
                self.keys["reward"] = named[0]
        self.has_score |= self.assign_reward_components()
        for name, names in ARRAY_NAMES.items():
            self.has_token_values |= self.assign(name, names, is_number_list)
        self.assign(
            "ref_reward",
            ("ref_reward", "reference_reward", "ref_score", "reference_score"),
            is_number_or_null,
        )

    def assign_reward_components(self) -> bool:
        """Make columns of the numbers in an object that is named like a score, and of those beside a nested score.

        Returns:
            Whether there is an object of the first kind, which says that the row is scored.
        """
        within = {
            path
            for path, value in self.values_named(REWARD_NAMES + REWARD_COMPONENT_NAMES)
            if isinstance(value, dict)
        }
        reward = self.keys.get("reward", "")
        parents = within | {reward.rpartition(".")[0]} - {""}
        taken = (
            {*key_mapping.FIELDS, *(path for path, _ in self.values_by_depth[0].values())}
            if parents
            else set()
        )
        lifted: dict[str, str] = {}
        for level in self.values_by_depth[1:]:
            for path, value in level.values():
                parent, _, key = path.rpartition(".")
                if (
                    parent not in parents
                    or key in taken
                    or path == reward
                    or type(value) not in _NUMBER_TYPES
                ):
                    continue
                if len(lifted) < _MAX_COMPONENTS:
                    lifted.setdefault(f"{key_mapping.COLUMN_PREFIX}{key}", path)
        self.keys |= lifted
        return any(path.rpartition(".")[0] in within for path in lifted.values())

    def assign_labels(self) -> None:
        """Assign step, split, group, finish reason, identifier and the texts beside prompt and response."""
        self.has_step = self.assign("step", STEP_NAMES, is_whole_number)
        self.assign("step", WEAK_STEP_NAMES, is_whole_number)
        for name, names in OTHER_TEXT_NAMES.items():
            self.assign(name, names, is_text)
        for name, names in LABEL_NAMES.items():
            self.assign(name, names, is_identifier)

    def reason_against(self) -> str:
        """Why the row is taken for no sample, as the beginning of a sentence; empty where it is taken for one."""
        names = {name for level in self.values_by_depth for name in level}
        keys = self.keys
        has_response = any(name in keys for name in key_mapping.RESPONSE_FIELDS)
        if "response" not in keys and len(PREFERENCE_NAMES & names) > 1:
            return "It looks like pairs of preferred and rejected answers, not like rollouts"
        if len(PROGRAM_LOG_NAMES & names) > 1 and not self.has_score and not self.has_token_values:
            return "It looks like a program's log"
        lists = next((path for path, value in self.values_named(RESPONSE_NAMES) if is_text_list(value)), "")
        if not has_response and lists:
            return f"{lists} is a list of texts, and a row can only be mapped if it is one sample"
        if not has_response:
            return "It has no text of a response under a name that tells it"
        if self.response_is_weak and "prompt" not in keys and not self.has_token_values:
            return f"{keys['response']} may be any text, and there is no prompt beside it"
        if (
            "prompt" not in keys
            and "messages" not in keys
            and not self.has_score
            and not self.has_token_values
        ):
            return "It has neither a prompt nor a score beside its text"
        if not (self.has_score or self.has_token_values or self.has_step):
            return "It looks like a data set: it has no score, no step and no values of tokens"
        return ""
