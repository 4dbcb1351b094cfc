import type { JSX } from "preact";
import type { Sample } from "../../../api/answers";
import { t } from "../../../i18n";
import { ScalarValue } from "../scalars/ScalarValue";
import { TextBlock } from "./TextBlock";

/** Texts that have a place of their own, the header among them. */
const SHOWN_ELSEWHERE = ["prompt", "response", "ref_response", "finish_reason"];

/** The prompt, folded to its end, where it asks its question. */
export function Prompt({ sample }: { sample: Sample }): JSX.Element | null {
  const text = sample.texts["prompt"];
  if (text === undefined) return null;
  return <TextBlock title={t("sample.prompt")} text={text} folded testId="prompt" />;
}

/** The response where there are no tokens to colour it by. */
export function PlainResponse({ sample, reason }: { sample: Sample; reason: string }): JSX.Element {
  const text = sample.texts["response"];
  return (
    <div class="plain-response" data-testid="plain-response">
      <p class="muted">{reason}</p>
      {text !== undefined && <TextBlock title={t("sample.response")} text={text} />}
    </div>
  );
}

/** A text of at most this many characters on one line needs no block of its own. */
const SHORT_TEXT = 80;

/** The answer key and every other text of the line; short ones share a row. */
export function OtherTexts({ sample }: { sample: Sample }): JSX.Element {
  const texts = Object.entries(sample.texts)
    .filter(([name]) => !SHOWN_ELSEWHERE.includes(name))
    .sort(([a], [b]) => Number(b === "ground_truth") - Number(a === "ground_truth"));
  const isShort = ([, text]: (typeof texts)[number]): boolean =>
    text.raw === text.shown && text.raw.length <= SHORT_TEXT && !text.raw.includes("\n");
  return (
    <>
      <dl class="facts" data-testid="short-texts">
        {texts.filter(isShort).map(([name, text]) => (
          <div key={name}>
            <dt>{textTitle(name)}</dt>
            <dd>
              <ScalarValue value={text.shown} />
            </dd>
          </div>
        ))}
      </dl>
      {texts
        .filter((text) => !isShort(text))
        .map(([name, text]) => (
          <TextBlock key={name} title={textTitle(name)} text={text} folded={text.shown.length > 400} />
        ))}
    </>
  );
}

function textTitle(name: string): string {
  return name === "ground_truth" ? t("sample.ground_truth") : name;
}
