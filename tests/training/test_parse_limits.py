"""Settings that would take gigabytes or minutes to parse are told from their text."""

from __future__ import annotations

import subprocess
import sys
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from repository import ROOT

from tensorboard_plugin_rlboard.training.hyperparameters.merge import flatten
from tensorboard_plugin_rlboard.training.hyperparameters.trainer_files import _parse_yaml
from tensorboard_plugin_rlboard.training.parse_limits import (
    MAX_DEPTH,
    MAX_KEY_PARTS,
    MAX_KEYS,
    MAX_TOML_BYTES,
    json_excess,
    toml_excess,
    yaml_excess,
)
from tensorboard_plugin_rlboard.training.settings.toml_file import read_settings_file

_WHOLE = ".".join(["a"] * MAX_KEY_PARTS)
HOSTILE = {
    "dotted key": ".".join(["a"] * 50_000) + " = 1\n",
    "dotted key with quotes and spaces": " . ".join(['"a"'] * 40_000) + " = 1\n",
    "dotted section": "[" + ".".join(["a"] * 100_000) + "]\n",
    "dotted keys": "".join(".".join([f"a{i}"] * 200) + " = 1\n" for i in range(200)),
    "tables in tables": "a = " + "{a = " * 40_000,
    "lists in lists": "a = " + "[" * 100_000,
    "keys": "".join(f"k{i} = 1\n" for i in range(20_000)),
    "keys in sections": "".join(f"[{_WHOLE}.k{i}]\n" for i in range(5_000)),
    "tables of a list": "[[a]]\n" * 40_000,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_settings_are_refused_unread_with_the_line(kind: str) -> None:
    assert len(HOSTILE[kind]) <= MAX_TOML_BYTES
    assert "line " in toml_excess(f"# a comment\n{HOSTILE[kind]}"), kind


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"\n\n{_WHOLE}.b = 1", "line 3 has a key of more than 16 parts; write it shorter"),
        ("a = 1\nb = " + "[" * 33, "line 2 has more than 32 lists or tables within each other"),
        ("a = 1\n" * (MAX_KEYS + 1), "it has more than 10,000 keys up to line 10001"),
        ("#" * (MAX_TOML_BYTES + 1), "it has more than 262,144 bytes; keep settings only"),
    ],
)
def test_the_sentence_names_line_and_remedy(text: str, said: str) -> None:
    assert said in toml_excess(text)


@pytest.mark.parametrize(
    "text",
    [
        f"{_WHOLE} = 1",
        "a = 1\n" * MAX_KEYS,
        "a = " + "[" * MAX_DEPTH + "]" * MAX_DEPTH,
        "# " + "a." * 500,
        'a = "' + "a." * 500 + '"',
        "a = '" + "[{" * 500 + "'",
        'a = """\n' + "x.y=[[{\n" * 500 + '"""',
        "a = '''\n" + "[" * 500 + "''' # [[[",
        "a = [1.5, 2.5]\n" * 400,
    ],
)
def test_texts_comments_and_numbers_do_not_count(text: str) -> None:
    assert toml_excess(text) == ""


_KEYS = st.lists(st.sampled_from(["a", "b-1", '"q.r"', "'s=t'"]), min_size=1, max_size=4).map(".".join)
_VALUES = st.sampled_from(["1", "1.5", '"#[{\\""', "'''\n[a.b]\n'''", "[1, [2]]", "{x.y = 1}", "true"])


@given(st.lists(st.tuples(_KEYS, _VALUES), max_size=5, unique_by=lambda pair: pair[0].split(".")[0]))
def test_ordinary_settings_pass(pairs: list[tuple[str, str]]) -> None:
    text = "".join(f"{key} = {value}  # [[\n" for key, value in pairs)
    tomllib.loads(text)
    assert toml_excess(text) == ""


@given(st.text(alphabet="a.=[]{}'\"#\\\n ,", max_size=80))
def test_any_text_is_read(text: str) -> None:
    assert toml_excess(text) == json_excess(text) == ""  # too short to be too much


def test_json_and_yaml_are_bounded_by_their_own_dangers() -> None:
    assert (
        json_excess("{\n" + '{"a":' * 32)
        == "line 2 has more than 32 lists or tables within each other; take them apart"
    )
    assert json_excess('{"a": "' + "[" * 100 + '"}') == ""
    assert "write the values out" in yaml_excess("a: &a {x: 1}\n" + "b: {<<: [*a, *a, *a]}\n" * 10)
    assert yaml_excess("files: [*.py, *.txt]\n" * 50) == ""


def test_aliases_of_yaml_are_walked_through_as_far_as_values_are_taken() -> None:
    """Nine tables of nine aliases each say 387 million tables, and not one value."""
    pytest.importorskip("yaml")
    tables = "a0: &a0 {}\n"
    for i in range(9):
        tables += f"a{i + 1}: &a{i + 1} {{{', '.join(f'k{n}: *a{i}' for n in range(9))}}}\n"
    found = _parse_yaml(tables)
    assert isinstance(found, dict)
    assert flatten(found) == {}


CHILD = """
import resource, sys
from pathlib import Path
from tensorboard_plugin_rlboard.training.settings.toml_file import read_settings_file
used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + int(sys.argv[1]), -1))
for path in sys.argv[2:]:
    print(*read_settings_file(path, "rlboard.toml", "").problems)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="counts the address space of /proc")
def test_hostile_settings_take_no_memory(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Each within 64 MB more than the program itself has; the first alone took 8.8 GB."""
    folder, paths = tmp_path_factory.mktemp("hostile"), []
    largest = "".join(
        f"{'.'.join([f'a{i}'] * MAX_KEY_PARTS)} = 1\n" for i in range(2_000)
    )  # within every limit
    for number, text in enumerate([*HOSTILE.values(), largest, "#" * 10_000_000]):
        path = folder / f"{number}.toml"
        path.write_text(text)
        paths.append(str(path))
    command = [sys.executable, "-c", CHILD, str(64 << 20), *paths]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-500:]
    said = done.stdout.splitlines()
    assert len(said) == len(paths)
    assert said[len(HOSTILE)].startswith("rlboard.toml: there is no section [a0]")  # it was parsed
    assert all("rlboard.toml is not read, so nothing of it counts:" in line for line in said[: len(HOSTILE)])


def test_the_sentence_of_a_file(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("deep") / "rlboard.toml"
    path.write_text(HOSTILE["dotted key"])
    assert read_settings_file(str(path), "run/rlboard.toml", "").problems == (
        "run/rlboard.toml is not read, so nothing of it counts: line 1 has a key of more than 16 parts; write it shorter.",
    )
