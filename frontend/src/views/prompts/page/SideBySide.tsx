import type { JSX } from "preact";
import type { Scope } from "../../../api/parameters";
import type { Prompt } from "../../../api/prompts/answers";
import { t } from "../../../i18n";
import { formatNumber } from "../../../lib/format";
import { metricLabel } from "../../../metrics/names";
import { select } from "../../../state/selection";
import { Button, Select } from "../../../ui";
import { Responses } from "./Responses";
import { choose, type SampleRow, sampleRows, sidesOf } from "./sides";

const SIDES = ["side_a", "side_b"] as const;
const NUMBERS = ["reward", "ref_reward", "n_tokens", "k3_mean"] as const;
/** What the sample is judged by, and what was read off the response, by the names that trainers give these. */
const ANSWERS = [
  "ground_truth",
  "extracted_answer",
  "extracted",
  "parsed_answer",
  "pred",
  "prediction",
  "answer",
] as const;

export interface SideBySideProps {
  data: Prompt;
  /** The run and text rules that the prompt is of. */
  scope: Scope;
}

/** Two responses to the prompt, each of any visit, with what they were judged by. */
export function SideBySide({ data, scope }: SideBySideProps): JSX.Element | null {
  const rows = sampleRows(data);
  const sides = sidesOf(rows);
  const [only] = rows;
  if (only === undefined) return null;
  if (rows.length === 1)
    return (
      <section data-testid="prompt-sides">
        <Side side="side_a" row={only} rows={rows} />
        <p class="muted">{t("prompts.one_sample")}</p>
      </section>
    );
  return (
    <section class="prompt-sides" aria-label={t("prompts.side_by_side")} data-testid="prompt-sides">
      {SIDES.map((side, i) => {
        const row = sides[i];
        return row === undefined ? null : <Side key={side} side={side} row={row} rows={rows} />;
      })}
      <Responses left={sides[0]} right={sides[1]} scope={scope} />
      {data.samples_total > rows.length && (
        <p class="muted">{t("prompts.some_samples", { n: rows.length, total: data.samples_total })}</p>
      )}
    </section>
  );
}

interface SideProps {
  side: (typeof SIDES)[number];
  row: SampleRow;
  rows: readonly SampleRow[];
}

function Side({ side, row, rows }: SideProps) {
  const steps = [...new Set(rows.map(({ step }) => step))];
  const ofStep = rows.filter(({ step }) => step === row.step);
  const take = (found: SampleRow | undefined) => found !== undefined && choose(side, found.id);
  return (
    <div class="prompt-side" data-testid={side} data-id={row.id}>
      <p class="prompt-choice">
        <Select
          label={t("prompts.step")}
          labelShown
          testId={`${side}-step`}
          value={String(row.step)}
          options={steps.map((step) => ({ value: String(step), label: String(step) }))}
          onChange={(step) => take(rows.find((other) => String(other.step) === step))}
        />
        {ofStep.length > 1 && (
          <Select
            label={t("prompts.sample")}
            labelShown
            testId={`${side}-sample`}
            value={row.id}
            options={ofStep.map(({ id, place, stepCount, reward }) => ({
              value: id,
              label: t("prompts.sample_of", { i: place, n: stepCount, reward: formatNumber(reward) }),
            }))}
            onChange={(id) => choose(side, id)}
          />
        )}
        <Button
          quiet
          testId={`${side}-open`}
          onClick={() => select({ sample: row.id, step: row.step }, "push")}
        >
          {t("prompts.open_sample")}
        </Button>
      </p>
      <dl class="prompt-numbers">
        {NUMBERS.map((name) => {
          const value = row.value(name);
          return typeof value !== "number" ? null : (
            <div key={name}>
              <dt class="muted">{metricLabel(name)}</dt>
              <dd class="number">{formatNumber(value)}</dd>
            </div>
          );
        })}
      </dl>
      <dl class="prompt-answers">
        {ANSWERS.map((name) => {
          const value = row.value(name);
          return value === null ? null : (
            <div key={name}>
              <dt class="muted">{name}</dt>
              <dd>{String(value)}</dd>
            </div>
          );
        })}
      </dl>
    </div>
  );
}
