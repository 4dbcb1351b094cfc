"""JSON documents and CSV tables as lines of JSON."""

from __future__ import annotations

import json
import math
import os
import time
from pathlib import Path

import pytest
from example_counts import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from unpacked_rows import container_at, damage_behind, rows_of, told

from tensorboard_plugin_rlboard.sources import reader
from tensorboard_plugin_rlboard.sources.containers import csv_tables
from tensorboard_plugin_rlboard.sources.containers.row_stream import line_blocks
from tensorboard_plugin_rlboard.sources.text import json_members


def test_a_document_and_a_list_are_lines(tmp_path: Path) -> None:
    one = tmp_path / "one.json"
    one.write_text(json.dumps({"training_step": 1, "x": [1.0, 2]}, indent=2) + "\n", encoding="utf-8")
    assert rows_of(one) == [{"training_step": 1, "x": [1.0, 2]}]
    many = tmp_path / "many.json"
    many.write_text("\ufeff" + json.dumps([{"a": math.nan, "b": "é"}, {"a": 2}], indent=1), encoding="utf-8")
    first, second = rows_of(many)
    assert math.isnan(first["a"])
    assert (first["b"], second) == ("é", {"a": 2})
    for empty in ("[]", " [ ] \n"):
        many.write_text(empty)
        assert rows_of(many) == []


@pytest.mark.parametrize(
    ("content", "rows", "said"),
    [
        ("", 0, "empty"),
        ("   \n", 0, "empty"),
        ('{"a": 1', 0, "no complete JSON document"),
        ('{"a": 1} {"b": 2} "c"', 2, "Behind item 2 of the JSON stands something else"),
        ("[1, 2]", 0, "Item 1 of the JSON document is no object"),
        ("3", 0, "is no object"),
        ('[{"a": 1}, {"a": 2}, {"a"', 2, "torn behind its item 2"),
        ('[{"a": 1}, {"a": 2}', 2, "torn behind its item 2"),
        ('[{"a": 1} {"a": 2}]', 1, "behind its item 1. It is no JSON (Expecting ',' delimiter"),
        ('[{"a": 1}, {"a": 2,}]', 1, "A trailing comma"),
        ('[{"a": 1}, {"a": nan}]', 1, "It holds nan"),
        ("[{'a': 1}]", 0, "single quotes"),
        ('{"a":\n1}\n{"a": 2}\n{"a"', 2, "torn behind its item 2"),
        ('[{"a": 1}] trailing', 1, "Behind item 1 of the JSON"),
        ("[" * 100_000, 0, "nested too deeply"),
    ],
)
def test_damaged_documents_say_so(tmp_path: Path, content: str, rows: int, said: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(content, encoding="utf-8")
    if rows:
        count, damage = damage_behind(path)
        assert (count, said in damage) == (rows, True)
    else:
        assert said in told(path)


SAMPLE = {"prompt": "Q", "completion": "A", "reward": 1.0}


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize(
    ("document", "labels"),
    [
        ({"step": 3, "train": [SAMPLE, SAMPLE], "x": [SAMPLE]}, [{"split": "train"}] * 2 + [{"member": "x"}]),
        ({"step_7": [SAMPLE], "step_8": [SAMPLE]}, [{"step": 7}, {"step": 8}]),
        ({"7": [SAMPLE], "8": [SAMPLE]}, [{"step": 7}, {"step": 8}]),
        ({"7": [SAMPLE], "b": [SAMPLE]}, [{"id": "7"}, {"member": "b"}]),
        ({"eval": [SAMPLE], "n": 1}, [{"split": "eval"}]),
        ({"aime_0": SAMPLE, "12": SAMPLE}, [{"member": "aime_0"}, {"id": "12"}]),
        ({"acc": 1, "details": {"4": SAMPLE, "9": SAMPLE}, "n": 2}, [{"id": "4"}, {"id": "9"}]),
        ({"samples": {"gsm8k": [SAMPLE], "geo": [SAMPLE]}}, [{"member": "gsm8k"}, {"member": "geo"}]),
    ],
)
def test_rows_of_all_members_are_read_with_what_their_names_say(
    tmp_path: Path, document: dict[str, object], labels: list[dict[str, object]], indent: int | None
) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(document, indent=indent), encoding="utf-8")
    step = {"step": document["step"]} if "step" in document else {}
    assert rows_of(path) == [{**step, **label, **SAMPLE} for label in labels]


