import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import type { RunInfo } from "../../api/answers";
import { listedRuns, runs } from "../../data/runs";
import { t } from "../../i18n";
import { isOneOf, storedSignal } from "../../lib/storage";
import { useKeys } from "../../state/keys";
import { select, selected } from "../../state/selection";
import { adoptStyles, Popover, Select } from "../../ui";
import { RunRow } from "./RunRow";
import { groupedRuns, matchingRuns, RUN_ORDERS, type RunGroup, type RunOrder } from "./runOrder";
import css from "./runs.css?inline";

const order = storedSignal<RunOrder>("runs.order", "name", isOneOf(...RUN_ORDERS));

/** The choice of a run: searched, in natural order by folder, or ranked. */
export function RunPicker(): JSX.Element | null {
  const host = useRef<HTMLDivElement>(null);
  const chosen = selected.run.value;
  const all = runs.value?.runs.filter(({ run }) => listedRuns().includes(run)) ?? [];
  useKeys({ r: () => host.current?.querySelector<HTMLElement>("[popovertarget]")?.click() }, "shell");
  adoptStyles(css);
  if (all.length === 0) return null;
  return (
    <div class="run-picker" ref={host}>
      <span class="label muted">{t("shell.run")}</span>
      <Popover
        trigger={<RunTrigger run={chosen} others={all.length} />}
        label={t("shell.run.choose", { run: chosen })}
        align="start"
        testId="run-select"
      >
        <RunChoices all={all} chosen={chosen} />
      </Popover>
    </div>
  );
}

/** The end of a name tells runs of a sweep apart: it is what stays where there is no room. */
function RunTrigger({ run, others }: { run: string; others: number }) {
  return (
    <>
      <span class="run-face">
        <bdi>{run}</bdi>
      </span>
      {others > 1 && <span aria-hidden="true">▾</span>}
    </>
  );
}

function RunChoices({ all, chosen }: { all: readonly RunInfo[]; chosen: string }) {
  const [search, setSearch] = useState("");
  const list = useRef<HTMLDivElement>(null);
  const groups = groupedRuns(matchingRuns(all, search), order.value);
  const rows = () => [...(list.current?.querySelectorAll<HTMLElement>(".run-row") ?? [])];
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return;
    event.preventDefault();
    const at = rows().indexOf(document.activeElement as HTMLElement);
    const next = event.key === "ArrowDown" ? at + 1 : at - 1;
    if (next < 0) list.current?.querySelector("input")?.focus();
    else rows()[next]?.focus();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only hears the arrow keys from the controls inside it
    <div class="run-choices" ref={list} onKeyDown={onKeyDown}>
      <div class="run-search">
        <input
          type="search"
          class="field"
          placeholder={t("shell.run.search", { n: all.length })}
          aria-label={t("shell.run.search", { n: all.length })}
          data-testid="run-search"
          // The field is what the sheet was opened for.
          ref={(field) => field?.focus()}
          onInput={(event) => setSearch(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.isComposing) return;
            // The choice gives the focus back to the button of the sheet, which this very key would press.
            event.preventDefault();
            rows()[0]?.click();
          }}
        />
        <Select
          value={order.value}
          label={t("shell.run.order")}
          options={RUN_ORDERS.map((value) => ({ value, label: t(`shell.run.order.${value}`) }))}
          onChange={(value) => {
            order.value = value;
          }}
          testId="run-order"
        />
      </div>
      {groups.map((group) => (
        <Group key={group.folder} group={group} chosen={chosen} />
      ))}
      {groups.every((group) => group.runs.length === 0) && <p class="muted">{t("shell.run.nothing")}</p>}
    </div>
  );
}

function Group({ group, chosen }: { group: RunGroup; chosen: string }) {
  const { folder } = group;
  return (
    <section aria-label={folder === "" ? undefined : folder}>
      {folder !== "" && (
        <h3 class="run-folder muted">
          <bdi>{folder}/</bdi>
        </h3>
      )}
      {group.runs.map((info) => (
        <RunRow
          key={info.run}
          info={info}
          name={folder === "" ? info.run : info.run.slice(folder.length + 1)}
          isChosen={info.run === chosen}
          onChoose={() => select({ run: info.run }, "push")}
        />
      ))}
    </section>
  );
}
