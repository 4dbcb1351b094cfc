"""Assigns prompt and response, or the conversation that holds both, and the tokens of the response.

Several keys may have a word for a response: the whole text, the answer taken out of it, the name of the model. The whole
text is the one that counts, so where the likeliest key holds single words, one with sentences goes before it.
"""

from __future__ import annotations

from tensorboard_plugin_rlboard import words
from tensorboard_plugin_rlboard.formats.evidence.field_roles import FieldRoles, is_open
from tensorboard_plugin_rlboard.formats.evidence.likely_answers import is_whole, likeliest_answer
from tensorboard_plugin_rlboard.formats.evidence.profile import Column
from tensorboard_plugin_rlboard.formats.evidence.token_roles import assign_tokens
from tensorboard_plugin_rlboard.formats.evidence.value_types import (
    is_answer,
    is_answered_conversation,
    is_chat_text,
    is_conversation,
    is_history,
    is_number,
    is_one_text_list,
    is_prompt,
    is_prose,
    is_single_word,
    is_text,
)
from tensorboard_plugin_rlboard.formats.generic.turns import as_conversation, is_episode
from tensorboard_plugin_rlboard.formats.guessing.groups import take_task
from tensorboard_plugin_rlboard.words import plain

_MIN_MOVED_SAMPLES = 2  # samples under another key of the response that make it one
_CONVERSATIONS = (*words.CONVERSATION, *words.EPISODE)
_ENDS_OF_PROMPT = frozenset({"prompt", "question", "query", "instruction", "problem"})
_OF_OTHERS = frozenset({"system", "judge", "grader", "grading", "critic", "negative", "reward", "rm", "next"})
"""Words of a prompt that is another one than the policy's, or only a part of it."""


def assign_texts(roles: FieldRoles) -> str:
    """Assign the fields that hold texts and tokens.

    Returns:
        One sentence where another text may be the response as well; else empty.
    """
    doubt = ""
    if not roles.assign("prompt", words.PROMPT, is_prompt) and not roles.assign(
        "prompt", words.WEAK_PROMPT, is_prompt
    ):
        roles.take("prompt", _within(roles, words.PROMPT))
    strong = _assign_response(roles) or roles.take("response", _within(roles, words.RESPONSE))
    if not strong:
        strong = roles.assign("response", words.RESPONSE, is_answer, of_each=True)
    if not strong:
        weak = roles.candidates(words.WEAK_RESPONSE, is_prose, of_each=True)
        # `doc.answer` is what a data set says of the task, and not what the policy wrote.
        outside = [column for column in weak if column.place.depth == 0 or column.place.of_each]
        likely, doubt = likeliest_answer(roles, _asked_as_first(roles, _of_each_first(outside)))
        roles.response_is_weak = roles.take("response", likely)
    if "response" not in roles.keys or roles.response_is_weak:
        _assign_conversation(roles)
        if roles.is_several and "response" in roles.keys and not {"prompt", "messages"} & roles.keys.keys():
            # One that all of the row's samples answer.
            roles.assign("prompt", words.CONVERSATION, is_conversation)
        if not {"response", "messages"} & roles.keys.keys():
            roles.assign("response", words.CONVERSATION, is_chat_text, of_each=True)
    elif "prompt" not in roles.keys and not roles.assign(
        "messages", _CONVERSATIONS, is_answered_conversation
    ):
        roles.assign("prompt", words.CONVERSATION, is_conversation)
    if roles.is_several and not {"prompt", "messages"} & roles.keys.keys():
        only = roles.candidates(words.PROMPT, is_one_text_list)
        roles.keys |= {"prompt": f"{only[0].path}.0"} if only and not only[0].place.of_each else {}
    if "prompt" not in roles.keys:
        in_episode = "messages" in roles.keys
        roles.assign(
            "prompt",
            words.TASK,
            is_text if in_episode else lambda value: is_text(value) and not is_single_word(value),
        )
    if not {"prompt", "messages"} & roles.keys.keys():
        named = [one for one in roles.candidates((words.MEMBER,), is_text) if not one.fits(is_single_word)]
        roles.take("prompt", [*filter(_ends_like_prompt, roles.profile), *named])
    _drop_name_of_prompt(roles)
    take_task(roles)
    assign_tokens(roles)
    return doubt if "response" in roles.keys else ""


def _ends_like_prompt(column: Column) -> bool:
    """Whether a key ends with a word for a prompt (`the question`), holds sentences, and is of nobody but the policy."""
    parts = column.place.name.split("_")
    is_called = parts[-1] in _ENDS_OF_PROMPT and _OF_OTHERS.isdisjoint(parts) and is_open(column, meta=True)
    return is_called and column.fits(is_text) and not column.fits(is_single_word)


