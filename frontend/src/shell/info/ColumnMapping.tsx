/** Which keys of the log stand for which of our columns: what was guessed, and how to correct it. */

import type { JSX } from "preact";
import type { RunInfo } from "../../api/answers";
import { t } from "../../i18n";
import { isStrings, setting } from "../../lib/storage";
import { adopt, Button, CopyButton, Dialog } from "../../ui";
import infoCss from "./info.css?inline";
import { mappingPairs, mappingSignature } from "./mappingPairs";

/** Signatures of guesses whose bar the reader has closed; the bar comes back for another guess. */
const hiddenGuesses = setting<string[]>("mapping.seen", [], isStrings);

/** The bar that says that the columns were guessed, and how. */
export function MappingBar({ info, onOpen }: { info: RunInfo; onOpen: () => void }): JSX.Element | null {
  const signature = mappingSignature(info);
  if (!info.mapping_guessed || info.mapping === null || hiddenGuesses.value.includes(signature)) return null;
  adopt(infoCss);
  const columns = mappingPairs(info.mapping).map(([word, key]) => (word === key ? word : `${word} ← ${key}`));
  const words = t("info.mapping.guessed", { columns: columns.join(", ") });
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

/** The whole mapping, and the `rlboard.toml` that keeps or corrects it. */
export function ColumnMapping({ info }: { info: RunInfo }): JSX.Element | null {
  if (info.mapping === null) return null;
  const { mapping_guessed: guessed, mapping_toml: toml } = info;
  return (
    <section aria-labelledby="info-mapping" data-testid="mapping">
      <h3 id="info-mapping">{t("info.mapping")}</h3>
      <p class="muted">{t(guessed ? "info.mapping.about_guess" : "info.mapping.configured")}</p>
      <table class="listing">
        <thead>
          <tr>
            <th scope="col">{t("info.mapping.word")}</th>
            <th scope="col">{t("info.mapping.key")}</th>
          </tr>
        </thead>
        <tbody>
          {mappingPairs(info.mapping).map(([word, key]) => (
            <tr key={`${word} ${key}`}>
              <td>
                <code>{word}</code>
              </td>
              <td>
                <code>{key}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {toml !== "" && guessed && (
        <>
          <p>
            {t("info.mapping.save", { run: info.run })}{" "}
            <CopyButton text={() => toml} label={t("info.mapping.copy")} />
          </p>
          <pre data-testid="mapping-toml">{toml}</pre>
        </>
      )}
    </section>
  );
}

/** The mapping in a dialog of its own, opened from the bar. */
export function MappingDialog({ info, onClose }: { info: RunInfo; onClose: () => void }): JSX.Element {
  adopt(infoCss);
  return (
    <Dialog
      title={t("info.mapping.title", { run: info.run })}
      closeLabel={t("shell.close")}
      onClose={onClose}
      testId="mapping-dialog"
    >
      <div class="run-info">
        <ColumnMapping info={info} />
      </div>
    </Dialog>
  );
}
