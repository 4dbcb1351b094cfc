"""The HTTP contract is written down: a section for every route, a word for every field."""

from __future__ import annotations

import dataclasses
import re

import pytest
from python_imports import PACKAGE
from tensorboard.plugins import base_plugin

from tensorboard_plugin_rlboard import api
from tensorboard_plugin_rlboard.plugin import RLBoardPlugin


def http_api() -> str:
    return (PACKAGE / "http_api.md").read_text(encoding="utf-8")


def test_every_route_has_its_section() -> None:
    routes = RLBoardPlugin(base_plugin.TBContext(logdir="")).get_plugin_apps()
    missing = [
        route for route in routes if not re.search(rf"^#+ `{re.escape(route)}`", http_api(), re.MULTILINE)
    ]
    assert not missing, f"http_api.md has no section for {missing}"
    served_later = http_api().partition("Not served yet")[0]
    sections = set(re.findall(r"^#+ `(/[^`]*)`", served_later, re.MULTILINE))
    assert sections == set(routes), "sections without a route"


ANSWERS = [
    found
    for found in (getattr(api, name) for name in api.__all__)
    if isinstance(found, type) and dataclasses.is_dataclass(found)
]


def test_no_other_name_is_taken_for_an_answer() -> None:
    with pytest.raises(ImportError, match="Stepps"):
        exec("from tensorboard_plugin_rlboard.api import Stepps")


def test_every_field_of_an_answer_is_described() -> None:
    words = set(re.findall(r"[A-Za-z_][A-Za-z0-9_]*", http_api()))
    assert len(ANSWERS) > 15
    missing = [
        f"{answer.__name__}.{field.name}"
        for answer in ANSWERS
        for field in dataclasses.fields(answer)
        # The one field of Scalars is the answer itself.
        if field.name not in words and f"{answer.__name__}.{field.name}" != "Scalars.series"
    ]
    assert not missing, f"http_api.md does not name {missing}"


def test_answers_are_frozen() -> None:
    thawed = [answer.__name__ for answer in ANSWERS if not answer.__dataclass_params__.frozen]  # type: ignore[attr-defined]  # typing does not know it
    assert not thawed
