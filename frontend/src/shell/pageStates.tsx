/** The page when there is nothing to show yet, nothing at all, or nothing because something failed. */

import type { JSX } from "preact";
import type { RunInfo } from "../api/answers";
import type { ApiError } from "../api/errors";
import { refresh } from "../data/polling";
import { runs } from "../data/runs";
import { t } from "../i18n";
import { bytes, count } from "../lib/format";
import { select } from "../state/selection";
import { Button, Empty, ErrorBox, Progress } from "../ui";
import { progressText } from "./LiveStatus";
import { Ignored } from "./ProblemsDialog";

const WRITE = `from tensorboard_plugin_rlboard import RolloutWriter
RolloutWriter("runs/my_run").log(step=1, prompt="…", response="…", reward=0.5)`;

const START = "tensorboard --logdir runs";
const DOCTOR = "rlboard doctor PATH";

/** Whose logs are recognised by their content. Names, the same in every language. */
export const FORMATS: readonly string[] = [
  "RL Board",
  "RL Logging Board",
  "OpenRLHF",
  "verl",
  "TRL",
  "ms-swift",
  "NeMo-RL",
  "prime-rl",
  "verifiers",
  "ROLL",
  "AReaL",
  "SkyRL",
  "open-instruct",
  "miles",
  "slime",
  "OpenPipe ART",
  "rLLM",
  "Tunix",
];

function LookedIn(): JSX.Element | null {
  const places = runs.value?.looked_in ?? [];
  if (places.length === 0) return null;
  return (
    <ul>
      {places.map((place) => (
        <li key={place}>
          <code>{place}</code>
        </li>
      ))}
    </ul>
  );
}

export function NoRuns(): JSX.Element {
  return (
    <Empty title={t("shell.empty.title")}>
      <p>{t("shell.empty.looked_in")}</p>
      <LookedIn />
      <p data-testid="formats">
        {t("shell.empty.formats")} {FORMATS.join(", ")}. {t("shell.empty.guess")}
      </p>
      <Ignored />
      <p>{t("shell.empty.doctor")}</p>
      <pre>{DOCTOR}</pre>
      <p>{t("shell.empty.write")}</p>
      <pre>{WRITE}</pre>
      <p>{t("shell.empty.start")}</p>
      <pre>{START}</pre>
      <Button onClick={refresh}>{t("shell.empty.again")}</Button>
    </Empty>
  );
}

/** Nothing of the run is readable yet. */
export function Reading({ info }: { info: RunInfo | null }): JSX.Element {
  return (
    <section class="state" aria-label={t("shell.loading")} data-testid="loading">
      <h2>{info === null ? t("shell.looking") : t("shell.reading", { run: info.run })}</h2>
      {info === null ? (
        <Progress share={null} text={t("shell.looking_hint")} label={t("shell.loading")} />
      ) : (
        <Progress
          share={info.bytes > 0 ? info.indexed_bytes / info.bytes : null}
          text={progressText(info)}
          label={t("shell.loading")}
        />
      )}
      {info === null ? (
        <LookedIn />
      ) : (
        <p class="muted">
          {t("shell.reading_known", {
            files: count(info.files),
            samples: count(info.samples),
            steps: count(info.steps.count),
          })}
        </p>
      )}
    </section>
  );
}

/** The run was read and holds no sample. */
export function NoSamples({ info, onProblems }: { info: RunInfo; onProblems: () => void }): JSX.Element {
  return (
    <Empty title={t("shell.no_samples.title", { run: info.run })}>
      <p>
        {t("shell.no_samples.read", {
          files: count(info.files),
          bytes: bytes(info.bytes),
          formats: info.formats.join(", ") || t("shell.no_samples.no_format"),
        })}
      </p>
      {info.message !== "" && <p>{info.message}</p>}
      {info.problems > 0 && (
        <Button onClick={onProblems}>{t("shell.no_samples.problems", { n: count(info.problems) })}</Button>
      )}
      <p>{t("shell.empty.write")}</p>
      <pre>{WRITE}</pre>
    </Empty>
  );
}

/** A link to a run that is not (or no longer) there. */
export function UnknownRun({ run }: { run: string }): JSX.Element {
  return (
    <Empty title={t("shell.unknown_run.title", { run })} testId="unknown-run">
      <p>{t("shell.unknown_run.choose")}</p>
      <ul>
        {(runs.value?.runs ?? []).map((one) => (
          <li key={one.run}>
            <Button onClick={() => select({ run: one.run }, "push")}>{one.run}</Button>
          </li>
        ))}
      </ul>
    </Empty>
  );
}

export function Failed({ error, what }: { error: ApiError; what: string }): JSX.Element {
  const advice = error.status === 0 ? t("shell.error.unreachable") : t("shell.error.advice");
  const where = t("shell.error.where", {
    question: error.question,
    status: error.status === 0 ? "–" : error.status,
  });
  return (
    <ErrorBox
      title={what}
      message={error.message}
      where={where}
      advice={advice}
      retry={{ label: t("shell.retry"), run: refresh }}
    />
  );
}
