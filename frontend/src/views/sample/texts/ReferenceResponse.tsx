import type { JSX } from "preact";
import type { Sample } from "../../../api/answers";
import { t } from "../../../i18n";
import { isBoolean, storedSignal } from "../../../lib/storage";
import { joinHint } from "../../../metrics";
import { Button } from "../../../ui";
import { TextBlock } from "./TextBlock";

/** Whether the reference's answer stands beside the response, where there is room, or below it. */
export const referenceBeside = storedSignal("drawer.beside", true, isBoolean);

/** The reference policy's answer to the same prompt. Its reward and the gap stand in the header. */
export function ReferenceResponse({ sample }: { sample: Sample }): JSX.Element | null {
  const text = sample.texts["ref_response"];
  if (text === undefined) return null;
  return (
    <aside class="reference" aria-label={t("sample.reference")}>
      <TextBlock
        title={t("sample.reference")}
        text={text}
        aside={
          <>
            <span class="muted">{joinHint("ref_response")}</span>
            <BesideButton />
          </>
        }
        testId="reference"
      />
    </aside>
  );
}

function BesideButton(): JSX.Element {
  return (
    <Button
      quiet
      hint={t("sample.beside.hint")}
      onClick={() => {
        referenceBeside.value = !referenceBeside.value;
      }}
    >
      {t(referenceBeside.value ? "sample.below" : "sample.beside")}
    </Button>
  );
}
