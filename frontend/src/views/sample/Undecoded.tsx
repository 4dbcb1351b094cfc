import type { JSX } from "preact";
import { t } from "../../i18n";

const PACKAGE = 'pip install "tensorboard-plugin-rlboard[tokenizers]"';

/** Whether most tokens are ids that nobody could turn into text: `#151643`. */
export function looksUndecoded(tokens: readonly string[]): boolean {
  const said = tokens.filter((token) => token !== "");
  return said.filter((token) => /^#\d+$/.test(token)).length * 2 > said.length;
}

/** How to get text where the log has ids only. */
export function Undecoded({ tokens }: { tokens: readonly string[] }): JSX.Element | null {
  if (!looksUndecoded(tokens)) return null;
  return (
    <p class="muted" data-testid="undecoded">
      {t("sample.undecoded")} <code>{PACKAGE}</code>
    </p>
  );
}
