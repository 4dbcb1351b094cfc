// @vitest-environment jsdom

/** What bars and curves show of findings: the counts, the worst of them by name, or on how much nothing was found. */

import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Steps } from "../../src/api/answers";
import { findings, namedFindings } from "../../src/data/findings/findings";
import { steps } from "../../src/data/steps";
import { FindingsBadge } from "../../src/shell/findings/FindingsBadge";
import { FindingsStrip } from "../../src/shell/findings/FindingsStrip";
import { numberText, stepsText } from "../../src/shell/findings/findingTexts";
import { RunFindings } from "../../src/shell/findings/RunFindings";
import { DEFAULTS, select, selection } from "../../src/state/selection";
import { byTestId, violations } from "../page";
import { answered, GROUPS, SPIKE } from "../views/findings/answer";

let root: HTMLElement;
const show = (what: preact.JSX.Element) => act(() => render(what, root));

beforeEach(() => {
  root = document.body.appendChild(document.createElement("main"));
  select({ ...DEFAULTS, run: "demo" });
  const all: Steps = { step: [1, 12, 13, 15, 20], metrics: {}, step_metrics: {} };
  steps.value = all;
});

afterEach(async () => {
  await act(() => render(null, root));
  root.remove();
  findings.value = null;
  steps.value = null;
});

test("the worst are named with their steps, and a click opens one", async () => {
  findings.value = answered();
  await show(<FindingsStrip />);
  expect(byTestId("findings-strip")?.textContent).toContain("1 error · 1 warning");
  const named = [...root.querySelectorAll<HTMLElement>("[data-testid=findings-named]")];
  expect(named.map((one) => one.textContent)).toEqual([
    "◆ errorKL spikesteps 12 – 13",
    "▲ warningGroups <b>without</b> a gradientsince step 15",
  ]);
  expect(await violations()).toEqual([]);
  await act(() => named[0]?.click());
  expect(selection.value).toMatchObject({ view: "findings", finding: "kl_spike:k3_mean" });
});

test("more than three are counted, hints as well", async () => {
  const many = ["a", "b", "c", "d"].map((metric) => ({ ...SPIKE, metric }));
  findings.value = answered({ findings: [...many, { ...GROUPS, severity: "info" }] });
  await show(<FindingsStrip />);
  expect(root.querySelectorAll("[data-testid=findings-named]")).toHaveLength(3);
  expect(byTestId("findings-more")?.textContent).toBe("and 2 more");
});

test("a healthy run is said in one quiet line, and has no badge; hints alone are no alarm", async () => {
  findings.value = answered({ findings: [{ ...GROUPS, severity: "info" }] });
  await show(<FindingsStrip />);
  expect(byTestId("findings-strip")?.textContent).toBe("Looks healthy: 3 checks on 12,800 samples");
  await show(<FindingsBadge />);
  expect(byTestId("findings-badge")).toBeNull();
  findings.value = answered({ findings: [], state: "computing" });
  await show(<FindingsStrip />);
  expect(byTestId("findings-strip")?.textContent).toContain("Nothing found so far");
});

test("the badge says how many by shape and in words", async () => {
  findings.value = answered({ findings: [SPIKE, GROUPS, { ...GROUPS, metric: "other" }] });
  await show(<FindingsBadge />);
  expect(byTestId("findings-badge")?.textContent).toBe("1 error · 2 warnings◆1▲2");
});

test("a run in the choice has its errors and warnings; one that was not examined has none", async () => {
  await show(<RunFindings of={{ error: 2, warning: 0, info: 3 }} />);
  expect(root.textContent).toBe("◆2");
  await show(<RunFindings of={null} />);
  expect(root.textContent).toBe("");
});

test("two findings of one kind and metric have names of their own", () => {
  findings.value = answered({ findings: [SPIKE, { ...SPIKE, onset: 40 }, GROUPS] });
  expect(namedFindings.value.map(({ id }) => id)).toEqual([
    "kl_spike:k3_mean",
    "kl_spike:k3_mean:40",
    "zero_advantage_groups:zero_advantage_groups",
  ]);
});

test("numbers and steps in short", () => {
  const [spike] = answered().findings;
  if (spike === undefined) throw new Error("the fixture holds no finding");
  expect(numberText({ ...spike, value: Number.NaN })).toBe("NaN ≠ 0.5 nats");
  expect(numberText({ ...spike, value: 0.5 })).toBe("0.5 = 0.5 nats");
  expect(stepsText([12, 12])).toBe("step 12");
  expect(stepsText([1, 20])).toBe("at every step");
});
