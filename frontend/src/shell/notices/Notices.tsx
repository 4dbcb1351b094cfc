/** The warnings above the curves: one line each, the first of them alone until the others are asked for. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { run, runs } from "../../data/runs";
import { t } from "../../i18n";
import { formatCount } from "../../lib/format";
import { isStrings, storedSignal } from "../../lib/storage";
import { select } from "../../state/selection";
import { adoptStyles, Button } from "../../ui";
import noticesCss from "./notices.css?inline";
import { type Warning, warningsOf } from "./warnings";

/** Signatures of warnings that the reader has put away. */
const hiddenWarnings = storedSignal<string[]>("notices.seen", [], isStrings);

function Line({ warning, onMapping }: { warning: Warning; onMapping: () => void }): JSX.Element {
  const { kind, text, other, signature } = warning;
  return (
    <li class="banner warning" data-kind={kind}>
      <span class="sign" aria-hidden="true">
        ⚠
      </span>
      <span class="text">{text}</span>
      {kind === "doubt" && <Button onClick={onMapping}>{t("info.mapping.show")}</Button>}
      {other !== null && (
        <Button onClick={() => select({ run: other }, "push")}>{t("notice.open", { run: other })}</Button>
      )}
      <Button
        quiet
        label={t("notice.hide")}
        onClick={() => {
          hiddenWarnings.value = [...hiddenWarnings.value.slice(-50), signature];
        }}
      >
        ✕
      </Button>
    </li>
  );
}

export function Notices({ onMapping }: { onMapping: () => void }): JSX.Element | null {
  const [all, setAll] = useState(false);
  const warnings = warningsOf(runs.value, run.value).filter(
    ({ signature }) => !hiddenWarnings.value.includes(signature),
  );
  if (warnings.length === 0) return null;
  adoptStyles(noticesCss);
  const shown = all ? warnings : warnings.slice(0, 1);
  return (
    <section class="notices" aria-label={t("notice.bar")} data-testid="notices">
      <ul>
        {shown.map((warning) => (
          <Line key={warning.signature} warning={warning} onMapping={onMapping} />
        ))}
      </ul>
      {warnings.length > 1 && (
        <Button quiet testId="notices-more" onClick={() => setAll(!all)}>
          {all ? t("notice.fewer") : t("notice.more", { n: formatCount(warnings.length - 1) })}
        </Button>
      )}
    </section>
  );
}
