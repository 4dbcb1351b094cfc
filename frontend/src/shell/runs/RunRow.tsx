import type { JSX } from "preact";
import type { RunInfo } from "../../api/answers";
import { t } from "../../i18n";
import { formatCount, formatNumber } from "../../lib/format";
import { RunFindings } from "../findings/lazy";

export interface RunRowProps {
  readonly info: RunInfo;
  /** The name, less the folder that stands above. */
  readonly name: string;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}

/** A run with the numbers that it is ranked by. */
export function RunRow({ info, name, isChosen, onChoose }: RunRowProps): JSX.Element {
  const { steps, last_reward, problems, findings, state } = info;
  return (
    <button
      type="button"
      class="run-row"
      title={info.run}
      aria-current={isChosen ? "true" : undefined}
      data-run={info.run}
      onClick={(event) => {
        onChoose();
        // The focus goes back to the button that opened the sheet: no field, so the keys are the view's again.
        event.currentTarget.closest<HTMLElement>("[popover]")?.hidePopover();
      }}
    >
      <bdi class="run-name">{name}</bdi>
      <span class="number">
        {last_reward === null ? "" : t("shell.run.reward", { reward: formatNumber(last_reward) })}
      </span>
      <span class="number muted">
        {steps.last === null ? "" : t("shell.run.step", { step: steps.last })}
        {state === "indexing" && " …"}
      </span>
      <span class="number">
        <RunFindings of={findings} />
      </span>
      <span class="number odd">
        {problems > 0 ? t("shell.run.problems", { n: formatCount(problems) }) : ""}
      </span>
    </button>
  );
}
