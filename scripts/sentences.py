"""Collects every sentence that the server says to a person, and brings the Chinese ones of the frontend up to date.

A sentence stays where it is said: a text or an f-string in the code. This module finds them in the syntax tree, so
nobody has to list a new one twice. `make sentences` writes the new ones into the files in `TARGET`, each with an empty
translation to be filled in, takes out what nobody says any more, and names what is left to do; a test demands that
nothing is. Slots are told by their place, so the names that a translator gives them stay. `{|value|values}` stands for
either word (`texts.plural`), which Chinese has not.
"""

from __future__ import annotations

import ast
import itertools
import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tensorboard_plugin_rlboard.problem_kinds import PROBLEM_KINDS

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "tensorboard_plugin_rlboard"
TARGET = ROOT / "frontend" / "src" / "i18n" / "zh" / "sentences"
FILES = {
    "board": ("board", "web", "plugin.py"),
    "findings": ("findings",),
    "formats": ("formats",),
    "index": ("index",),
    "settings": ("training",),
    "sources": ("sources",),
    "kinds": ("problem_kinds.py",),
}
"""File of translations -> the rooms whose sentences it holds. What two of them say is in the first."""
PROBLEM_KINDS_FILE = ROOT / "frontend" / "src" / "i18n" / "problemKinds.json"
"""What the tab calls a kind of problem, in English: the server's own words, whose Chinese is in `kinds.json`."""
ELSEWHERE = "elsewhere"
"""The file of parts that a sentence of ours quotes: what Python, the system and the browser say, and single words."""
MODULES_NOT_SHOWN = frozenset({
    "index/cache/blob_folder.py", "index/cache/manifest.py", "index/cache/part_store.py",
    "formats/conversations/messages.py", "formats/evidence/number_words.py", "sources/owned_folder.py",
    "web/json_answers.py",
})  # fmt: skip
"""Modules whose words are for the terminal, or become part of a log's own texts, or are compared with its keys."""
NOT_SHOWN = frozenset({
    "split, attempt, step, {}", "[tensor of shape {}]", "[array of shape {}]", "{} is no container",
    'struct_pack(step := step, attempt := attempt, file := file, line_offset := line_offset, "row" := "row")',
    "{} {} NULLS LAST, step, begins, g", "[abs(pair.r - mean) * pair.t for pair in apart]",
    "the range begins at {}, but the file was read up to {}", "It cannot be read", "It lies beside", "its id", "sum of ", " with decimal comma", " with thousands comma", 'Parquet file "{}"',

    "[nested too deeply]",
})  # fmt: skip
"""Further texts that read like words and are none that the tab shows."""
SLOT = re.compile(r"\{~{0,2}(\w+)\}")
_SQL = re.compile(
    r"\b(?:AND|AS|ASC|BEGIN|BETWEEN|BIGINT|CASE|CAST|DESC|DISTINCT|FROM|IN|JOIN|LIMIT|NOT|NULL|OR|OVER|PARTITION|PRAGMA|REPLACE|"
    r"ROWS|SELECT|SET|TABLE|THEN|WHEN|WHERE|list_filter)\b"
)
_TWO_WORDS = re.compile(r"\b[A-Za-z][a-z']*,? [a-z']+\b|^an? [A-Z]")
_ENDED_SENTENCE = re.compile(r"\b[a-z]{2,}\b.* .*\.$| .*\b[a-z]{2,}\b.*\.$", re.DOTALL)


@dataclass(frozen=True)
class Sentence:
    """A sentence, or the part of one, as the code says it.

    Attributes:
        template: its words, with slots for the values.
        place: file and line.
    """

    template: str
    place: str

    @property
    def shape(self) -> str:
        """The words alone: two templates of one shape differ in the names of their slots."""
        return shape_of(self.template)


def shape_of(template: str) -> str:
    """A template without the names of its slots."""
    return SLOT.sub("{}", template)


def collect(room: str) -> dict[str, Sentence]:
    """Shape -> sentence, of everything that a room or module of the package says."""
    path = PACKAGE / room
    found: dict[str, Sentence] = {}
    for module in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
        name = module.relative_to(PACKAGE).as_posix()
        if name not in MODULES_NOT_SHOWN:
            for sentence in sentences_in(ast.parse(module.read_text(encoding="utf-8")), name):
                found.setdefault(sentence.shape, sentence)
    return found


def collect_all() -> dict[str, dict[str, Sentence]]:
    """Name of the file of translations -> shape -> sentence; a shape is in one of them only."""
    seen: set[str] = set()
    files: dict[str, dict[str, Sentence]] = {}
    for name, rooms in FILES.items():
        sentences = {
            shape: sentence
            for room in rooms
            for shape, sentence in collect(room).items()
            if shape not in seen
        }
        files[name] = dict(sentences)
        seen |= sentences.keys()
    return files


