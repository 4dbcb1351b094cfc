import type { ComponentChildren, JSX } from "preact";
import { useMemo, useRef, useState } from "preact/hooks";
import { t } from "../../i18n";
import { formatCount } from "../../lib/format";
import { isBoolean, storedSignal } from "../../lib/storage";
import { adoptStyles, Button, Select, Toggle } from "../../ui";
import { heatmapCss } from "../shared/heatmapCss";
import textCss from "../text/text.css?inline";
import { markChange } from "./currentChange";
import { DiffLegend } from "./DiffLegend";
import { DiffRows } from "./DiffRows";
import diffCss from "./diff.css?inline";
import { differencesOf } from "./differences";
import { rowsOf } from "./rows";
import { changeCount, type DiffData, type Unit } from "./stretches";

const UNITS = ["token", "word", "character"] as const;
const HEATMAP_CSS = heatmapCss();

/** Whether both texts stand beside each other, or as one. */
const isSideBySide = storedSignal("diff.side_by_side", true, isBoolean);

/**
 * Two texts side by side, or as one with what was taken away and added.
 *
 * A view asks with `useAnswer(diff, parameters)` (`data/questions/lazy/diff.ts`), passes the answer on, and gives its keys n and N to
 * what `onStepper` brings.
 */
export interface DiffProps {
  /** The answer of `/diff`. */
  data: DiffData;
  /** What the sides are called: "reference", "step 40". */
  left: string;
  right: string;
  /** Compares by another unit; without it there is no choice. `hasTokens` says whether tokens are among them. */
  onUnit?: (unit: Unit) => void;
  hasTokens?: boolean;
  /** Takes what goes to the next (1) or previous (-1) change and tells whether there is one, for the keys n and N. */
  onStepper?: (step: (direction: 1 | -1) => boolean) => void;
  /** Further controls. */
  tools?: ComponentChildren;
  /** An older answer is shown while a newer one loads. */
  stale?: boolean;
}

export function Diff(props: DiffProps): JSX.Element {
  for (const css of [HEATMAP_CSS, textCss, diffCss]) adoptStyles(css);
  const { data, left, right } = props;
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set());
  const rows = useMemo(() => rowsOf(data), [data]);
  const changes = useMemo(() => changeCount(data), [data]);
  const differences = useMemo(() => differencesOf(data), [data]);
  const root = useRef<HTMLElement>(null);
  const at = useRef(-1);
  const last = useRef(data);
  if (last.current !== data) {
    last.current = data;
    at.current = -1;
  }
  const step = (direction: 1 | -1): boolean => {
    const next = at.current === -1 && direction === -1 ? changes - 1 : at.current + direction;
    const found = root.current?.querySelector(`[data-change="${next}"]`) ?? null;
    if (root.current === null || found === null) return false;
    at.current = next;
    markChange(root.current, next);
    found.scrollIntoView({ block: "center" });
    return true;
  };
  props.onStepper?.(step);
  const leftOut = data.left.left_out + data.right.left_out;
  return (
    <section
      ref={root}
      class={`diff${props.stale ? " stale" : ""}`}
      aria-label={t("diff.label", { left, right })}
      data-testid="diff"
    >
      <div class="diff-tools">
        {props.tools}
        {props.onUnit !== undefined && (
          <Select
            value={data.unit}
            options={UNITS.filter((unit) => unit !== "token" || props.hasTokens || data.unit === "token").map(
              (unit) => ({ value: unit, label: t(`diff.unit.${unit}`) }),
            )}
            onChange={props.onUnit}
            label={t("diff.unit")}
            labelShown
            testId="diff-unit"
          />
        )}
        <Toggle
          on={isSideBySide.value}
          label={t("diff.side_by_side")}
          hint={t("diff.side_by_side.hint")}
          testId="diff-beside"
          onChange={(on) => {
            isSideBySide.value = on;
          }}
        />
        <span data-testid="diff-changes">{changesText(changes)}</span>
        <Button quiet label={t("diff.previous")} disabled={changes === 0} onClick={() => step(-1)}>
          ↑
        </Button>
        <Button quiet label={t("diff.next")} disabled={changes === 0} onClick={() => step(1)}>
          ↓
        </Button>
        <DiffLegend data={data} left={left} right={right} differences={differences} />
      </div>
      {!data.in_one_piece && <p class="odd">{t("diff.aligned_in_pieces")}</p>}
      {leftOut > 0 && <p class="odd">{t("diff.left_out", { n: formatCount(leftOut) })}</p>}
      <DiffRows
        data={data}
        rows={rows}
        isSideBySide={isSideBySide.value}
        titles={[left, right]}
        differences={differences}
        current={at}
        opened={opened}
        onOpen={(at) => setOpened(new Set([...opened, at]))}
      />
    </section>
  );
}

function changesText(changes: number): string {
  return changes === 0 ? t("diff.same") : t("diff.changes", { n: formatCount(changes) });
}
