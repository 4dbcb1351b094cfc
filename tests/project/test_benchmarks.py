"""That the benchmarks run and say what they should; how fast anything is, no test asks."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path

import pytest
from repository import ROOT

from benchmarks import generate, run
from benchmarks.browser import tab_page
from benchmarks.indexing import index_speed
from benchmarks.shared import asking, bench, machine, serving
from benchmarks.shared.figure import Figure, over_runs, percentile

LINUX = pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="memory is read from /proc")


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[bench.Workspace]:
    made = bench.Workspace(tmp_path)
    yield made
    made.close()


def test_a_log_has_the_same_bytes_every_time_and_no_two_lines_alike(tmp_path: Path) -> None:
    log = generate.Log(40, 30, per_step=8)
    size = generate.write(log, tmp_path / "a")
    generate.write(log, tmp_path / "b")
    files = sorted((tmp_path / "a").iterdir())
    assert [path.read_bytes() for path in files] == [(tmp_path / "b" / p.name).read_bytes() for p in files]
    lines = [line for path in files for line in path.read_bytes().splitlines()]
    assert len(set(lines)) == 40
    assert sum(path.stat().st_size for path in files) == size
    for row in map(json.loads, lines):
        assert "".join(row["response_tokens"]) == row["response"]
        assert {len(row[name]) for name in index_speed.ARRAYS} == {len(row["response_tokens"])}
        assert 24 <= len(row["response_tokens"]) <= 36
    assert {json.loads(line)["step"] for line in generate.further_lines(log, 3)} == {5}


def test_logs_are_kept_as_long_as_rows_use_them(tmp_path: Path) -> None:
    logs = [generate.Log(2, 3, seed=seed) for seed in (1, 2)]
    for folder in (None, tmp_path):
        workspace = bench.Workspace(folder)
        first, _ = [workspace.log(log) for log in logs]
        workspace.remove_unused_logs()
        assert workspace.log(logs[1]).is_dir()
        workspace.remove_unused_logs()
        assert first.exists() is (folder is not None)
        kept = workspace.log(logs[1])
        workspace.close()
        assert kept.exists() is (folder is not None)


def test_a_log_is_about_as_large_as_was_asked(tmp_path: Path) -> None:
    assert generate.write(generate.sized(4, 200), tmp_path) == pytest.approx(4e6, rel=0.1)


def test_long_tasks_are_those_of_main_threads() -> None:
    def task(tid: int, took: int, cpu: int) -> dict[str, object]:
        return {"name": "RunTask", "pid": 1, "tid": tid, "dur": took, "tdur": cpu}

    def thread(tid: int, name: str) -> dict[str, object]:
        return {"name": "thread_name", "pid": 1, "tid": tid, "args": {"name": name}}

    events = [
        thread(1, "CrRendererMain"),
        thread(2, "Compositor"),
        *(task(1, 50_000, 20_000), task(1, 49_999, 49_999), task(2, 90_000, 90_000)),
        {"name": "Paint", "pid": 1, "tid": 1, "dur": 90_000},
    ]
    assert tab_page.long_tasks(events) == [(50.0, 20.0)]


def test_a_server_is_gone_afterwards_and_with_the_one_who_started_it(tmp_path: Path) -> None:
    with serving.TensorBoard(tmp_path, tab=False) as server:
        assert server.send("/data/environment")[0] == 200
        assert server.send("/data/plugin/rlboard/runs")[0] == 404, "the plugin is absent"
    with pytest.raises(ConnectionError):
        server.send("/data/environment")
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); import os, pathlib\n"
        "from benchmarks.shared import serving\n"
        f"server = serving.TensorBoard(pathlib.Path({str(tmp_path)!r}))\n"
        "print(server.port, flush=True)\n"
        "os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=False)
    server.port = int(done.stdout)

    def gone() -> bool:
        try:
            server.send("/data/environment")
        except ConnectionError:
            return True
        except HTTPException:  # it ended within its answer
            return False
        return False

    serving.wait_until("the server is gone", gone, 0.1, 20)


def test_what_is_measured_is_this_source_tree(tmp_path: Path) -> None:
    code = "import tensorboard_plugin_rlboard as package; print(package.__file__)"
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command, cwd=tmp_path, env=machine.environment(), capture_output=True, text=True, check=True
    )
    assert Path(done.stdout.strip()).is_relative_to(machine.ROOT)


def test_a_server_that_does_not_start_says_why(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="unrecognized arguments: --nonsense"):
        serving.TensorBoard(tmp_path, flags=["--nonsense"])


def test_waiting_has_an_end() -> None:
    start = time.monotonic()
    with pytest.raises(RuntimeError, match="in vain"):
        serving.wait_until("never", lambda: False, 0.01, 0.05)
    assert time.monotonic() - start < 10


def row(figures: list[Figure], skipped: str = "") -> bench.Row[None]:
    def measure(_: None, workspace: bench.Workspace) -> Iterator[Figure]:
        assert workspace.empty_folder("x").is_dir()
        if skipped:
            raise bench.SkipError(skipped)
        yield from figures

    return bench.Row("one", "One row", dict.fromkeys(bench.SIZES, None), measure)


FIGURES = [
    over_runs("speed", [9.0, 7.0, 8.0], "×", reach=8, at_least=True, note="why"),
    Figure("wait", 1234.5, "ms", reach=1000),
    Figure("size", 0.0123, "GB"),
]


def test_tables_and_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    document, figures = tmp_path / "d.md", tmp_path / "f.json"
    document.write_text(f"above\n{run.BEGIN}\nold\n{run.END}\nbelow\n", encoding="utf-8")
    monkeypatch.setattr(run, "ROWS", (row(FIGURES),))
    run.main(["--full", "--write", str(document), "--json", str(figures), "--data", str(tmp_path / "kept")])
    text = document.read_text(encoding="utf-8")
    assert text.startswith("above\n")
    assert text.endswith("below\n")
    assert "old" not in text
    assert "| speed (why) | 8.00 × | 7.00 to 9.00 | 3 | ≥ 8 × | reached |" in text
    assert "| wait | 1,234 ms |  | 1 | ≤ 1,000 ms | **not reached** |" in text
    assert "| size | 0.0123 GB |  | 1 |  |  |" in text
    assert "1 figures are not within their reach:\n- wait" in capsys.readouterr().out
    found = json.loads(figures.read_text(encoding="utf-8"))
    assert found["machine"]["Python"]
    assert [figure["what"] for figure in found["rows"][0]["figures"]] == ["speed", "wait", "size"]


def test_a_small_size_judges_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run, "ROWS", (row(FIGURES),))
    run.main(["--quick"])
    assert "reached" not in capsys.readouterr().out


def test_a_row_that_cannot_be_measured_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    document = tmp_path / "d.md"
    document.write_text(f"{run.BEGIN}{run.END}", encoding="utf-8")
    monkeypatch.setattr(run, "ROWS", (row([], "there is no browser."),))
    run.main(["--write", str(document)])
    assert "Left out: there is no browser." in document.read_text(encoding="utf-8")
    assert "Left out: there is no browser." in capsys.readouterr().out


def test_a_row_that_fails_keeps_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> Iterator[Figure]:
        yield FIGURES[2]
        raise ValueError("something new")

    document = tmp_path / "d.md"
    document.write_text(f"{run.BEGIN}{run.END}", encoding="utf-8")
    monkeypatch.setattr(run, "ROWS", (dataclasses.replace(row([]), name="bad", measure=fail), row(FIGURES)))
    with pytest.raises(SystemExit, match="These rows failed: bad"):
        run.main(["--write", str(document)])
    text = document.read_text(encoding="utf-8")
    assert "Failed: ValueError: something new" in text
    assert text.count("| size |") == 2
    assert "something new" in capsys.readouterr().err


def test_a_question_that_is_not_answered_is_no_figure(workspace: bench.Workspace) -> None:
    logdir, cache = workspace.log(generate.Log(8, 4, per_step=4)), workspace.empty_folder("cache")
    with serving.TensorBoard(logdir, cache) as server:
        server.wait_until_ready()
        questions = [
            asking.Question("fast", [[("runs", {})]], 10),
            asking.Question("refused", [[("steps", {"run": "none"})], [("steps", {"run": "run"})]]),
            asking.Question(
                "wrong", [[("steps", {"run": "run"})], [("steps", {"run": "run", "step": "x"})]], 1
            ),
        ]
        found = {figure.what: figure for figure in asking.measure_both(server, logdir, cache, questions)}
    assert set(found) == {
        f"{what}, {way}: p95" for what in ("fast", "wrong") for way in ("over HTTP", "in process")
    }
    for way in ("over HTTP", "in process"):
        assert found[f"wrong, {way}: p95"].reached is False
        assert "Invalid argument" in found[f"wrong, {way}: p95"].note


def test_a_document_without_a_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "d.md").write_text("nothing", encoding="utf-8")
    with pytest.raises(SystemExit, match="no place for figures"):
        run.insert(tmp_path / "d.md", {"size": "full", "machine": {}, "rows": []})


def test_a_row_alone_renews_its_own_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        dataclasses.replace(row(FIGURES), name=name, title=name.title()) for name in ("one", "two", "three")
    ]
    monkeypatch.setattr(run, "ROWS", tuple(rows))
    document = tmp_path / "d.md"
    kept = f"{run.BEGIN}\n\nBefore.\n\n### Three\n\nold three\n\n### One\n\nold one\n\n{run.END}\nbelow\n"
    document.write_text(kept, encoding="utf-8")
    for only in ("one", "two"):
        run.main(["--full", "--only", only, "--write", str(document)])
    text = document.read_text(encoding="utf-8")
    assert [part.partition("\n")[0] for part in text.split("### ")[1:]] == ["One", "Two", "Three"]
    assert "old one" not in text
    assert f"### Three\n\nold three\n\n{run.END}\nbelow\n" in text
    assert text.startswith(f"{run.BEGIN}\n\nBefore.\n\n### One\n\nMeasured on ")
    assert "by `python -m benchmarks.run --full --only two`: " in text
    assert text.count("| speed (why) | 8.00 × |") == 2


def test_the_document_has_its_place_and_names_every_row() -> None:
    text = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    assert text.index(run.BEGIN) < text.index(run.END)
    for one in run.ROWS:
        assert f"| `{one.name}` |" in text
        assert set(one.sizes) == set(bench.SIZES)


def test_percentiles() -> None:
    assert percentile([3.0, 1.0, 2.0], 0.5) == 2
    assert percentile([0.0, 10.0], 0.95) == pytest.approx(9.5)
    assert percentile([4.0], 0.95) == 4
