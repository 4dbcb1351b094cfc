import type { JSX } from "preact";
import { t } from "../../i18n";
import { formatCount } from "../../lib/format";
import { select, selection } from "../../state/selection";
import { Button } from "../../ui";
import { PAGE_PROMPTS } from "./shownPrompts";

/** Which part of the list is on screen, and the ways to the next and the previous one; nothing where it is all there. */
export function Paging({ total }: { total: number }): JSX.Element | null {
  const first = selection.value.prompts_offset ?? 0;
  if (total <= PAGE_PROMPTS && first === 0) return null;
  const go = (offset: number) => select({ prompts_offset: offset <= 0 ? null : offset }, "push");
  const shown = {
    from: formatCount(Math.min(first + 1, total)),
    to: formatCount(Math.min(first + PAGE_PROMPTS, total)),
    n: formatCount(total),
  };
  return (
    <p class="prompt-pages">
      <Button disabled={first === 0} testId="prompts-previous" onClick={() => go(first - PAGE_PROMPTS)}>
        {t("prompts.page.previous")}
      </Button>
      <span class="number">{t("prompts.page", shown)}</span>
      <Button
        disabled={first + PAGE_PROMPTS >= total}
        testId="prompts-next"
        onClick={() => go(first + PAGE_PROMPTS)}
      >
        {t("prompts.page.next")}
      </Button>
    </p>
  );
}
