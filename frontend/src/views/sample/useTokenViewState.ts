import { computed } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { SampleWithTokens } from "../../data/questions/sample";
import { followed } from "../../metrics";
import { selection } from "../../state/selection";
import { TokenViewState } from "../../tokens/shared/tokenViewState";
import { signature, tokenData } from "./tokenData";

/** The chosen metric, else that of the curve that led here. */
const preferredMetric = computed(() => selection.value.metric || (followed.value?.tokenMetric ?? ""));

/** One for each answer: its scales and colours are there when the reader comes back to the sample. */
const kept = new WeakMap<SampleWithTokens, TokenViewState | null>();

function viewStateOf(loaded: SampleWithTokens): TokenViewState | null {
  let viewState = kept.get(loaded);
  if (viewState === undefined) {
    const data = tokenData(loaded);
    viewState = data === null ? null : new TokenViewState(data, preferredMetric);
    kept.set(loaded, viewState);
  }
  return viewState;
}

/** The token view state of the loaded sample; it stays the same object when the same sample is loaded again. */
export function useTokenViewState(loaded: SampleWithTokens | null, rules: string): TokenViewState | null {
  const last = useRef<{ signature: string; viewState: TokenViewState | null }>({
    signature: "",
    viewState: null,
  });
  if (loaded === null) return null;
  const now = signature(loaded, rules);
  if (last.current.signature !== now) {
    last.current = { signature: now, viewState: viewStateOf(loaded) };
  }
  return last.current.viewState;
}
