"""The texts that are compared, as they are shown, and their tokens with one metric."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tensorboard_plugin_rlboard.api import MetricInfo
from tensorboard_plugin_rlboard.board.run_schema import RunSession, token_metric_info
from tensorboard_plugin_rlboard.board.samples.decoded_samples import DecodedSample, DecodedSamples
from tensorboard_plugin_rlboard.board.samples.index_row import index_row
from tensorboard_plugin_rlboard.board.samples.shown_tokens import shown_tokens, spelling_of
from tensorboard_plugin_rlboard.board.samples.token_rows import listed_rows, token_metric_names
from tensorboard_plugin_rlboard.formats.tokenization.token_text import BROKEN
from tensorboard_plugin_rlboard.texts import TextRules


@dataclass(frozen=True)
class Side:
    """One of two texts.

    Attributes:
        run: its run.
        id: its sample.
        step: of the sample.
        name: `response` or `ref_response`.
        text: as it is shown; None where the sample has none.
        tokens: its tokens as text; empty where there are none.
        decoded: the sample of the tokens; None without tokens.
        token_metrics: names of the metrics of the tokens.
    """

    run: str
    id: str
    step: int
    name: str
    text: str | None
    tokens: Sequence[str] = ()
    decoded: DecodedSample | None = None
    token_metrics: Sequence[str] = ()

    def compared_tokens(self) -> list[str]:
        """The keys by which tokens are compared: their text, with its spelling where the text alone does not tell them apart.

        A character whose bytes lie in several tokens stands whole in the first of them and the others are empty, and
        what is no UTF-8 is one sign, whatever the bytes: by the text alone, parts of two characters would be equal.
        """
        found, first = [*self.tokens], 0
        if self.decoded is None:
            return found
        for at, (shown, spelt) in enumerate(zip(self.tokens, self.decoded.row.token_strings, strict=True)):
            if shown == "" and spelt and at and not self.tokens[first].isascii():
                if at == first + 1:
                    found[first] = f"{self.tokens[first]}\0{self.decoded.row.token_strings[first]}"
                found[at] = f"{self.tokens[first]}\0{at - first}\0{spelt}"
                continue
            first = at
            if BROKEN in shown:
                found[at] = f"{shown}\0{spelt}"
        return found

    def values(self, metric: str) -> list[float | None] | None:
        """One metric of each token: None for a missing value, NaN for a logged one; None for all without the metric."""
        if self.decoded is None or metric not in self.token_metrics:
            return None
        return listed_rows(self.decoded, [metric])[metric]

    def metric_info(self, metric: str) -> MetricInfo | None:
        """How a metric of the tokens is labelled; None where they do not have it."""
        if self.decoded is None or metric not in self.token_metrics:
            return None
        return token_metric_info(metric, self.decoded.logged)


def response_side(session: RunSession, name: str, rules: TextRules, decoded_samples: DecodedSamples) -> Side:
    """The response of a sample.

    Raises:
        UnknownError: the run has no such sample.
    """
    run, schema = session.run, session.schema
    row = index_row(session, name, _column(session, "response"))
    decoded = decoded_samples.get(run, row.location)
    tokens = shown_tokens(session, spelling_of(session, row.location.file), decoded.row)
    text = row.values.get("text")
    return Side(
        run.name,
        name,
        row.values["step"],
        "response",
        "".join(tokens) if text is None and tokens else _shown(text, rules),
        tokens,
        decoded if tokens else None,
        token_metric_names(schema, decoded),
    )


def reference_side(session: RunSession, name: str, rules: TextRules) -> Side:
    """The reference answer of a sample, logged or joined.

    Raises:
        UnknownError: the run has no such sample.
    """
    row = index_row(session, name, _column(session, "ref_response"))
    return Side(
        session.run.name, name, row.values["step"], "ref_response", _shown(row.values.get("text"), rules)
    )


def _column(session: RunSession, name: str) -> dict[str, str]:
    return {"text": session.schema.text_sql[name]} if name in session.schema.text_sql else {}


def _shown(text: object, rules: TextRules) -> str | None:
    return None if text is None else rules.apply_response(str(text))
