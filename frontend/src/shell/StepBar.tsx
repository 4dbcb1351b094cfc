/** The second bar: step, pinned step, range, filter, split and attempt. */

import type { JSX } from "preact";
import { run } from "../data/runs";
import { follow, isFollowing, newestStep, steps } from "../data/steps";
import { goToStep, moveStep, togglePin } from "../data/stepWalk";
import { t } from "../i18n";
import { formatCount } from "../lib/format";
import { select, selected } from "../state/selection";
import { Button, NumberField, Select } from "../ui";
import { SelectionChips } from "./chips/SelectionChips";
import { StepSlider } from "./StepSlider";

/** Whether the page moves on with a training that is still writing, and the way back to its newest step. */
function Follow(): JSX.Element {
  const on = isFollowing.value;
  return (
    <Button
      quiet
      testId="follow"
      pressed={on}
      label={t(on ? "shell.follow_newest.on" : "shell.follow_newest.off")}
      hint={t(on ? "shell.follow_newest.on.hint" : "shell.follow_newest.off.hint", {
        newest: newestStep.value ?? "",
      })}
      onClick={() => follow(!on)}
    >
      <span aria-hidden="true">⇥</span>
      <span class="roomy-only">{t(on ? "shell.follow_newest.on" : "shell.follow_newest.off")}</span>
    </Button>
  );
}

function Pin(): JSX.Element {
  const [pin, step] = [selected.pin.value, selected.step.value];
  if (pin === null) {
    return (
      <Button
        quiet
        testId="pin"
        hotKey="p"
        label={t("shell.pin")}
        hint={t("shell.pin.hint")}
        disabled={step === null}
        onClick={togglePin}
      >
        <span aria-hidden="true">⚑</span>
        <span class="roomy-only">{t("shell.pin.short")}</span>
      </Button>
    );
  }
  return (
    <span class="chip pinned number" data-testid="pinned">
      <Button quiet hint={t("shell.pinned.go", { step: pin })} onClick={() => select({ step: pin })}>
        {t("shell.pinned", { step: pin })}
      </Button>
      <Button quiet label={t("shell.pinned.clear")} onClick={() => select({ pin: null })}>
        ✕
      </Button>
    </span>
  );
}

function Splits(): JSX.Element | null {
  const splits = run.value?.splits ?? [];
  if (splits.length < 2 && selected.split.value === "") return null;
  const serverChoice = splits.includes("train") ? "train" : (splits[0] ?? "");
  const value = selected.split.value === "" ? serverChoice : selected.split.value;
  const options = splits.includes(value) ? splits : [...splits, value];
  return (
    <Select
      label={t("shell.split")}
      labelShown
      testId="split-select"
      value={value}
      options={options.map((split) => ({ value: split, label: split }))}
      onChange={(split) => select({ split: split === serverChoice ? "" : split, sample: null })}
    />
  );
}

function Attempts(): JSX.Element | null {
  const attempts = run.value?.attempts ?? [];
  if (attempts.length < 2 && selected.attempt.value === null) return null;
  const newest = attempts.at(-1)?.attempt;
  return (
    <Select
      label={t("shell.attempt")}
      labelShown
      testId="attempt-select"
      value={String(selected.attempt.value ?? newest ?? "")}
      options={attempts.map(({ attempt, first, last }) => ({
        value: String(attempt),
        label: t("shell.attempt.option", { attempt, first, last }),
      }))}
      onChange={(attempt) =>
        select({ attempt: Number(attempt) === newest ? null : Number(attempt), sample: null })
      }
    />
  );
}

/** Reads the step itself: another one leaves the rest of the bar as it is. */
function StepField(): JSX.Element {
  return (
    <NumberField
      label={t("shell.step")}
      labelShown
      integer
      testId="step-input"
      width={68}
      value={selected.step.value}
      onCommit={(wanted) => wanted !== null && goToStep(wanted)}
    />
  );
}

export function StepBar(): JSX.Element | null {
  const all = steps.value?.step ?? [];
  if (run.value === null || all.length === 0) return null;
  return (
    <section class="bar steps" aria-label={t("shell.step.bar")}>
      <Button
        quiet
        testId="step-prev"
        hotKey="←"
        label={t("shell.step.previous")}
        onClick={() => moveStep(-1)}
      >
        ◀
      </Button>
      <StepSlider />
      <Button quiet testId="step-next" hotKey="→" label={t("shell.step.next")} onClick={() => moveStep(1)}>
        ▶
      </Button>
      <StepField />
      <span class="muted number wide-only" title={t("shell.step.last.hint", { n: formatCount(all.length) })}>
        {t("shell.step.last", { last: all.at(-1) ?? "" })}
      </span>
      <Follow />
      <Pin />
      <SelectionChips />
      <Splits />
      <Attempts />
    </section>
  );
}
