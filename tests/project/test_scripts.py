from __future__ import annotations

import importlib.util
import os
import socket
import subprocess
import sys
from pathlib import Path

import browser
import demo
import environment
import pytest
from document_section import write_section

BEGIN, END = "<!-- table -->", "<!-- /table -->"


def test_an_old_python_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2, "final", 0))
    with pytest.raises(environment.SetupError, match=r"needs Python 3\.11 or newer and this is 3\.9\.2"):
        environment.prepare([])


def test_a_python_without_venv_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "PYTHON", tmp_path / "none")
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(environment.SetupError, match="python3-venv"):
        environment.prepare([])


def test_a_taken_port_is_refused_and_passed_over() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(environment.SetupError, match=f"Port {port} on 127.0.0.1 is taken"):
            demo.choose_port("127.0.0.1", port)
        assert demo.choose_port("127.0.0.1", None) != port


def test_a_foreign_address_is_refused() -> None:
    with pytest.raises(environment.SetupError, match=r"Cannot listen on 192\.0\.2\.1"):
        demo.choose_port("192.0.2.1", None)


def test_a_missing_log_folder_is_refused(tmp_path: Path) -> None:
    demo.check_folder(str(tmp_path))
    with pytest.raises(environment.SetupError, match="There is no folder"):
        demo.check_folder(str(tmp_path / "none"))


def test_what_fails_is_followed_by_what_to_do(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(environment.SetupError, match="Do this instead"):
        environment.run([sys.executable, "-c", "import sys; sys.exit('its own message')"], "Do this instead.")
    assert "its own message" in capfd.readouterr().err


def test_a_command_runs_beside_another_and_the_first_fault_is_told(tmp_path: Path) -> None:
    made = tmp_path / "made"
    waits = f"import pathlib, time\nwhile not pathlib.Path({str(made)!r}).exists(): time.sleep(0.01)"
    with environment.run_meanwhile([sys.executable, "-c", waits], "Do this instead."):
        made.touch()  # else it would wait for ever
    failing = [sys.executable, "-c", "raise SystemExit(1)"]
    with (
        pytest.raises(environment.SetupError, match="Do that instead"),
        environment.run_meanwhile(failing, "Do that instead."),
    ):
        made.unlink()
    with pytest.raises(KeyError), environment.run_meanwhile(failing, "Not this."):
        raise KeyError
    shown = "import os, sys; sys.exit(os.environ['RLBOARD_SHOWN'] != 'yes')"
    environment.run([sys.executable, "-c", shown], "Do this instead.", RLBOARD_SHOWN="yes")


def test_what_is_said_at_the_end_does_not_mix_with_the_other_and_is_shown_where_it_failed(
    capfd: pytest.CaptureFixture[str],
) -> None:
    failing = "import sys; print('of it'); print('its fault', file=sys.stderr, flush=True); sys.exit(1)"
    with (
        pytest.raises(environment.SetupError, match="Do this instead"),
        environment.run_meanwhile([sys.executable, "-u", "-c", failing], "Do this instead.", at_end=True),
    ):
        environment.run([sys.executable, "-c", "print('the other')"], "Not this.")
    shown = capfd.readouterr()
    assert shown.out.splitlines()[-3:] == ["the other", "of it", "its fault"]
    assert shown.err == ""


def test_a_browser_can_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RLBOARD_CHROMIUM", "/somewhere/chromium")
    assert browser.find() == "/somewhere/chromium"


def test_no_browser_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(browser, "find", lambda: None)
    monkeypatch.setattr(sys, "argv", ["browser.py"])
    assert browser.main() == 1
    assert "RLBOARD_CHROMIUM" in capsys.readouterr().err


def browsers(folder: Path, *names: str) -> None:
    """Programs of these names that start."""
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).write_text("#!/bin/sh\nexit 0\n", encoding="utf-8")
        (folder / name).chmod(0o755)


@pytest.mark.skipif(os.name == "nt", reason="the browsers here are shell scripts")
def test_the_headless_shell_is_taken_before_the_whole_browser(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RLBOARD_CHROMIUM", raising=False)
    monkeypatch.setattr(browser, "PLACES", ())
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "none"))
    monkeypatch.setenv("PATH", str(tmp_path))
    shell, whole = str(tmp_path / "chromium-headless-shell"), str(tmp_path / "chromium")
    assert browser.find() is None
    browsers(tmp_path, "chromium")
    assert (browser.find(), browser.find(whole=True)) == (whole, whole)
    browsers(tmp_path, "chromium-headless-shell")
    assert (browser.find(), browser.find(whole=True)) == (shell, whole)


@pytest.mark.skipif(os.name == "nt", reason="there is no apt-get")
def test_the_whole_browser_is_installed_where_there_is_no_shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[list[str]] = []

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        said.append(command)
        return subprocess.CompletedProcess(command, 100 if "chromium-headless-shell" in command else 0)

    browsers(tmp_path, "apt-get")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(subprocess, "run", run)
    browser.install()
    assert [command[-2:] for command in said[1:]] == [
        ["chromium-headless-shell", "fonts-noto-cjk"],
        ["chromium", "fonts-noto-cjk"],
    ]


def test_property_tests_of_a_mutation_run_have_no_time_limit(tmp_path: Path) -> None:
    test = tmp_path / "test_limit.py"
    test.write_text(
        "from hypothesis import settings\ndef test_limit(): assert settings.default.deadline is None\n"
    )
    run = (
        "import sys; from pathlib import Path; import mutation as m; name = sys.argv[1]; "
        "m.TESTS[name] = Path(name); m.WITHOUT_FIXTURES.add(name); m.run_tests(m.ROOT, [name])"
    )
    scripts = environment.ROOT / "scripts"
    assert subprocess.run([sys.executable, "-c", run, str(test)], cwd=scripts, check=False).returncode == 0


def test_only_what_is_between_the_markers_is_replaced(tmp_path: Path) -> None:
    document = tmp_path / "document.md"
    document.write_text(f"above\n{BEGIN}\nold\n{END}\nbelow\n", encoding="utf-8")
    for text in ("新\n", "new\n\n"):
        write_section(document, BEGIN, END, text)
        assert document.read_text("utf-8") == f"above\n{BEGIN}\n\n{text.strip()}\n\n{END}\nbelow\n"


@pytest.mark.parametrize("content", ["no place\n", f"above\n{BEGIN}\nbelow\n", f"above\n{END}\nbelow\n"])
def test_a_document_without_both_markers_stays_as_it_is(tmp_path: Path, content: str) -> None:
    document = tmp_path / "document.md"
    document.write_text(content, encoding="utf-8")
    with pytest.raises(SystemExit, match=r"document\.md has no place for figures: a line <!-- table -->"):
        write_section(document, BEGIN, END, "new")
    assert document.read_text("utf-8") == content
