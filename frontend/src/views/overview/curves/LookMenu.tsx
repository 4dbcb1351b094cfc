import type { JSX } from "preact";
import type { ValueChoice } from "../../../charts/scales/valueRange";
import { SCALES } from "../../../charts/scales/valueScale";
import { t } from "../../../i18n";
import { Button, NumberField, Popover, Select } from "../../../ui";
import { lookOf, setLook } from "../shared/looks";

export interface LookMenuProps {
  readonly id: string;
  readonly title: string;
  /** The ends of the axis now, as values: where typing begins. */
  readonly values: readonly [number, number];
  readonly asTable: boolean;
  readonly onTable: (on: boolean) => void;
  readonly onHide: () => void;
}

/** What can be done with one chart: its scale, its range of values, its table, and to switch it off. */
export function LookMenu({ id, title, values, asTable, onTable, onHide }: LookMenuProps): JSX.Element {
  const look = lookOf(id);
  const kind = typeof look.values === "string" ? look.values : "typed";
  const type = (low: number | null, high: number | null) => {
    if (low !== null && high !== null && low < high) setLook(id, { values: [low, high] });
  };
  const toKind = (wanted: "robust" | "all" | "typed") =>
    setLook(id, { values: wanted === "typed" ? [short(values[0]), short(values[1])] : wanted });
  return (
    <Popover trigger="⋯" label={t("overview.look", { title })} testId={`look-${id}`}>
      <div class="overview-look">
        <Select
          value={look.scale}
          label={t("overview.look.scale")}
          labelShown
          options={SCALES.map((value) => ({
            value,
            label: t(`overview.look.scale.${value}`),
            hint: t(`overview.look.scale.${value}.hint`),
          }))}
          onChange={(scale) => setLook(id, { scale })}
          testId="look-scale"
        />
        <Select
          value={kind}
          label={t("overview.look.values")}
          labelShown
          options={(["robust", "all", "typed"] as const).map((value) => ({
            value,
            label: t(`overview.look.values.${value}`),
            hint: t(`overview.look.values.${value}.hint`),
          }))}
          onChange={toKind}
          testId="look-values"
        />
        {typeof look.values !== "string" && <Ends values={look.values} onType={type} />}
        <Button pressed={asTable} onClick={() => onTable(!asTable)} testId="look-table">
          {t("overview.table")}
        </Button>
        <Button onClick={onHide} testId="look-hide">
          {t("overview.hide", { title })}
        </Button>
      </div>
    </Popover>
  );
}

interface EndsProps {
  readonly values: Exclude<ValueChoice, string>;
  readonly onType: (low: number | null, high: number | null) => void;
}

function Ends({ values, onType }: EndsProps) {
  const [low, high] = values;
  return (
    <div class="overview-ends">
      <NumberField
        label={t("overview.look.from")}
        labelShown
        value={low}
        onCommit={(typed) => onType(typed, high)}
        testId="look-from"
      />
      <NumberField
        label={t("overview.look.to")}
        labelShown
        value={high}
        onCommit={(typed) => onType(low, typed)}
        testId="look-to"
      />
    </div>
  );
}

const short = (value: number): number => Number(value.toPrecision(3));
