import type { JSX } from "preact";
import { kindColumns } from "../../../data/compare/kindColumns";
import { t } from "../../../i18n";
import { select } from "../../../state/selection";
import { Button, Select } from "../../../ui";
import { shownBy, shownValue, showValue } from "../chosenGroup";

/** By which text column groups are told apart, and the value that the list is narrowed to. */
export function ByChoice(): JSX.Element | null {
  const [by, value] = [shownBy(), shownValue()];
  // What a link names is chosen even where the run does not have it: the list says so, and this takes it back.
  const columns = [...new Set(by === "" ? kindColumns.value : [...kindColumns.value, by])];
  if (columns.length === 0) return null;
  return (
    <>
      <Select
        label={t("groups.split_by")}
        labelShown
        testId="groups-by"
        value={by}
        options={["", ...columns].map((name) => ({ value: name, label: name === "" ? "–" : name }))}
        onChange={(name) => select({ groups_by: name, groups_value: "" })}
      />
      {value !== "" && (
        <Button
          pressed
          hint={t("groups.values.all", { by })}
          testId="groups-value"
          onClick={() => showValue(value)}
        >
          <bdi>{value}</bdi> ✕
        </Button>
      )}
    </>
  );
}
