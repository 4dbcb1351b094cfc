import type { JSX } from "preact";
import { t } from "../../i18n";
import { formatCount } from "../../lib/format";
import { Button } from "../../ui";

export interface PagingProps {
  total: number;
  offset: number;
  /** Rows of a page. */
  size: number;
  onOffset: (offset: number) => void;
}

/** The ways to the pages before and after, where there are any. */
export function Paging({ total, offset, size, onOffset }: PagingProps): JSX.Element | null {
  if (total <= size) return null;
  const to = Math.min(total, offset + size);
  return (
    <p class="groups-paging">
      <Button quiet disabled={offset === 0} onClick={() => onOffset(Math.max(0, offset - size))}>
        {t("groups.page.previous", { n: formatCount(size) })}
      </Button>
      <span class="number muted">
        {t("groups.page", { from: formatCount(offset + 1), to: formatCount(to), n: formatCount(total) })}
      </span>
      <Button quiet disabled={to >= total} testId="groups-more" onClick={() => onOffset(offset + size)}>
        {t("groups.page.next", { n: formatCount(size) })}
      </Button>
    </p>
  );
}
