/** Which of the log's columns stand for which of our words: what was guessed, and how to correct it. */

import type { JSX } from "preact";
import type { RunInfo } from "../../api/answers";
import { t } from "../../i18n";
import { isStrings, setting } from "../../lib/storage";
import { adopt, Button, Dialog } from "../../ui";
import { CopyButton } from "../../ui/CopyButton";
import infoCss from "./info.css?inline";
import { pairsOf, signatureOf } from "./mappingPairs";

/** Guesses that the reader has seen and put away; another guess is said again. */
const seen = setting<string[]>("mapping.seen", [], isStrings);

/** A quiet line: the columns were guessed, and how. */
export function MappingBar({ info, onOpen }: { info: RunInfo; onOpen: () => void }): JSX.Element | null {
  const signature = signatureOf(info);
  if (!info.mapping_guessed || info.mapping === null || seen.value.includes(signature)) return null;
  adopt(infoCss);
  const columns = pairsOf(info.mapping).map(([word, key]) => (word === key ? word : `${word} ← ${key}`));
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
          seen.value = [...seen.value.slice(-50), signature];
        }}
      >
        ✕
      </Button>
    </section>
  );
}

/** The whole mapping, the file that says it, and where to put that. */
export function Mapping({ info }: { info: RunInfo }): JSX.Element | null {
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
          {pairsOf(info.mapping).map(([word, key]) => (
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
        <Mapping info={info} />
      </div>
    </Dialog>
  );
}
