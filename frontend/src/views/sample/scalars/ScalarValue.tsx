import type { JSX } from "preact";
import type { Value } from "../../../api/answers";
import { t } from "../../../i18n";
import { copyText } from "../../../lib/clipboard";
import { formatExactly, formatNumber } from "../../../lib/format";
import { useBriefMessage } from "../../../ui";

export interface ScalarValueProps {
  value: Value;
  /** Called when pressed, instead of copying: the value is a token's position. */
  onOpen?: (value: number) => void;
  openHint?: string;
}

/** A value, short; with every digit in the tooltip, and copied when pressed. */
export function ScalarValue({ value, onOpen, openHint }: ScalarValueProps): JSX.Element {
  const [outcome, setOutcome] = useBriefMessage(1200);
  if (value === null) return <span class="muted">–</span>;
  const whole = wholeText(value);
  const onClick = async (): Promise<void> => {
    if (onOpen !== undefined && typeof value === "number") onOpen(value);
    else setOutcome(t((await copyText(whole)) ? "sample.copy.done" : "sample.copy.error"));
  };
  const odd = typeof value === "number" && !Number.isFinite(value);
  return (
    <button
      type="button"
      class={`value${odd ? " odd" : ""}${onOpen === undefined ? "" : " link"}`}
      title={openHint ?? t("sample.scalars.copy", { value: whole })}
      onClick={onClick}
    >
      {outcome === "" ? shortText(value) : outcome}
    </button>
  );
}

/** A value short for reading. */
export function shortText(value: Value): string {
  if (typeof value === "number" || value === null) return formatNumber(value);
  return typeof value === "boolean" ? t(value ? "sample.yes" : "sample.no") : value;
}

/** A value with every digit. */
export function wholeText(value: Value): string {
  return typeof value === "number" || value === null ? formatExactly(value) : String(value);
}
