"""`rlboard report` and `rlboard verify`, from logs to files and back."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from planted_runs.run import Plan, write_run

from tensorboard_plugin_rlboard import cli

TOKENS = 16_384
EXAMPLE_BYTES = 50_000


class Seen(HTMLParser):
    """Elements and text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.classes: list[str] = []
        self.policy = self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self.classes += found.get("class", "").split()
        self.links += [found["href"]] if "href" in found else []
        if found.get("http-equiv") == "Content-Security-Policy":
            self.policy = found["content"]

    def handle_data(self, data: str) -> None:
        self.text += data


def write(log: Path, *rows: dict[str, Any]) -> None:
    log.mkdir(parents=True, exist_ok=True)
    (log / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def row(step: int, *tokens: str, **fields: Any) -> dict[str, Any]:
    """A sample; of the tokens, the one `bad` has no finite log-probability."""
    logprobs = [float("nan") if token == "bad" else -0.5 for token in tokens]
    found = {"step": step, "prompt": f"p{step}", "response": "".join(tokens), "reward": 1.0}
    return found | ({"response_tokens": tokens, "logprobs": logprobs} if tokens else {}) | fields


def reported(log: Path, out: Path, *arguments: str) -> str:
    assert cli.main(["report", str(log), "-o", str(out), *arguments]) == 0
    return out.read_text(encoding="utf-8")


def objects(value: Any) -> list[dict[str, Any]]:
    """Every quotation of a report as JSON."""
    if isinstance(value, dict):
        inner = [found for item in value.values() for found in objects(item)]
        return [value, *inner] if "quote" in value else inner
    return [found for item in value for found in objects(item)] if isinstance(value, list) else []


def test_a_planted_run_is_reported_with_what_proves_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    truth = json.loads(
        write_run(Plan("kl_spike", "strong", "grpo_few", 1), tmp_path / "log", tmp_path / "truth").read_text(
            "utf-8"
        )
    )
    text = reported(tmp_path / "log", tmp_path / "x.html", "--tab-url", "http://host:1/")
    data = Seen(text)
    assert not {"script", "img", "link", "iframe", "form", "base"} & set(data.tags)
    assert data.policy.startswith("default-src 'none'; style-src 'sha256-")
    assert {"svg", "path", "pre"} <= set(data.tags)
    assert {"warning", "at", "band", "onset", "threshold"} & set(data.classes) >= {"at", "band", "onset"}
    assert all(link.startswith("http://host:1/#rlboard&p.rlboard.run=kl_spike-strong") for link in data.links)
    assert any("p.rlboard.token=" in link and "p.rlboard.metric=k3" in link for link in data.links)
    made = json.loads(reported(tmp_path / "log", tmp_path / "x.json"))
    finding = made["runs"][0]["findings"][0]
    assert (finding["kind"], finding["onset"]) == ("kl_spike", truth["onset"])
    assert all(truth["onset"] <= example["step"] <= truth["last"] for example in finding["examples"])
    curve = finding["curve"]
    assert (curve["metric"], curve["statistic"], len(curve["step"])) == ("k3_mean", "mean", curve["of_steps"])
    at = curve["step"].index(truth["onset"])
    assert curve["value"][at] > 2 * curve["value"][at - 1]
    reported(tmp_path / "log", tmp_path / "x.md")
    for name in ("x.json", "x.md"):
        capsys.readouterr()
        assert cli.main(["verify", str(tmp_path / name), "--log", str(tmp_path / "log")]) == 0
        assert capsys.readouterr().out == "6 of 6 quotes stand in the logs.\n"


def test_a_changed_quote_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "log", row(1, "one", " two"), row(2, "three", " four", "bad"))
    reported(tmp_path / "log", tmp_path / "x.json")
    made = json.loads((tmp_path / "x.json").read_text("utf-8"))
    quotation = next(found for found in objects(made) if found["place"] == "tokens")
    assert (quotation["quote"], quotation["position"], quotation["step"]) == ("three fourbad", 0, 2)
    quotation["quote"] = "three five"
    (tmp_path / "x.json").write_text(json.dumps(made), encoding="utf-8")
    capsys.readouterr()
    assert cli.main(["verify", str(tmp_path / "x.json"), "--log", str(tmp_path / "log")]) == 1
    said = capsys.readouterr().out.splitlines()
    assert said == [
        (
            f"{tmp_path / 'x.json'}, $.runs[0].findings[0].examples[0].response: at position 0 of the tokens of sample "
            f'{quotation["id"]} stands "three four", not "three five".'
        ),
        "1 of 2 quotes stands in the logs.",
    ]


