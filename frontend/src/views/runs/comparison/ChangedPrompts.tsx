/** The prompts of a comparison, the largest change first; each opens its responses of both sides beside each other. */

import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { CHANGES, type Comparison } from "../../../api/compare/answers";
import { t } from "../../../i18n";
import { formatCount, formatExactly, formatNumber, formatSigned } from "../../../lib/format";
import { distinctLines } from "../../../lib/prompts/distinctLines";
import { metricLabel } from "../../../metrics";
import { select, selected } from "../../../state/selection";
import { Button, Select } from "../../../ui";
import { PAGE_PROMPTS } from "./comparisonQuery";
import { PromptPair } from "./PromptPair";

export interface ChangedPromptsProps {
  readonly data: Comparison;
  readonly page: number;
  readonly onPage: (page: number) => void;
}

function Paging({ data, page, onPage }: ChangedPromptsProps): JSX.Element {
  const [first, last] = [page * PAGE_PROMPTS + 1, Math.min((page + 1) * PAGE_PROMPTS, data.compared)];
  return (
    <span class="pages number">
      <Button quiet label={t("runs.page.previous")} disabled={page === 0} onClick={() => onPage(page - 1)}>
        ◀
      </Button>
      {t("runs.page", {
        first: formatCount(first),
        last: formatCount(last),
        all: formatCount(data.compared),
      })}
      <Button
        quiet
        label={t("runs.page.next")}
        disabled={last >= data.compared}
        testId="next-page"
        onClick={() => onPage(page + 1)}
      >
        ▶
      </Button>
    </span>
  );
}

/** Letters of a prompt's line that are seen at 1280 px. */
const PROMPT_COLUMNS = 100;

export function ChangedPrompts(props: ChangedPromptsProps): JSX.Element {
  const { prompts, metric } = props.data;
  const open = selected.pair.value;
  const lines = distinctLines(
    prompts.prompt.map((prompt) => prompt ?? ""),
    PROMPT_COLUMNS,
  );
  const list = useRef<HTMLElement>(null);
  const lastOpen = useRef(open);
  // What was focused in a pair that closes is gone: the walk goes on from its prompt.
  useLayoutEffect(() => {
    const rows = [...(list.current?.querySelectorAll<HTMLElement>(".changed-open") ?? [])];
    if (open === "" && document.activeElement === document.body)
      rows.find((row) => row.dataset["key"] === lastOpen.current)?.focus();
    lastOpen.current = open;
  }, [open]);
  return (
    <section ref={list} class="changed-prompts" aria-label={t("runs.prompts")}>
      <header class="tools">
        <h3>{t("runs.prompts")}</h3>
        <Select
          label={t("runs.order")}
          testId="compare-order"
          value={selected.changed.value}
          options={CHANGES.map((value) => ({ value, label: t(`runs.order.${value}`) }))}
          onChange={(changed) => select({ changed, pair: "" })}
        />
        <Paging {...props} />
      </header>
      <table class="listing">
        <thead>
          <tr>
            <th scope="col" class="number">
              {t("runs.head.difference")}
            </th>
            <th scope="col" class="number" title={t("runs.head.mean", { metric: metricLabel(metric) })}>
              A
            </th>
            <th scope="col" class="number" title={t("runs.head.mean", { metric: metricLabel(metric) })}>
              B
            </th>
            <th scope="col">{t("runs.head.prompt")}</th>
          </tr>
        </thead>
        <tbody>
          {prompts.prompt_key.map((key, row) => [
            <tr key={key} class={key === open ? "open" : ""} data-testid="changed-prompt">
              <td class="number" title={formatExactly(prompts.difference[row])}>
                {formatSigned(prompts.difference[row])}
              </td>
              <td class="number" title={t("runs.of_samples", { n: prompts.a_count[row] ?? 0 })}>
                {formatNumber(prompts.a[row])}
              </td>
              <td class="number" title={t("runs.of_samples", { n: prompts.b_count[row] ?? 0 })}>
                {formatNumber(prompts.b[row])}
              </td>
              <td>
                <button
                  type="button"
                  class="cell-button changed-open"
                  data-key={key}
                  aria-expanded={key === open}
                  title={prompts.prompt[row] ?? undefined}
                  onClick={() => select({ pair: key === open ? "" : key })}
                >
                  {lines[row] || key}
                </button>
              </td>
            </tr>,
            key === open && (
              <tr key={`${key} pair`}>
                <td colSpan={4}>
                  <PromptPair data={props.data} row={row} />
                </td>
              </tr>
            ),
          ])}
        </tbody>
      </table>
    </section>
  );
}
