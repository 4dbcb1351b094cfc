/** A run's own text rules: what is padding, and where the system prompt ends. */

import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";
import { t } from "../i18n";
import { selected } from "../state/selection";
import { setTextRules, textRulesOf } from "../state/textRules";
import { Button, Popover } from "../ui";

function TextRulesForm({ run }: { run: string }): JSX.Element {
  const rules = textRulesOf(run).value;
  const [pad, setPad] = useState(rules.pad.join("\n"));
  const [end, setEnd] = useState(rules.system_end);
  const padId = useId();
  const endId = useId();
  const apply = (): void =>
    setTextRules(run, { pad: pad.split("\n").filter((line) => line !== ""), system_end: end });
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        apply();
      }}
    >
      <p class="muted">{t("shell.text_rules.about", { run })}</p>
      <label for={padId}>{t("shell.text_rules.pad")}</label>
      <textarea
        id={padId}
        class="field"
        rows={3}
        spellcheck={false}
        value={pad}
        placeholder="<|endoftext|>"
        onInput={(event) => setPad(event.currentTarget.value)}
      />
      <label for={endId}>{t("shell.text_rules.system_end")}</label>
      <input
        id={endId}
        class="field"
        type="text"
        spellcheck={false}
        value={end}
        placeholder="<|im_end|>"
        onInput={(event) => setEnd(event.currentTarget.value)}
      />
      <span class="group">
        <button type="submit" class="button primary">
          {t("shell.text_rules.apply")}
        </button>
        <Button
          onClick={() => {
            setPad("");
            setEnd("");
            setTextRules(run, { pad: [], system_end: "" });
          }}
        >
          {t("shell.text_rules.clear")}
        </Button>
      </span>
    </form>
  );
}

export function TextRules(): JSX.Element | null {
  const run = selected.run.value;
  if (run === "") return null;
  const rules = textRulesOf(run).value;
  const set = rules.pad.length > 0 || rules.system_end !== "";
  return (
    <Popover trigger={set ? "⚙•" : "⚙"} label={t("shell.text_rules")} testId="settings">
      <TextRulesForm key={run} run={run} />
    </Popover>
  );
}
