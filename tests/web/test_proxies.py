"""TensorBoards behind a small proxy that does what real ones do: `scripts/proxies.py` tries the same with these."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import rollouts
from hosting import TensorBoard, tensorboard
from small_proxy import Rules, proxy

RUNS = "data/plugin/rlboard/runs"
BUNDLE = "data/plugin/rlboard/static/index.js"
FLAG = "--rlboard_allowed_hosts"
JUPYTER = Rules("/user/a/proxy/6006", keeps_host=True, adds={"X-Forwarded-Context": "/user/a/proxy/6006"})


def ask(address: str, name: str, **headers: str) -> tuple[int, str]:
    """Status and text that a reader gets who has typed this name."""
    said = {key.replace("_", "-"): value for key, value in headers.items()}
    request = urllib.request.Request(address, headers={"Host": name} | said)
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("proxied")
    rollouts.write(folder / "ppo", rollouts.training((1, 2), samples=2))
    return folder


@pytest.fixture(scope="module")
def prefixed(logs: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TensorBoard]:
    """One that knows the path below which it is seen, and no further name."""
    flags = ("--logdir", str(logs), "--path_prefix", "/board", "--rlboard_cache_dir", "none")
    with tensorboard(tmp_path_factory.mktemp("prefixed"), *flags) as server:
        yield server


@pytest.fixture(scope="module")
def named(logs: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TensorBoard]:
    """One that was started from a terminal of Jupyter, and knows a name."""
    flags = ("--logdir", str(logs), f"{FLAG}=board.example.org", "--rlboard_cache_dir", "none")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_SERVER_ROOT", "/home")
        with tensorboard(tmp_path_factory.mktemp("named"), *flags) as server:
            yield server


def expect_all(address: str, name: str) -> None:
    assert ask(address, name)[0] == 200
    assert ask(address + BUNDLE, name)[0] == 200
    status, text = ask(address + RUNS, name, Sec_Fetch_Site="same-origin")
    assert (status, '"run":"ppo"' in text.replace(" ", "")) == (200, True), text
    # Relative, so whatever stands before it on the reader's side stays there.
    assert '<base href="plugin/rlboard/"' in ask(address + "data/plugin_entry.html?name=rlboard", name)[1]


def test_a_proxy_with_its_own_host_below_a_prefix(prefixed: TensorBoard) -> None:
    prefixed.wait_for_runs("ppo")
    with proxy(prefixed.url, Rules("/board", "/board")) as address:
        expect_all(address, "board.example.org")
        status, said = ask(address + RUNS, "board.example.org", Sec_Fetch_Site="cross-site")
        assert (status, said) == (403, "RL Board does not answer other sites.")


def test_a_proxy_that_keeps_the_readers_host_needs_the_flag(
    prefixed: TensorBoard, named: TensorBoard
) -> None:
    with proxy(prefixed.url, Rules("/board", "/board", keeps_host=True)) as address:
        status, said = ask(address + RUNS, "board.example.org")
        assert status == 403
        assert said.endswith(f"start TensorBoard with {FLAG}=board.example.org.")
        assert ask(address + BUNDLE, "board.example.org")[0] == 200  # so that the tab can say it
    named.wait_for_runs("ppo")
    with proxy(named.url, Rules(keeps_host=True)) as address:
        expect_all(address, "board.example.org")
        assert ask(address + RUNS, "board.example.org", Origin="https://board.example.org")[0] == 200
        assert ask(address + RUNS, "board.example.org", Origin="https://evil.example")[0] == 403
        assert f"{FLAG}=evil.example" in ask(address + RUNS, "evil.example")[1]


def test_through_jupyter_server_proxy_any_name_is_the_hubs(named: TensorBoard, prefixed: TensorBoard) -> None:
    named.wait_for_runs("ppo")
    with proxy(named.url, JUPYTER) as address:
        expect_all(address, "hub.example.org")
        # Who reaches TensorBoard itself has its port, and may write any header.
        port = named.url.rpartition(":")[2].rstrip("/")
        assert ask(address + RUNS, f"evil.example:{port}")[0] == 403
    with proxy(
        prefixed.url, Rules("/user/a/proxy/6006", "/board", keeps_host=True, adds=JUPYTER.adds)
    ) as address:
        assert f"{FLAG}=hub.example.org" in ask(address + RUNS, "hub.example.org")[1]