def test_a_member_s_name_overwrites_no_key_of_its_rows_and_what_is_no_row_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    own = {**SAMPLE, "member": "own"}
    path.write_text(json.dumps({"a": own, "b": SAMPLE, "c": None, "d": None}), encoding="utf-8")
    count, damage = damage_behind(path)
    assert count == 2
    assert (
        damage == "Values that are no objects, and so no rows, are left out: 2, the first of them under 'c'."
    )
    assert rows_of(path) == [own, {**SAMPLE, "member": "b"}]


def test_cells_become_what_they_were_and_rows_that_do_not_fit_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(
        "\ufeffstep,said,reward,ok,number,id\r\n"
        '1,"two\nlines, ""quoted""",0.5,True,007,1\r\n'
        "2,,-1.0,False,1e5,\r\n"
        "3,too few\r\n"
        '4,é,inf,,"12",7.0\r\n'
        '5,"not closed'.encode()
    )
    count, damage = damage_behind(path)
    assert (count, damage) == (
        3,
        "Rows with another number of cells than the header are left out: 1, the first of them row 3.",
    )
    assert rows_of(path) == [
        {"step": 1, "said": 'two\nlines, "quoted"', "reward": 0.5, "ok": True, "number": "007", "id": "1"},
        {"step": 2, "said": None, "reward": -1.0, "ok": False, "number": "1e5", "id": None},
        {"step": 4, "said": "é", "reward": math.inf, "ok": None, "number": 12, "id": "7.0"},
    ]


def test_a_table_that_ends_within_a_quoted_text_says_so_once_nobody_writes_it(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b'said,reward\na,1.0\nb\n"not closed,2.0\n')
    few = "Rows with another number of cells than the header are left out: 1, the first of them row 2."
    assert damage_behind(path) == (1, few)
    os.utime(path, (time.time() - 100,) * 2)
    assert damage_behind(path) == (1, f"It ends within a row, which is left out. {few}")
    path.write_bytes(b"said,reward\na,1.0\nb,2.0")
    os.utime(path, (time.time() - 100,) * 2)
    assert damage_behind(path) == (2, "")


@pytest.mark.parametrize("first", ["sep=;\r\n", '"SEP=;"\n'])
def test_excel_s_line_that_tells_the_separator_is_no_header(tmp_path: Path, first: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(first + "prompt;said, by, whom;reward\nQ;A;1.0\n", encoding="utf-8", newline="")
    assert rows_of(path) == [{"prompt": "Q", "said, by, whom": "A", "reward": 1.0}]


def test_a_table_that_has_grown_begins_with_the_lines_that_it_had(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"prompt,reward\na,1\nb,0.5\nhalf")
    before = b"".join(line_blocks(str(path), container_at(path), reader._open_stored))
    with path.open("ab") as file:
        file.write(b" a row,2.25\nc,x\n")
    after = b"".join(line_blocks(str(path), container_at(path), reader._open_stored))
    assert after.startswith(before)
    assert [json.loads(line)["prompt"] for line in after.splitlines()] == ["a", "b", "half a row", "c"]


def test_a_cell_larger_than_python_s_reader_takes_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f'a,b\n1,"{"x" * 500_000}"\n')
    assert len(rows_of(path)[0]["b"]) == 500_000


def test_a_table_without_a_whole_header_and_a_record_without_end_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.csv"
    for content in (b"", b"a,b", b"\n"):
        path.write_bytes(content)
        assert "no complete header" in told(path)
    monkeypatch.setattr(csv_tables, "_MAX_RECORD", 1000)
    path.write_bytes(b'a,b\n1,2\n3,"' + b"x\n" * 2000)
    count, damage = damage_behind(path)
    assert (count, "never closed" in damage) == (1, True)


@settings(max_examples=examples(100), deadline=None)
@given(
    st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=3, max_size=3), min_size=1)
)
def test_what_python_writes_as_a_table_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    import csv

    path = tmp_path_factory.mktemp("csv") / "a.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow("abcd")
        writer.writerows([*row, "end"] for row in rows)  # a bare \r at the very end is no text to anybody
    found = [
        ["" if x is None else x if isinstance(x, str) else str(x) for x in row.values()][:3]
        for row in rows_of(path)
    ]
    assert found == rows


def test_hostile_tables_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"," * 200_000 + b"\n1,2\n")
    assert "no header of at most 10,000 names" in told(path)
    path.write_bytes(b"a,b\n" + b"," * 5_000_000 + b"\n1,2\n")
    assert damage_behind(path)[0] == 1
    monkeypatch.setattr(json_members, "_MAX_MEMBERS", 3)
    document = tmp_path / "a.json"
    document.write_text(json.dumps({str(i): {"a": "x"} for i in range(5)}))
    assert "too many to be rows" in told(document)
