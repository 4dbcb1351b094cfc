import type { JSX } from "preact";
import { t } from "../../../i18n";
import { Button } from "../../../ui";
import { READING_MODES, type ReadingMode, setReadingMode } from "./readingMode";

/** The two ways to read a sample whose log has messages. */
export function ReadingModeButtons({ mode }: { mode: ReadingMode }): JSX.Element {
  return (
    <span class="modes">
      {READING_MODES.map((choice) => (
        <Button
          key={choice}
          quiet={mode !== choice}
          pressed={mode === choice}
          hint={t(`conversation.mode.${choice}.hint`)}
          testId={`mode-${choice}`}
          onClick={() => setReadingMode(choice)}
        >
          {t(`conversation.mode.${choice}`)}
        </Button>
      ))}
    </span>
  );
}
