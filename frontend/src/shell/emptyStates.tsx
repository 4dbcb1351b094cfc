/** The page when there is nothing to show: no runs, no samples in the run, or no run of that name. A file that is read where it is shown. */

import type { JSX } from "preact";
import type { RunInfo } from "../api/answers";
import { refresh } from "../data/polling";
import { runs } from "../data/runs";
import { t, translate } from "../i18n";
import "../i18n/lazyWords";
import { formatBytes, formatCount } from "../lib/format";
import { select } from "../state/selection";
import { Button, Empty } from "../ui";
import { SearchedFolders } from "./pageStates";
import { Ignored } from "./problems/Ignored";

const WRITE = `from tensorboard_plugin_rlboard import RolloutWriter
RolloutWriter("runs/my_run").log(step=1, prompt="…", response="…", reward=0.5)`;

const START = "tensorboard --logdir runs";
const DOCTOR = "rlboard doctor PATH";

/** Frameworks whose logs are recognised by content; names, the same in every language. */
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

/** Nothing was found: where it was looked, and how to come to logs. */
export function NoRuns(): JSX.Element {
  return (
    <Empty title={t("shell.empty.title")}>
      <p>{t("shell.empty.looked_in")}</p>
      <SearchedFolders />
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

/** The run was read and holds no sample. */
export function NoSamples({ info, onProblems }: { info: RunInfo; onProblems: () => void }): JSX.Element {
  return (
    <Empty title={t("shell.no_samples.title", { run: info.run })}>
      <p>
        {t("shell.no_samples.read", {
          files: formatCount(info.files),
          bytes: formatBytes(info.bytes),
          formats: info.formats.join(", ") || t("shell.no_samples.no_format"),
        })}
      </p>
      {info.message !== "" && <p>{translate(info.message)}</p>}
      {info.problems > 0 && (
        <Button onClick={onProblems}>
          {t("shell.no_samples.problems", { n: formatCount(info.problems) })}
        </Button>
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
        {(runs.value?.runs ?? []).map((info) => (
          <li key={info.run}>
            <Button onClick={() => select({ run: info.run }, "push")}>{info.run}</Button>
          </li>
        ))}
      </ul>
    </Empty>
  );
}
