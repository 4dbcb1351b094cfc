/** The line that says how a run's columns were guessed; it is quiet where a format or an rlboard.toml says them. */

import type { JSX } from "preact";
import type { RunInfo } from "../../api/answers";
import { t } from "../../i18n";
import { isStrings, storedSignal } from "../../lib/storage";
import { adoptStyles, Button } from "../../ui";
import { mappingSignature, readingLine } from "../info/mappingPairs";
import noticesCss from "./notices.css?inline";

/** Signatures of guesses whose bar the reader has closed; the bar comes back for another guess. */
const hiddenGuesses = storedSignal<string[]>("mapping.seen", [], isStrings);

export function MappingBar({ info, onOpen }: { info: RunInfo; onOpen: () => void }): JSX.Element | null {
  const signature = mappingSignature(info);
  if (!info.mapping_guessed || info.mapping === null || hiddenGuesses.value.includes(signature)) return null;
  adoptStyles(noticesCss);
  const words = t("info.mapping.guessed", { columns: readingLine(info) });
  return (
    <section class="banner guessed" aria-label={t("info.mapping.bar")} data-testid="mapping-bar">
      <span class="words" title={words}>
        {words}
      </span>
      <Button onClick={onOpen} testId="mapping-open">
        {t("info.mapping.show")}
      </Button>
      <Button
        quiet
        label={t("info.mapping.hide")}
        testId="mapping-hide"
        onClick={() => {
          hiddenGuesses.value = [...hiddenGuesses.value.slice(-50), signature];
        }}
      >
        ✕
      </Button>
    </section>
  );
}
