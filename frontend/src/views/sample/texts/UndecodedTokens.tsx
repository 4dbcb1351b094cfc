import type { JSX } from "preact";
import type { Sample } from "../../../api/answers";
import { t } from "../../../i18n";
import { TextBlock } from "./TextBlock";
import { looksUndecoded } from "./undecoded";

const PACKAGE = "pip install tokenizers";

/** Where the tokens are ids: how to get their text, and the response as far as the log has it as a text. */
export function UndecodedTokens({ sample }: { sample: Sample }): JSX.Element | null {
  if (!looksUndecoded(sample.response_tokens)) return null;
  const text = sample.texts["response"];
  return (
    <div data-testid="undecoded">
      <p class="muted">
        {t("sample.undecoded")} <code>{PACKAGE}</code>
      </p>
      {text !== undefined && !looksUndecoded(text.raw.split(/[ \n]|(?=#)/, 200)) && (
        <TextBlock title={t("sample.response")} text={text} />
      )}
    </div>
  );
}
