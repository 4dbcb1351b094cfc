"""Token ids as strings and text: tokenizers made here by the package itself, and none where there is none."""

from __future__ import annotations

import json
import logging
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from example_counts import examples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tokenizing import END, TEXTS, byte_level

from tensorboard_plugin_rlboard.formats.tokenization import tokenizer
from tensorboard_plugin_rlboard.formats.tokenization.style_evidence import decode_for_display
from tensorboard_plugin_rlboard.formats.tokenization.token_text import TokenStyle
from tensorboard_plugin_rlboard.formats.tokenization.tokenizer import (
    Decoders,
    find_tokenizer,
    load_tokenizer,
    load_whole_tokenizer,
)


def loaded(log: Path, root: Path) -> Decoders:
    found = load_tokenizer(str(log), find_tokenizer(str(log), str(root)))
    assert found is not None
    return found


@pytest.fixture
def log(tmp_path: Path) -> Path:
    folder = tmp_path / "logs" / "run" / "step_1"
    folder.mkdir(parents=True)
    return folder / "rank_0.jsonl"


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("with_decoder", [True, False])
def test_tokens_as_stored_and_text(log: Path, tmp_path: Path, text: str, with_decoder: bool) -> None:
    made = byte_level(log.parent, with_decoder=with_decoder)
    to_tokens, to_text = loaded(log, tmp_path)
    coded = made.encode(text + END)
    tokens = to_tokens(coded.ids)
    assert tokens == coded.tokens
    assert tokens[-1] == END
    assert to_text(coded.ids) == text + END
    assert "".join(decode_for_display(tokens)) == text + END


def test_spelling_of_byte_level_tokens(log: Path, tmp_path: Path) -> None:
    made = byte_level(log.parent)
    ids = [made.token_to_id("Ġ"), *made.encode("月").ids]
    to_tokens, to_text = loaded(log, tmp_path)
    assert "".join(to_tokens(ids)) == "Ġæľ" + "Ī"
    assert to_text(ids) == " 月"


def test_what_is_no_id_of_the_vocabulary(log: Path, tmp_path: Path) -> None:
    made = byte_level(log.parent)
    the, beyond = made.token_to_id("T"), made.get_vocab_size()
    to_tokens, to_text = loaded(log, tmp_path)
    ids = [beyond, the, -1, the, the, 2**40, 2**70]
    assert to_tokens(ids) == [f"#{beyond}", "T", "#-1", "T", "T", f"#{2**40}", f"#{2**70}"]
    assert to_text(ids) == f"#{beyond}T#-1TT#{2**40}#{2**70}"
    assert (to_tokens([]), to_text([])) == ([], "")


def test_sentencepiece_spelling(log: Path, tmp_path: Path) -> None:
    package = pytest.importorskip("tokenizers")
    vocab = {"<unk>": 0, "▁The": 1, "▁moon": 2, ".": 3, "<0xE6>": 4, "<0x9C>": 5, "<0x88>": 6}
    made = package.Tokenizer(
        package.models.BPE(vocab=vocab, merges=[], unk_token="<unk>", byte_fallback=True)
    )
    made.decoder = package.decoders.Sequence(
        [package.decoders.Replace("▁", " "), package.decoders.ByteFallback(), package.decoders.Fuse()]
    )
    made.save(str(log.parent / "tokenizer.json"))
    to_tokens, to_text = loaded(log, tmp_path)
    assert to_tokens([1, 2, 3, 4, 5, 6]) == list(vocab)[1:]
    assert to_text([1, 2, 3, 4, 5, 6]) == " The moon.月"


def test_the_nearest_folder_up_to_the_root_counts(log: Path, tmp_path: Path) -> None:
    root = tmp_path / "logs"
    byte_level(tmp_path)  # above the root: not ours
    assert find_tokenizer(str(log), str(root)) == ""
    byte_level(root)
    size = (root / "tokenizer.json").stat().st_size
    assert find_tokenizer(str(log), str(root)) == f"2:{size}"
    byte_level(log.parent.parent)
    assert find_tokenizer(str(log), str(root)).startswith("1:")
    byte_level(log.parent)
    assert find_tokenizer(str(log), str(root)).startswith("0:")
    # A file that does not lie below the root has its own folder only.
    assert find_tokenizer(str(log), str(tmp_path / "elsewhere")).startswith("0:")
    (log.parent / "tokenizer.json").unlink()
    assert find_tokenizer(str(log), str(tmp_path / "elsewhere")) == ""


def test_the_folder_tokenizer_of_a_dump_counts_behind_the_folder_that_it_lies_in(
    log: Path, tmp_path: Path
) -> None:
    folder = log.parent.parent / "tokenizer"
    folder.mkdir()
    byte_level(folder)
    found = find_tokenizer(str(log), str(tmp_path))
    assert found == f"1/tokenizer:{(folder / 'tokenizer.json').stat().st_size}"
    assert load_tokenizer(str(log), found) is not None
    byte_level(folder.parent)
    assert find_tokenizer(str(log), str(tmp_path)).startswith("1:")


def test_checkpoints_addresses_and_folders_are_not_looked_at(log: Path, tmp_path: Path) -> None:
    byte_level(log.parent / "checkpoint-100")
    (log.parent / "tokenizer.json").mkdir()
    assert find_tokenizer(str(log), str(tmp_path)) == ""
    assert find_tokenizer("s3://bucket/run/rank_0.jsonl", "s3://bucket") == ""
    assert find_tokenizer("a\0b/c.jsonl", "a") == ""


