import type { JSX } from "preact";
import { kindColumns } from "../../data/compare/kindColumns";
import { t } from "../../i18n";
import { select, selection } from "../../state/selection";
import { Button, Select } from "../../ui";

/**
 * The text column that tells kinds of prompts apart, and the kind that the list is narrowed to.
 *
 * @param by The column of the answer; "" where there is none.
 */
export function ByChoice({ by }: { by: string }): JSX.Element {
  const { prompts_by, prompt_kind } = selection.value;
  const chosen = prompts_by === "" ? by : prompts_by;
  // What a link names is chosen even where the run does not have it: the list says so, and this takes it back.
  const columns = new Set([...(by === "" ? [""] : []), ...kindColumns.value, chosen]);
  return (
    <>
      <Select
        label={t("prompts.kinds_by")}
        labelShown
        testId="prompts-by"
        value={chosen}
        options={[...columns].map((value) => ({ value, label: value === "" ? "–" : value }))}
        onChange={(name) => select({ prompts_by: name, prompt_kind: "", prompts_offset: null })}
      />
      {prompt_kind !== "" && (
        <Button
          pressed
          hint={t("prompts.kinds.all")}
          testId="prompts-kind"
          onClick={() => select({ prompt_kind: "", prompts_offset: null })}
        >
          <bdi>{prompt_kind}</bdi> ✕
        </Button>
      )}
    </>
  );
}