def test_numbers_that_are_none_are_named(tmp_path: Path) -> None:
    write(tmp_path / "log", row(1, "a", reward=float("nan")), row(2, "a", "bad", reward=float("-inf")))
    text = reported(tmp_path / "log", tmp_path / "x.html")
    data = Seen(text)
    assert "x" in data.classes
    assert "at the framed token NaN" in data.text
    assert "NaN or infinite" in data.text
    made = json.loads(reported(tmp_path / "log", tmp_path / "x.json"))
    values = [
        example["passage"]["values"]
        for run in made["runs"]
        for f in run["findings"]
        for example in f["examples"]
    ]
    assert [-0.5, "NaN"] in values


def test_of_a_long_response_the_place_is_there_and_the_rest_is_counted(tmp_path: Path) -> None:
    tokens = [f" {i}" for i in range(TOKENS)]
    tokens[9_000] = "bad"
    write(tmp_path / "log", row(1, *tokens, prompt="x" * 100_000))
    text = reported(tmp_path / "log", tmp_path / "x.html")
    data = Seen(text)
    assert "… 8,940 tokens before" in data.text
    assert "… 7,323 tokens after" in data.text
    assert "… 99,400 characters before" in data.text
    assert " 8940 8941" in data.text
    assert " 8939" not in data.text
    assert len(text) < EXAMPLE_BYTES


def test_however_hostile_a_sample_is_its_part_of_the_page_is_bounded(tmp_path: Path) -> None:
    few, many = tmp_path / "few", tmp_path / "many"
    write(few, row(1, "bad"))
    write(many, row(1, *(["\u202e" * 20] * 5_000), "bad", *(['"&' * 10] * 5_000), prompt="\u202e" * 100_000))
    sizes = [len(reported(log, tmp_path / f"{log.name}.html").encode()) for log in (few, many)]
    assert sizes[1] - sizes[0] < EXAMPLE_BYTES


def test_nothing_wrong_says_what_was_checked(tmp_path: Path) -> None:
    write(tmp_path / "log", row(1), row(2))
    text = Seen(reported(tmp_path / "log", tmp_path / "x.html")).text
    assert "Nothing looks wrong" in text
    assert "A critic that explains nothingneeds" in text
    assert cli.main(["verify", str(reported_json(tmp_path)), "--log", str(tmp_path / "log")]) == 1


def reported_json(tmp_path: Path) -> Path:
    reported(tmp_path / "log", tmp_path / "x.json")
    return tmp_path / "x.json"


def test_the_worst_run_comes_first_and_one_can_be_chosen(tmp_path: Path) -> None:
    write(tmp_path / "log" / "a", row(1, "a"))
    write(tmp_path / "log" / "b", row(1, "bad"))
    runs = json.loads(reported(tmp_path / "log", tmp_path / "x.json"))["runs"]
    assert [run["run"] for run in runs] == ["b", "a"]
    chosen = json.loads(reported(tmp_path / "log", tmp_path / "x.json", "--run", "a"))["runs"]
    assert [run["run"] for run in chosen] == ["a"]


def refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    capsys.readouterr()
    return cli.main(list(arguments)), capsys.readouterr().err.strip()


def test_what_cannot_be_done_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log, out = tmp_path / "log", tmp_path / "x.html"
    log.mkdir()
    ask = ("report", str(log), "-o")
    assert refusal(capsys, *ask, str(out)) == (
        1,
        f"There are no samples in {log}: `rlboard doctor {log}` says of each file why.",
    )
    assert not out.exists()
    write(log, row(1, "bad"))
    assert refusal(capsys, *ask, "x.pdf") == (2, "-o x.pdf: its name has to end with .html, .md, .json")
    code, said = refusal(capsys, *ask, str(log / "x.json"))
    assert (code, said.endswith("RL Board writes nothing into a log directory; name another place.")) == (
        2,
        True,
    )
    assert refusal(capsys, *ask, str(out), "--run", "no") == (2, f"There is no run no in {log}; runs: ..")
    assert refusal(capsys, *ask, str(out), "--tab-url", "javascript:x")[0] == 2
    code, said = refusal(capsys, *ask, str(tmp_path / "no" / "x.md"))
    assert (code, said) == (2, f"{tmp_path / 'no' / 'x.md'} cannot be written: No such file or directory.")
    assert refusal(capsys, "report", str(tmp_path / "nowhere"), "-o", str(out))[0] == 2
    assert refusal(capsys, "verify", str(tmp_path / "no.json"), "--log", str(log))[0] == 2
    assert not out.exists()
