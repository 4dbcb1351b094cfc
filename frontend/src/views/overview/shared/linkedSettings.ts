/**
 * What the reader chose about the curves is remembered, and stands in the address as well while the overview is open:
 * whoever gets the link sees the same.
 */

import { effect, type Signal } from "@preact/signals";
import { isBoolean } from "../../../lib/storage";
import { DEFAULTS, type Selection, select, selection } from "../../../state/selection";
import {
  addedChartIds,
  bandMode,
  bandScale,
  fromZero,
  hiddenCharts,
  isBandMode,
  isBandScale,
  isKlEstimator,
  isSmoothing,
  klEstimator,
  smoothing,
} from "./settings";

type Name = "band" | "band_scale" | "smoothing" | "from_zero" | "kl" | "charts";

const escaped = (id: string): string => id.replace(/[%,]/g, encodeURIComponent);
const unescaped = (id: string): string => id.replace(/%(25|2C)/g, (code) => decodeURIComponent(code));

/** Charts switched on and off as one text: `+metric:k3_max,-kl`. */
export function writeCharts(added: readonly string[], hidden: readonly string[]): string {
  return [...added.map((id) => `+${escaped(id)}`), ...hidden.map((id) => `-${escaped(id)}`)].join(",");
}

/** The same read; what has no sign is left out. */
export function readCharts(text: string): { added: string[]; hidden: string[] } {
  const signed = (sign: string) =>
    text
      .split(",")
      .filter((entry) => entry.startsWith(sign) && entry.length > 1)
      .map((entry) => unescaped(entry.slice(1)));
  return { added: signed("+"), hidden: signed("-") };
}

/** How a stored setting stands in a link. */
interface Linked {
  /** The setting as text; empty where it is as usual. */
  readonly write: () => string;
  /** Takes the setting from a text of a link; what is not valid counts as absent. */
  readonly read: (text: string) => void;
}

/** One setting by its JSON; a text is itself. `usual` is not written. */
function linked<T>(storedSignal: Signal<T>, usual: T, isValid: (value: unknown) => value is T): Linked {
  const plain = (value: T) => (typeof value === "string" ? value : JSON.stringify(value));
  return {
    write: () => (storedSignal.value === usual ? "" : plain(storedSignal.value)),
    read: (text) => {
      const value: unknown = typeof usual === "string" ? text : parsed(text);
      if (isValid(value)) storedSignal.value = value;
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const LINKED: Readonly<Record<Name, Linked>> = {
  band: linked(bandMode, "std", isBandMode),
  band_scale: linked(bandScale, 1, isBandScale),
  smoothing: linked(smoothing, 0, isSmoothing),
  from_zero: linked(fromZero, false, isBoolean),
  kl: linked(klEstimator, "k3_mean", isKlEstimator),
  charts: {
    write: () => writeCharts(addedChartIds.value, hiddenCharts.value),
    read: (text) => {
      const { added, hidden } = readCharts(text);
      addedChartIds.value = added;
      hiddenCharts.value = hidden;
    },
  },
};

const ENTRIES = Object.entries(LINKED) as [Name, Linked][];

/** Keeps settings and address alike. Returns what ends that, and takes the settings off the address of other views. */
export function linkSettings(): () => void {
  const stops = ENTRIES.map(([name, storedSignal]) => keepAlike(name, storedSignal));
  return () => {
    for (const stop of stops) stop();
    select(Object.fromEntries(ENTRIES.map(([name]) => [name, DEFAULTS[name]])) as Partial<Selection>);
  };
}

/**
 * What an address says counts, at first and whenever others change it (Back, a link); what it does not say stays as it
 * is. The address is written at first and when the setting changes, never in answer to a change of the address.
 */
function keepAlike(name: Name, storedSignal: Linked): () => void {
  let lastAddress: string | null = null;
  let written: string | null = null;
  return effect(() => {
    const address = selection.value[name];
    if (address !== lastAddress && address !== "") storedSignal.read(address);
    lastAddress = address;
    const text = storedSignal.write();
    if (text === written) return;
    written = text;
    lastAddress = text;
    if (text !== address) select({ [name]: text });
  });
}
