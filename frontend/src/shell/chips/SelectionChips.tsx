/** What goes along through all views: step range, clicked curve, search and filter, each with its cross. */

import type { ComponentChildren, JSX } from "preact";
import { hasStepRange } from "../../data/scopes";
import { t } from "../../i18n";
import { followed, metricLabel, unfollow } from "../../metrics";
import { editFilter, editSearch } from "../../state/focusRequests";
import { select, selected } from "../../state/selection";
import { Button } from "../../ui";
import { rangeWords } from "../rangeText";

interface ChipProps {
  testId: string;
  hint?: string;
  clearLabel: string;
  clearTestId: string;
  onClear: () => void;
  children: ComponentChildren;
}

function Chip(props: ChipProps): JSX.Element {
  return (
    <span class="chip" data-testid={props.testId} title={props.hint}>
      {props.children}
      <Button quiet label={props.clearLabel} testId={props.clearTestId} onClick={props.onClear}>
        ✕
      </Button>
    </span>
  );
}

function Range(): JSX.Element | null {
  if (!hasStepRange.value) return null;
  return (
    <Chip
      testId="range-chip"
      clearLabel={t("shell.range.clear")}
      clearTestId="range-clear"
      onClear={() => select({ step_min: null, step_max: null })}
    >
      <span class="number">{rangeWords()}</span>
    </Chip>
  );
}

function Searched(): JSX.Element | null {
  const search = selected.search.value;
  if (search === "") return null;
  return (
    <Chip
      testId="search-chip"
      hint={t("shell.searched.hint")}
      clearLabel={t("shell.searched.clear")}
      clearTestId="search-clear"
      onClear={() => select({ search: "" })}
    >
      <Button quiet hint={t("shell.searched.hint")} onClick={editSearch}>
        <span class="chip-words">{t("shell.searched", { search })}</span>
      </Button>
    </Chip>
  );
}

function Filtered(): JSX.Element | null {
  const where = selected.where.value;
  if (where === "") return null;
  return (
    <Chip
      testId="filter-chip"
      hint={where}
      clearLabel={t("filter.clear")}
      clearTestId="filter-clear"
      onClear={() => select({ where: "" })}
    >
      <Button quiet hint={t("filter.edit")} onClick={editFilter}>
        <code class="filter-words chip-words">{where}</code>
      </Button>
    </Chip>
  );
}

function FollowedMetric(): JSX.Element | null {
  const along = followed.value;
  if (along === null) return null;
  const name = metricLabel(along.name);
  const colours = along.tokenMetric === null ? "" : metricLabel(along.tokenMetric);
  const list = t(`shell.followed_metric.list.${along.order}`, { name });
  return (
    <Chip
      testId="followed-chip"
      hint={[list, colours && t("shell.followed_metric.tokens", { name: colours })]
        .filter(Boolean)
        .join("\n")}
      clearLabel={t("shell.followed_metric.clear")}
      clearTestId="unfollow"
      onClear={unfollow}
    >
      <span class="chip-words">
        {t("shell.followed_metric", { name, sign: along.order === "asc" ? "▲" : "▼" })}
      </span>
    </Chip>
  );
}

export function SelectionChips(): JSX.Element {
  return (
    <>
      <Range />
      <FollowedMetric />
      <Searched />
      <Filtered />
    </>
  );
}
