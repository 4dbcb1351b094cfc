import type { ComponentChildren, JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { t } from "../../../i18n";
import { formatCount } from "../../../lib/format";
import { lengthOf } from "../../../lib/longText";
import { Button, CopyButton } from "../../../ui";
import { LongText } from "./LongText";
import { textEnd } from "./textEnd";

export interface TextBlockProps {
  title: string;
  text: { raw: string; shown: string };
  /** Only its end is shown until opened. */
  folded?: boolean;
  /** Beside the title. */
  aside?: ComponentChildren;
  testId?: string;
}

/** One text of a sample, by the run's text rules or as logged. Always a text node: rollouts are not to be trusted. */
export function TextBlock(props: TextBlockProps): JSX.Element {
  const { text, title } = props;
  const [raw, setRaw] = useState(false);
  const [open, setOpen] = useState(!props.folded);
  const whole = raw ? text.raw : text.shown;
  const length = useMemo(() => lengthOf(whole), [whole]);
  const end = useMemo(() => textEnd(whole), [whole]);
  const isCut = !open && end !== whole.trimEnd();
  return (
    <section class="text-block" aria-label={title} data-testid={props.testId}>
      <header>
        {props.folded ? (
          <Button
            quiet
            onClick={() => setOpen(!open)}
            hint={t(open ? "sample.text.close" : "sample.text.open")}
          >
            <span aria-hidden="true">{open ? "▾" : "▸"}</span> {title}
          </Button>
        ) : (
          <h3>{title}</h3>
        )}
        {props.aside}
        <span class="muted">{t("sample.text.length", { n: formatCount(length) })}</span>
        {text.raw !== text.shown && (
          <Button quiet pressed={raw} hint={t("sample.text.raw.hint")} onClick={() => setRaw(!raw)}>
            {t("sample.text.raw")}
          </Button>
        )}
        <CopyButton text={() => whole} label={t("sample.text.copy")} />
      </header>
      <p class="text">
        {isCut && <span class="muted">… </span>}
        <LongText text={open ? whole : end} />
        {whole === "" && <span class="muted">{t("sample.text.empty")}</span>}
      </p>
    </section>
  );
}
