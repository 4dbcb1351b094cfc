/** Files that were looked at and are not shown, and why. */

import type { JSX } from "preact";
import { runs } from "../../data/runs";
import { t, translate } from "../../i18n";
import { formatCount } from "../../lib/format";

/** More are not listed: nobody reads them. */
const MAX_FILES = 100;

/**
 * The ignored files.
 *
 * @param run Those in the folder of this run come first and open, the others are folded; without it all are open.
 */
export function Ignored({ run = null }: { run?: string | null }): JSX.Element | null {
  const ignored = runs.value?.ignored ?? [];
  const own = run === null ? ignored : ignored.filter(({ file }) => file.startsWith(`${run}/`));
  const others = ignored.filter((file) => !own.includes(file));
  if (ignored.length === 0) return null;
  return (
    <>
      {own.length > 0 && (
        <section aria-label={t("shell.ignored", { n: formatCount(own.length) })}>
          <h3 class="muted">{t("shell.ignored", { n: formatCount(own.length) })}</h3>
          <Files files={own} />
        </section>
      )}
      {others.length > 0 && (
        <details data-testid="ignored-elsewhere">
          <summary class="muted">{t("shell.ignored_elsewhere", { n: formatCount(others.length) })}</summary>
          <Files files={others} />
        </details>
      )}
    </>
  );
}

function Files({ files }: { files: readonly { file: string; reason: string }[] }): JSX.Element {
  return (
    <ul>
      {files.slice(0, MAX_FILES).map(({ file, reason }) => (
        <li key={file}>
          {file}: {translate(reason)}
        </li>
      ))}
    </ul>
  );
}
