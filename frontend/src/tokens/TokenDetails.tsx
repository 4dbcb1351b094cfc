import type { JSX } from "preact";
import { t } from "../i18n";
import { formatCount, formatExactly, formatNumber } from "../lib/format";
import { metricHint, metricLabel } from "../metrics";
import { CopyButton } from "../ui";
import { isCounted, type TokenData, type TokenMetric, unitSpan, valueAt } from "./shared/responseTokens";
import type { TokenViewState } from "./shared/tokenViewState";
import { spelledOut } from "./shared/visibleText";

/**
 * All numbers of the token under the pointer or the focus. One line while none is chosen, so that the response has the
 * room and nothing moves below the pointer; more lines once a token is chosen by click or key.
 */
export function TokenDetails({
  viewState,
  pinned,
}: {
  viewState: TokenViewState;
  pinned: number | null;
}): JSX.Element {
  const { data } = viewState;
  const i = viewState.current.value ?? pinned;
  if (i === null || i >= data.shown.length) {
    return (
      <footer class="token-info brief" data-testid="token-info">
        <p class="hint">{t("sample.token.none")}</p>
      </footer>
    );
  }
  const isChosen = (viewState.focused.value ?? pinned) !== null;
  const [from, to] = unitSpan(data.units, i);
  // Read aloud when the token is chosen by key, not while the pointer moves.
  const live = viewState.byKey && viewState.hovered.value === null ? "polite" : "off";
  return (
    <footer class={`token-info${isChosen ? "" : " brief"}`} data-testid="token-info" aria-live={live}>
      <div class="token-info-head">
        <code class="token-info-text">{spelledOut(data.shown[from] ?? "")}</code>
        <span>{positionText(data, from, to)}</span>
        <code class="token-info-raw" title={t("sample.token.raw")}>
          {data.raw.slice(from, to).map(spelledOut).join(" ")}
        </code>
        {!isCounted(data, i) && <span class="tag">{t("sample.token.masked")}</span>}
        {pinned === i && <span class="tag">{t("sample.token.pinned")}</span>}
        <CopyButton text={() => asJson(data, from, to)} label={t("sample.token.copy")} />
      </div>
      <dl data-joined={to - from > 1}>
        {data.metrics.map((metric) => (
          <MetricValue
            key={metric.name}
            data={data}
            metric={metric}
            tokens={[from, to]}
            chosen={metric.name === viewState.metric.value?.name}
          />
        ))}
      </dl>
    </footer>
  );
}

interface MetricValueProps {
  data: TokenData;
  metric: TokenMetric;
  tokens: readonly [number, number];
  chosen: boolean;
}

function MetricValue({ data, metric, tokens: [from, to], chosen }: MetricValueProps): JSX.Element {
  const values = Array.from({ length: to - from }, (_, k) => valueAt(data, metric.name, from + k));
  const text = values
    .map((value) => (value === "missing" ? t("sample.token.missing") : formatNumber(value)))
    .join(" · ");
  const whole = values
    .map((value) => (value === "missing" ? t("sample.token.missing") : formatExactly(value)))
    .join(" · ");
  return (
    <div class={chosen ? "chosen" : ""} data-metric={metric.name}>
      <dt title={metricHint(metric.name)}>{metricLabel(metric.name)}</dt>
      <dd title={whole}>{text}</dd>
    </div>
  );
}

function positionText(data: TokenData, from: number, to: number): string {
  const n = data.shown.length;
  if (to - from === 1) return t("sample.token.position", { i: from, n });
  return t("sample.token.positions", { from: formatCount(from), to: formatCount(to - 1), n });
}

/** The token's numbers for the clipboard: every digit; a word where JSON has no number. */
function asJson(data: TokenData, from: number, to: number): string {
  const tokens = Array.from({ length: to - from }, (_, k) => {
    const values = data.metrics.map(({ name }) => {
      const value = valueAt(data, name, from + k);
      if (value === "missing") return [name, null];
      return [name, Number.isFinite(value) ? value : formatExactly(value)];
    });
    return {
      position: from + k,
      token: data.shown[from + k],
      raw: data.raw[from + k],
      ...Object.fromEntries(values),
    };
  });
  return JSON.stringify(tokens.length === 1 ? tokens[0] : tokens);
}