@pytest.mark.parametrize(
    "option", ["", "1", ":", "x:1", "-1:10", "1:x", "99:10", "0:10", "0/..:10", "0/tokenizer:10"]
)
def test_options_that_name_no_tokenizer(log: Path, option: str) -> None:
    assert load_tokenizer(str(log), option) is None


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "null",
        "[]",
        '{"model": {}}',
        '{"version":"1.0","model":{"type":"BPE","vocab":{},"merges":["a"]}}',
    ],
)
def test_a_broken_tokenizer_is_said_once_and_not_used(
    log: Path, tmp_path: Path, body: str, caplog: pytest.LogCaptureFixture
) -> None:
    pytest.importorskip("tokenizers")
    file = log.parent / "tokenizer.json"
    file.write_text(body)
    option = find_tokenizer(str(log), str(tmp_path))
    assert option == f"0:{len(body)}"
    with caplog.at_level(logging.WARNING):
        assert load_tokenizer(str(log), option) is None
        assert load_tokenizer(str(log), option) is None
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 1
    assert str(file) in said[0]


@pytest.mark.parametrize(("bound", "least"), [("_MAX_BYTES", 100), ("_MAX_VALUES", 3)])
def test_what_is_too_large_for_a_tokenizer_is_not_parsed(
    log: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    bound: str,
    least: int,
) -> None:
    byte_level(log.parent)
    monkeypatch.setattr(tokenizer, bound, least)
    assert load_tokenizer(str(log), find_tokenizer(str(log), str(tmp_path))) is None
    assert "which no tokenizer has" in caplog.text


def test_a_tokenizer_that_is_gone_or_another_by_now(
    log: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    byte_level(log.parent)
    option = find_tokenizer(str(log), str(tmp_path))
    file = log.parent / "tokenizer.json"
    whole = file.read_text()
    file.write_text(whole[:-100])  # as while it is being written
    assert load_tokenizer(str(log), option) is None
    assert "has changed" in caplog.text
    file.write_text(whole)
    assert load_tokenizer(str(log), option) is not None
    file.unlink()
    assert load_tokenizer(str(log), option) is None
    assert "cannot be read" in caplog.text


def test_without_the_package(
    log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    file = log.parent / "tokenizer.json"
    file.write_text(json.dumps({"version": "1.0"}))
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    assert find_tokenizer(str(log), str(tmp_path)) == ""
    # A worker of a cluster may lack what the machine has that handed out its task.
    assert load_tokenizer(str(log), f"0:{file.stat().st_size}") is None
    assert "not installed" in caplog.text


def test_many_threads_load_it_once(log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = byte_level(log.parent)
    option = find_tokenizer(str(log), str(tmp_path))
    times: list[str] = []
    make = tokenizer._decoders

    def counted(found: object) -> Decoders:
        times.append("")
        return make(found)

    monkeypatch.setattr(tokenizer, "_decoders", counted)
    ids = made.encode(TEXTS[1]).ids
    texts: list[str] = []

    def read() -> None:
        found = load_tokenizer(str(log), option)
        assert found is not None
        texts.extend(found[1](ids) for _ in range(50))

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert times == [""]
    assert texts == [TEXTS[1]] * 200


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=examples(60))
@given(st.lists(st.integers(-5, 330) | st.integers(), max_size=12))
def test_any_ids_have_as_many_tokens(log: Path, tmp_path: Path, ids: list[int]) -> None:
    if not (log.parent / "tokenizer.json").exists():
        byte_level(log.parent)
    to_tokens, to_text = loaded(log, tmp_path)
    assert len(to_tokens(ids)) == len(ids)
    assert isinstance(to_text(ids), str)


@pytest.mark.parametrize(
    ("decoder", "style"),
    [
        (lambda d: d.ByteLevel(), TokenStyle.BYTE_LEVEL),
        (lambda d: d.Metaspace(), TokenStyle.SENTENCEPIECE),
        (lambda d: d.WordPiece(), TokenStyle.WORDPIECE),
        (lambda d: d.WordPiece(prefix="@@"), None),
        (lambda d: d.BPEDecoder(), None),
        (
            lambda d: d.Sequence([d.Sequence([d.Replace("▁", " ")]), d.ByteFallback()]),
            TokenStyle.SENTENCEPIECE,
        ),
        (lambda d: d.Sequence([d.Fuse(), d.ByteLevel()]), TokenStyle.BYTE_LEVEL),
        (lambda d: d.Replace("_", " "), None),
    ],
)
def test_a_decoder_says_how_its_tokens_are_spelt(
    log: Path, tmp_path: Path, decoder: Callable[[Any], Any], style: TokenStyle | None
) -> None:
    package = pytest.importorskip("tokenizers")
    made = byte_level(log.parent)
    made.decoder = decoder(package.decoders)
    made.save(str(log.parent / "tokenizer.json"))
    found = load_whole_tokenizer(str(log), find_tokenizer(str(log), str(tmp_path)))
    assert found is not None
    assert found.style_of(made.encode(TEXTS[0]).tokens) is style
    assert found.style_of([" of", " another", "T"]) is None
    assert found.style_of([]) is None