def sentences_in(tree: ast.Module, name: str) -> Iterator[Sentence]:
    """The sentences of a module, in their order; places are named after it."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if _is_not_shown(node):
            continue
        if isinstance(node, (ast.Constant, ast.JoinedStr)):
            for words in _alternatives(node):
                if reads_like_words(shape_of(words)):
                    yield Sentence(_with_distinct_slots(words), f"{name}:{node.lineno}")
            parts = [
                part.value for part in getattr(node, "values", ()) if isinstance(part, ast.FormattedValue)
            ]
            waiting += [part for part in reversed(parts) if not isinstance(part, (ast.IfExp, ast.BoolOp))]
        else:
            waiting += reversed(list(ast.iter_child_nodes(node)))


def _is_not_shown(node: ast.AST) -> bool:
    """Whether a node holds no words for the tab: a docstring, a message of the log, a pattern, the origin of a format."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return isinstance(node.func.value, ast.Name) and node.func.value.id in {"logger", "re"}
    return isinstance(node, ast.keyword) and node.arg == "definition"


def reads_like_words(shape: str) -> bool:
    """Whether a text is said to a person: two words in a row, or an ended sentence; SQL is neither."""
    if shape in NOT_SHOWN:
        return False
    return bool(_ENDED_SENTENCE.search(shape) or (_TWO_WORDS.search(shape) and not _SQL.search(shape)))


def _alternatives(node: ast.expr) -> list[str]:
    """The templates that an expression may give: one for each way through its conditions."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    if not isinstance(node, ast.JoinedStr):
        return []
    parts = [
        _slot_alternatives(part.value) if isinstance(part, ast.FormattedValue) else _alternatives(part)
        for part in node.values
    ]
    return list(dict.fromkeys("".join(alternative) for alternative in itertools.product(*parts)))


def _slot_alternatives(node: ast.expr) -> list[str]:
    """What a value in an f-string may give: words where they stand in it, else a slot."""
    if isinstance(node, ast.IfExp):
        return _slot_alternatives(node.body) + _slot_alternatives(node.orelse)
    if isinstance(node, ast.BoolOp):
        return [alternative for value in node.values for alternative in _slot_alternatives(value)]
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "plural":
        forms = [str(word.value) for word in node.args[1:] if isinstance(word, ast.Constant)]
        return ["{|" + "|".join(forms) + "}"]
    return _alternatives(node) or [f"{{{_slot_name(node)}}}"]


def _with_distinct_slots(template: str) -> str:
    """A template none of whose slots is called like another."""
    seen: list[str] = []

    def distinct(slot: re.Match[str]) -> str:
        seen.append(slot[1])
        count = seen.count(slot[1])
        return slot[0] if count == 1 else f"{{{slot[1]}_{count}}}"

    return SLOT.sub(distinct, template)


def _slot_name(node: ast.expr) -> str:
    """What a slot is called before a translator has renamed it: as the last name in its expression."""
    names = [name.strip("_").lower() for name in re.findall(r"[A-Za-z_]\w*", ast.unparse(node))]
    return names[-1] if names and names[-1] else "value"


def read_translations(name: str) -> dict[str, str]:
    """English template -> Chinese one, of a file of translations."""
    path = TARGET / f"{name}.json"
    found: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found


def merged_translations(
    sentences: Mapping[str, Sentence], old_translations: Mapping[str, str]
) -> dict[str, str]:
    """What is said now, in the order of the code, with the translations and slot names that there were."""
    translations = {shape_of(template): (template, chinese) for template, chinese in old_translations.items()}
    return dict(translations.get(shape, (sentence.template, "")) for shape, sentence in sentences.items())


def problem_kinds_json() -> str:
    """The content of the tab's list of kinds of problems."""
    return json.dumps(PROBLEM_KINDS, indent=2) + "\n"


def main() -> int:
    """Write the files; 1 if a translation is missing."""
    old_files = {name: read_translations(name) for name in FILES}
    old_translations = {
        template: chinese for file in old_files.values() for template, chinese in file.items()
    }
    missing = 0
    unused = dict(old_translations)
    for name, sentences in collect_all().items():
        new_translations = merged_translations(sentences, old_translations)
        content = json.dumps(new_translations, indent=2, ensure_ascii=False) + "\n"
        (TARGET / f"{name}.json").write_text(content, encoding="utf-8")
        for template in new_translations:
            unused.pop(template, None)
        for template in (template for template, chinese in new_translations.items() if not chinese):
            missing += 1
            print(f"{name}.json: say it in Chinese: {template} ({sentences[shape_of(template)].place})")
    PROBLEM_KINDS_FILE.write_text(problem_kinds_json(), encoding="utf-8")
    for template, chinese in unused.items():
        print(f"taken out, as nobody says it: {template} = {chinese}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
