import type { JSX } from "preact";
import { PROMPT_LISTS, type Prompts } from "../../api/prompts/answers";
import { run } from "../../data/runs";
import { t } from "../../i18n";
import { count } from "../../lib/format";
import { select, selection } from "../../state/selection";
import { Button, NumberField, Select } from "../../ui";
import { shownList, typedThreshold } from "./shownPrompts";

/** Texts of samples, which are no kinds of prompts. */
const NO_KINDS = new Set(["prompt", "response", "ref_response"]);

/** The lists with their counts, the threshold with its reason, and the column that tells kinds of prompts apart. */
export function Toolbar({ data }: { data: Prompts }): JSX.Element {
  const shown = shownList();
  const lists = ["", ...PROMPT_LISTS.filter((list) => list === shown || (data.counts[list] ?? 0) > 0)];
  return (
    <section class="tools" aria-label={t("prompts.tools")}>
      {lists.map((list) => (
        <Button
          key={list}
          quiet={list !== shown}
          pressed={list === shown}
          hint={t(`prompts.list.${listName(list)}.why`)}
          testId={`list-${listName(list)}`}
          onClick={() => select({ list, prompts_offset: null })}
        >
          {t(`prompts.list.${listName(list)}`)}{" "}
          <span class="number">{count(data.counts[list === "" ? "all" : list] ?? 0)}</span>
        </Button>
      ))}
      <NumberField
        label={t("prompts.threshold")}
        labelShown
        testId="success-threshold"
        value={typedThreshold() ?? data.threshold.value}
        onCommit={(value) => select({ success: value === null ? "" : String(value), prompts_offset: null })}
      />
      <span class="muted" data-testid="threshold-rule">
        {t(`prompts.rule.${data.threshold.rule}`)}
      </span>
      <Select
        label={t("prompts.by")}
        labelShown
        testId="prompts-by"
        value={selection.value.prompts_by === "" ? data.by : selection.value.prompts_by}
        options={columnsOf(data.by).map((value) => ({ value, label: value === "" ? "–" : value }))}
        onChange={(by) => select({ prompts_by: by, prompt_kind: "", prompts_offset: null })}
      />
    </section>
  );
}

type ListName = "all" | (typeof PROMPT_LISTS)[number];

function listName(list: string): ListName {
  return PROMPT_LISTS.find((known) => known === list) ?? "all";
}

function columnsOf(by: string): string[] {
  const texts = (run.value?.text_columns ?? []).filter((name) => !NO_KINDS.has(name));
  return by === "" ? ["", ...texts] : texts;
}
