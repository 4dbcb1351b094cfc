/** Which keys of the log stand for which of our columns: what was guessed, what else it may be, how to correct it. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { RunInfo } from "../../api/answers";
import { findMessage, t, translate } from "../../i18n";
import { adoptStyles, CopyButton, Dialog, Select } from "../../ui";
import infoCss from "./info.css?inline";
import { columnSourceWords, mappingPairs } from "./mappingPairs";
import { tomlWithChoices } from "./mappingToml";

type Choices = Readonly<Record<string, string>>;

interface KeyCellProps {
  word: string;
  source: string;
  alternatives: readonly string[];
  chosen: string | undefined;
  onChoose: (key: string) => void;
}

/** Where a column comes from; a choice where other keys might hold it as well. */
function KeyCell({ word, source, alternatives, chosen, onChoose }: KeyCellProps): JSX.Element {
  const others = alternatives.filter((key) => key !== source);
  if (others.length === 0) return <code>{columnSourceWords(source)}</code>;
  return (
    <Select
      label={t("info.mapping.choose", { word })}
      testId={`mapping-choice-${word}`}
      value={chosen ?? source}
      options={[source, ...others].map((key) => ({
        value: key,
        label: key === "" ? t("info.mapping.not_read") : columnSourceWords(key),
      }))}
      onChange={onChoose}
    />
  );
}

/** A toml whose comments, which are the server's, are in the language of the page. */
const tomlWithTranslatedNotes = (toml: string): string =>
  toml.replace(/^# (.+)$/gm, (_, note: string) => `# ${translate(note)}`);

/** The `rlboard.toml` that keeps the guess, or says what was chosen instead. */
function MappingToml({ info, choices }: { info: RunInfo; choices: Choices }): JSX.Element {
  const toml = tomlWithTranslatedNotes(tomlWithChoices(info.mapping_toml, choices));
  return (
    <>
      <p>
        {t("info.mapping.save", { run: info.run })}{" "}
        <CopyButton text={() => toml} label={t("info.mapping.copy")} />
      </p>
      <pre data-testid="mapping-toml">{toml}</pre>
    </>
  );
}

/** The whole mapping, and the `rlboard.toml` that keeps or corrects it. */
export function ColumnMapping({ info }: { info: RunInfo }): JSX.Element | null {
  const [choices, setChoices] = useState<Choices>({});
  if (info.mapping === null) return null;
  const { mapping_guessed: guessed, mapping_alternatives: alternatives, mapping_shape: shape } = info;
  const unread = Object.keys(alternatives).map((word) => [word, ""]);
  const pairs = mappingPairs({ ...Object.fromEntries(unread), ...info.mapping, ...info.mapping_sources });
  const choose = (word: string, source: string, key: string): void => {
    const { [word]: _, ...others } = choices;
    setChoices(key === source ? others : { ...others, [word]: key });
  };
  return (
    <section aria-labelledby="info-mapping" data-testid="mapping">
      <h3 id="info-mapping">{t("info.mapping")}</h3>
      <p class="muted">{t(guessed ? "info.mapping.about_guess" : "info.mapping.configured")}</p>
      {shape !== "sample" && <p>{findMessage(`info.mapping.shape.${shape}`) ?? shape}</p>}
      {info.mapping_doubt !== "" && <p class="odd">{translate(info.mapping_doubt)}</p>}
      <table class="listing">
        <thead>
          <tr>
            <th scope="col">{t("info.mapping.field")}</th>
            <th scope="col">{t("info.mapping.key")}</th>
          </tr>
        </thead>
        <tbody>
          {pairs.map(([word, source]) => (
            <tr key={word}>
              <td>
                <code>{word}</code>
              </td>
              <td>
                <KeyCell
                  word={word}
                  source={source}
                  alternatives={guessed ? (alternatives[word] ?? []) : []}
                  chosen={choices[word]}
                  onChoose={(key) => choose(word, source, key)}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {info.mapping_toml !== "" && guessed && <MappingToml info={info} choices={choices} />}
    </section>
  );
}

/** The mapping in a dialog of its own, opened from the bar. */
export function MappingDialog({ info, onClose }: { info: RunInfo; onClose: () => void }): JSX.Element {
  adoptStyles(infoCss);
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
