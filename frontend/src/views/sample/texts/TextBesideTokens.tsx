import type { JSX } from "preact";
import type { Sample } from "../../../api/answers";
import { t } from "../../../i18n";
import { formatCount } from "../../../lib/format";
import { type Coverage, partialCoverage } from "./coverage";
import { LongText } from "./LongText";
import { spaceBetween } from "./spaceBetween";
import { TextBlock } from "./TextBlock";
import { looksUndecoded } from "./undecoded";

const PACKAGE = "pip install tokenizers";

/** What the response's tokens do not say of its text. */
export interface TokensAgainstText {
  /** The tokens are ids that nobody could turn into text. */
  areIds: boolean;
  /** They spell a part of it; null where they spell it all. */
  part: Coverage | null;
  /** White space of the text in front of each token, where they lack nothing else of it. */
  spaces: readonly string[] | null;
  /** The text has to stand beside the tokens, because they do not say it. */
  standsApart: boolean;
}

const compared = new WeakMap<Sample, TokensAgainstText>();

/** Compares the tokens of a response with its text, once for each answer. */
export function tokensAgainstText(sample: Sample): TokensAgainstText {
  const known = compared.get(sample) ?? compare(sample);
  compared.set(sample, known);
  return known;
}

function compare(sample: Sample): TokensAgainstText {
  const text = sample.texts["response"];
  const areIds = looksUndecoded(sample.response_tokens);
  const isSaid = areIds || text === undefined;
  const spaces = isSaid ? null : spaceBetween(sample.response_tokens, text.shown);
  const part = isSaid || spaces !== null ? null : partialCoverage(sample.response_tokens, text.shown);
  // A text that is made of the same ids would say everything twice.
  const saysMore = text !== undefined && !looksUndecoded(text.raw.split(/[ \n]|(?=#)/, 200));
  return { areIds, part, spaces, standsApart: areIds ? saysMore : part !== null && part.rest === null };
}

/** The text of the response above its tokens, where these are ids or not the whole of it, and what to do about that. */
export function TextBesideTokens({
  sample,
  unsaid: { areIds, part, standsApart },
}: {
  sample: Sample;
  unsaid: TokensAgainstText;
}): JSX.Element | null {
  if (!areIds && !standsApart) return null;
  const text = sample.texts["response"];
  return (
    <div data-testid={areIds ? "undecoded" : "text-apart"}>
      {areIds && (
        <p class="muted">
          {t("sample.ids_without_text")} <code>{PACKAGE}</code>
        </p>
      )}
      {part !== null && <PartWords part={part} />}
      {standsApart && text !== undefined && <TextBlock title={t("sample.response")} text={text} />}
    </div>
  );
}

/** What follows in the text where the tokens end, without colours. */
export function RestOfText({ part }: { part: Coverage | null }): JSX.Element | null {
  if (part === null || part.rest === null) return null;
  return (
    <div data-testid="text-rest">
      <PartWords part={part} />
      <p class="text rest">
        <LongText text={part.rest} />
      </p>
    </div>
  );
}

function PartWords({ part: { covered, total, rest } }: { part: Coverage }): JSX.Element {
  const slots = { covered: formatCount(covered), total: formatCount(total) };
  return <p class="odd">{t(rest === null ? "sample.tokens.part" : "sample.tokens.part_then_rest", slots)}</p>;
}
