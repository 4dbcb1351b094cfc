import type { JSX } from "preact";
import { PROMPT_LISTS, type Prompts } from "../../api/prompts/answers";
import { t } from "../../i18n";
import { formatCount } from "../../lib/format";
import { select } from "../../state/selection";
import { Button, NumberField } from "../../ui";
import { ByChoice } from "./ByChoice";
import { shownList, typedThreshold } from "./shownPrompts";

/** The lists with their counts, the threshold with its reason, and the column that tells kinds of prompts apart. */
export function Toolbar({ data }: { data: Prompts }): JSX.Element {
  const shown = shownList();
  const lists = ["", ...PROMPT_LISTS.filter((list) => list === shown || (data.counts[list] ?? 0) > 0)];
  return (
    <section class="tools" aria-label={t("prompts.toolbar")}>
      {lists.map((list) => (
        <Button
          key={list}
          quiet={list !== shown}
          pressed={list === shown}
          hint={t(`prompts.list.${listName(list)}.hint`)}
          testId={`list-${listName(list)}`}
          onClick={() => select({ list, prompts_offset: null })}
        >
          {t(`prompts.list.${listName(list)}`)}{" "}
          <span class="number">{formatCount(data.counts[list === "" ? "all" : list] ?? 0)}</span>
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
      <ByChoice by={data.by} />
    </section>
  );
}

type ListName = "all" | (typeof PROMPT_LISTS)[number];

function listName(list: string): ListName {
  return PROMPT_LISTS.find((known) => known === list) ?? "all";
}