def _assign_response(roles: FieldRoles) -> bool:
    """Assign the response by a word that means nothing else; whether there is one."""
    found = roles.spelt_like("response", is_prose, of_each=True)
    found += [one for one in roles.candidates(words.RESPONSE, is_prose, of_each=True) if one not in found]
    found = _of_each_first(found) or ([] if roles.is_several else _qualified(roles))
    if found and found[0].fits(is_single_word):
        others = [
            *found[1:],
            *_qualified(roles),
            *roles.candidates(words.WHOLE_RESPONSE, is_prose, of_each=True),
        ]
        whole = next((column for column in others if is_whole(roles, column, found[0])), None)
        if whole is not None:
            found = [whole, *[column for column in found if column is not whole]]
    return roles.take("response", [*found, *_moved(roles, found)])


def _moved(roles: FieldRoles, found: list[Column]) -> list[Column]:
    """Columns with a word that may mean a response, of prompted and scored samples without any other: its key has changed."""
    prompts = roles.column("prompt")
    scores = roles.candidates([word for tier in words.REWARD for word in tier], is_number, of_each=True)
    if not found or prompts is None:
        return []
    answered = {at for column in found for at in column.values}
    scored = {at for column in scores for at in column.values}
    return [
        column
        for column in roles.candidates(words.WEAK_RESPONSE, is_prose, of_each=True)
        if len(column.values) >= _MIN_MOVED_SAMPLES
        and answered.isdisjoint(column.values)
        and column.values.keys() <= prompts.values.keys() & scored
    ]


def _within(roles: FieldRoles, names: tuple[str, ...]) -> list[Column]:
    """Texts that are called so in an object with one of some names (`response.text`), or messages (`prompt.raw_content`)."""
    around = {plain(words.snake_case(name)) for name in names}
    found = roles.candidates(
        (*words.WHOLE_RESPONSE, "value", "raw"), is_prose, of_each=names is words.RESPONSE
    )
    found += roles.candidates(("raw_content",), is_conversation, of_each=names is words.RESPONSE)
    return [column for column in found if around & {plain(name) for name in column.place.around[-1:]}]


def _asked_as_first(roles: FieldRoles, found: list[Column]) -> list[Column]:
    """The first of some columns, and those that answer a prompt as it does: lines of something else have a `text` as well."""
    prompts = roles.column("prompt")
    if prompts is None or not found or not found[0].values.keys() <= prompts.values.keys():
        return found
    return [column for column in found if column.values.keys() <= prompts.values.keys()]


def _of_each_first(found: list[Column]) -> list[Column]:
    """Columns of which every sample of a row has its own value before those that stand around them."""
    return sorted(found, key=lambda column: not column.place.of_each)


def _qualified(roles: FieldRoles) -> list[Column]:
    """Columns that are called a response and whole (`raw_output`, `model_full_response`)."""
    found = []
    for column in roles.profile:
        parts = set(column.place.name.split("_"))
        is_response = bool(parts & words.RESPONSE_PARTS) and parts <= words.RESPONSE_PARTS | words.WHOLE_PARTS
        if is_response and column.place.depth == 0 and column.fits(is_prose):
            found.append(column)
    return found


def _assign_conversation(roles: FieldRoles) -> None:
    """Assign the conversation in place of no response or of one that may be something else."""
    taken = roles.keys.pop("response", None)
    weak = roles.profile.column(taken) if taken is not None else None
    chats = roles.candidates(_CONVERSATIONS, is_conversation, of_each=True)
    if taken is not None and weak is not None and chats and _comes_before(roles, chats[0]):
        if "prompt" not in roles.keys:
            roles.take("prompt", chats)
        roles.keys["response"] = taken
    elif not roles.assign("messages", _CONVERSATIONS, is_history, of_each=True) and taken is not None:
        roles.keys["response"] = taken
    roles.response_is_weak &= "response" in roles.keys


def _comes_before(roles: FieldRoles, chat: Column) -> bool:
    """Whether a conversation is what was said before: it has no answer, or is a history without the prompt."""
    if chat.fits(is_episode):
        return False
    if not chat.fits(is_answered_conversation):
        return True
    prompts = roles.column("prompt")
    if prompts is None or plain(chat.place.name) not in {plain(word) for word in words.HISTORY}:
        return False
    chat_texts = {
        at: " ".join(str(message.get("content")) for message in as_conversation(value) or ())
        for at, value in chat.values.items()
    }
    return not any(str(prompt) in chat_texts.get(at, "") for at, prompt in prompts.values.items())


def _drop_name_of_prompt(roles: FieldRoles) -> None:
    """Leave the prompt to a conversation that begins with it, where the key for a prompt holds names of problems."""
    prompts, chats = roles.column("prompt"), roles.column("messages")
    if prompts is None or chats is None or not prompts.fits(is_single_word):
        return
    found = [as_conversation(value) or [{}] for value in chats.values.values()]
    if all(messages[0].get("role") in {"system", "user"} for messages in found):
        del roles.keys["prompt"]
