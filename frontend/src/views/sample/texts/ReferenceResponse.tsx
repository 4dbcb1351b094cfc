import type { JSX } from "preact";
import type { Sample, Value } from "../../../api/answers";
import { t } from "../../../i18n";
import { signed } from "../../../lib/format";
import { isBoolean, setting } from "../../../lib/storage";
import { joinHint, metricHint, metricLabel } from "../../../metrics";
import { Button } from "../../../ui";
import { ScalarValue } from "../scalars/ScalarValue";
import { TextBlock } from "./TextBlock";

/** Whether the reference's answer stands beside the response, where there is room, or below it. */
export const referenceBeside = setting("drawer.beside", true, isBoolean);

/** The reference policy's answer to the same prompt, with both rewards and the gap between them. */
export function ReferenceResponse({ sample }: { sample: Sample }): JSX.Element | null {
  const text = sample.texts["ref_response"];
  const { reward, ref_reward: reference, reward_gap: gap } = sample.scalars;
  if (text === undefined && (reference === undefined || reference === null)) return null;
  return (
    <aside class="reference" aria-label={t("sample.reference")}>
      <dl class="facts">
        <Reward name="reward" value={reward} />
        <Reward name="ref_reward" value={reference} />
        {typeof gap === "number" && (
          <div>
            <dt title={metricHint("reward_gap")}>{metricLabel("reward_gap")}</dt>
            <dd class={gap < 0 ? "loss" : gap > 0 ? "win" : ""}>{signed(gap)}</dd>
          </div>
        )}
      </dl>
      {text !== undefined && (
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
      )}
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

function Reward({ name, value }: { name: string; value: Value | undefined }): JSX.Element | null {
  if (value === undefined) return null;
  return (
    <div>
      <dt title={metricHint(name)}>{metricLabel(name)}</dt>
      <dd>
        <ScalarValue value={value} />
      </dd>
    </div>
  );
}
