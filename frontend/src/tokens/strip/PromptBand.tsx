import { effect } from "@preact/signals";
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { chartPalette } from "../../charts/shared/chartColours";
import { t } from "../../i18n";
import { formatCount, formatNumber } from "../../lib/format";
import { colourCode } from "../shared/colourCodes";
import type { PromptTokens } from "../shared/responseTokens";
import type { TokenViewState } from "../shared/tokenViewState";
import { spelledOut } from "../shared/visibleText";
import { paintStrip } from "./stripPainting";

/** Of the strip, the prompt has at most this share: the response is what is looked at. */
const MAX_SHARE = 0.3;
/** Log-probabilities of the prompt are of the policy, or of the engine that sampled: the log does not say. */
const SAME_SCALE = ["logprobs", "rollout_logprobs"];

/** The width of the prompt's band, in percent: its tokens beside those of the response. */
export function promptShare(prompt: number, response: number): number {
  return 100 * Math.min(MAX_SHARE, prompt / Math.max(1, prompt + response));
}

/** The prompt before the strip of the response: how long it is, and its log-probabilities where they are logged. */
export function PromptBand({
  viewState,
  prompt,
}: {
  viewState: TokenViewState;
  prompt: PromptTokens;
}): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { shown, logprobs } = prompt;
  useLayoutEffect(() => {
    return effect(() => {
      // Read for the subscription: another theme.
      void chartPalette();
      const { value: metric } = viewState.metric;
      const { value: scale } = viewState.scale;
      const element = canvas.current;
      if (element === null || logprobs === null) return;
      element.width = element.clientWidth;
      element.height = element.clientHeight;
      if (metric === null || !SAME_SCALE.includes(metric.name)) return;
      const theme = document.documentElement.dataset["theme"] === "dark" ? "dark" : "light";
      const codes = Uint8Array.from(logprobs, (value) => colourCode(value, scale));
      paintStrip(element, logprobs, codes, scale, theme);
    });
  }, [viewState, logprobs]);
  const about = t(logprobs === null ? "sample.strip.prompt.plain" : "sample.strip.prompt.numbers", {
    n: shown.length,
  });
  const tell = (event: PointerEvent): void => {
    const band = event.currentTarget as HTMLElement;
    const at = Math.floor((event.offsetX / Math.max(1, band.clientWidth)) * shown.length);
    const token = shown[Math.min(shown.length - 1, Math.max(0, at))] ?? "";
    const value = logprobs?.[at];
    const number = value === undefined || Number.isNaN(value) ? "" : ` ${formatNumber(value)}`;
    band.title = `${about}\n${formatCount(at + 1)}: ${spelledOut(token)}${number}`;
  };
  return (
    <div
      class="strip-prompt muted"
      style={{ width: `${promptShare(shown.length, viewState.data.shown.length)}%` }}
      title={about}
      data-testid="strip-prompt"
      onPointerMove={tell}
    >
      <canvas ref={canvas} />
      <span class="strip-length">{t("sample.strip.prompt", { n: formatCount(shown.length) })}</span>
    </div>
  );
}
