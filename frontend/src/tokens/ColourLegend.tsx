import type { JSX } from "preact";
import { t } from "../i18n";
import { formatExactly, formatNumber } from "../lib/format";
import { BUCKETS } from "../lib/heatmapColours";
import { Button, Toggle } from "../ui";
import { BEYOND, CODE, codeCounts, colourClasses } from "./shared/colourCodes";
import { onlyValue } from "./shared/responseTokens";
import {
  lockedScales,
  logarithmic,
  scaleKey,
  type TokenViewState,
  toggleLock,
} from "./shared/tokenViewState";

/** What the colours mean: the ends with their numbers, and a sample of everything that is not on the scale. */
export function ColourLegend({ viewState }: { viewState: TokenViewState }): JSX.Element | null {
  const metric = viewState.metric.value;
  if (metric === null) return null;
  const scale = viewState.scale.value;
  const names = colourClasses(viewState.palette.value);
  const isLocked = lockedScales.value[scaleKey(metric)] !== undefined;
  return (
    <div class="legend" data-testid="legend">
      {scale === null ? (
        <NoScale viewState={viewState} metric={metric.name} />
      ) : (
        <>
          <span title={formatExactly(scale.lo)}>{formatNumber(scale.lo)}</span>
          <span class="legend-bar" aria-hidden="true">
            {Array.from({ length: BUCKETS }, (_, i) => (
              <i key={i} class={names[scale.strongLow ? BUCKETS - 1 - i : i]} />
            ))}
          </span>
          <span title={formatExactly(scale.hi)}>{formatNumber(scale.hi)}</span>
          <Button
            quiet
            pressed={isLocked}
            label={t("sample.legend.locked")}
            hint={t(isLocked ? "sample.legend.unlock" : "sample.legend.lock")}
            testId="scale-lock"
            onClick={() => toggleLock(metric, scale)}
          >
            <Padlock open={!isLocked} />
          </Button>
        </>
      )}
      {metric.kind === "probability" && (
        <Toggle
          on={logarithmic.value}
          label={t("sample.legend.log")}
          hint={t("sample.legend.log.hint")}
          onChange={(on) => {
            logarithmic.value = on;
          }}
        />
      )}
      <Swatches viewState={viewState} names={names} />
    </div>
  );
}

/** Why there are no colours: the number is the same at every token, or there is none. */
function NoScale({ viewState, metric }: { viewState: TokenViewState; metric: string }): JSX.Element {
  const only = onlyValue(viewState.data, metric);
  if (only === null) return <span class="hint">{t("sample.legend.nothing")}</span>;
  return (
    <span class="hint" title={formatExactly(only)} data-testid="same-everywhere">
      {t("sample.legend.same", { value: formatNumber(only) })}
    </span>
  );
}

/** Swatches of the colours that are not on the scale, as far as this response has them. */
function Swatches({ viewState, names }: { viewState: TokenViewState; names: string[] }): JSX.Element {
  const seen = codeCounts(viewState.codes.value);
  const among = (from: number, to: number): number => seen.subarray(from, to).reduce((sum, n) => sum + n, 0);
  const samples = [
    ["beyond", among(BEYOND, CODE.nan), names[BEYOND + BUCKETS - 1]],
    ["nonfinite", among(CODE.nan, CODE.missing), names[CODE.nan]],
    ["missing", among(CODE.missing, CODE.masked), names[CODE.missing]],
    ["masked", among(CODE.masked, CODE.plain), names[CODE.masked]],
  ] as const;
  return (
    <>
      {samples
        .filter(([, n]) => n > 0)
        .map(([word, n, name]) => (
          <span key={word} class={`swatch ${name}`} title={t(`sample.legend.${word}.hint`)}>
            {t(`sample.legend.${word}`, { n })}
          </span>
        ))}
    </>
  );
}

function Padlock({ open }: { open: boolean }): JSX.Element {
  return (
    <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
      <rect x="2" y="5.5" width="8" height="5.5" rx="1" fill="currentColor" />
      <path
        d={open ? "M8.5 5.5V3.5a2.5 2.5 0 0 1 4 -1" : "M3.5 5.5V3.5a2.5 2.5 0 0 1 5 0V5.5"}
        fill="none"
        stroke="currentColor"
        stroke-width="1.3"
      />
    </svg>
  );
}
