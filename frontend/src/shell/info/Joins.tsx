/** What was joined to the samples by key, and how many samples matched. */

import type { JSX } from "preact";
import type { RunInfo } from "../../api/answers";
import { findMessage, t, translate } from "../../i18n";
import { formatCount } from "../../lib/format";

const HEADS = ["what", "source", "matched", "unmatched", "columns"] as const;

export function Joins({ info }: { info: RunInfo }): JSX.Element | null {
  if (info.joined.length === 0) return null;
  return (
    <section aria-labelledby="info-joined" data-testid="joined">
      <h3 id="info-joined">{t("info.joined")}</h3>
      <table class="listing">
        <thead>
          <tr>
            {HEADS.map((name) => (
              <th key={name} scope="col">
                {t(`info.joined.${name}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {info.joined.map(({ what, source, matched, unmatched, columns }) => (
            <tr key={`${what} ${source}`}>
              <td>{findMessage(`info.joined.kind.${what}`) ?? what}</td>
              <td>
                <code>{translate(source)}</code>
              </td>
              <td class="number">{formatCount(matched)}</td>
              <td class={unmatched > 0 ? "number odd" : "number"}>{formatCount(unmatched)}</td>
              <td>{columns.join(", ")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
