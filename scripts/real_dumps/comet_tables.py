"""Tables of Comet, in every form that `log_table` writes: the archive of an offline experiment, and what lies in it by name."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from zipfile import ZipFile

HEADERS = ["prompt", "completion", "reward", "step"]
ROWS = [['What is 2+2?\nSay "4".', '4,\nand "no" more', 1.0, 3], ["1+1?", "三", 0.25, 3]]


def main() -> None:
    """Logs the tables, ends the experiment and unpacks its archive as an export names the files."""
    import comet_ml  # noqa: PLC0415  only who runs this needs it
    import pandas as pd  # noqa: PLC0415  the same

    into = Path(sys.argv[1])
    quiet = dict.fromkeys(
        ("log_env_details", "log_code", "log_git_metadata", "log_git_patch", "auto_output_logging"), False
    )
    experiment = comet_ml.OfflineExperiment(
        project_name="sums", workspace="w", offline_directory=str(into), **quiet
    )
    frame = pd.DataFrame(ROWS, columns=HEADERS)
    experiment.log_table("frame.csv", frame)
    experiment.log_table("frame.json", frame)
    for orient in ("records", "split", "index", "table"):
        experiment.log_table(f"{orient}.json", frame, orient=orient)
    experiment.log_table("lines.json", frame, orient="records", lines=True)
    experiment.log_table("list.csv", ROWS, headers=HEADERS)
    experiment.log_table("list.tsv", ROWS, headers=HEADERS)
    experiment.log_table("bare.csv", ROWS)
    experiment.end()
    (path,) = into.glob("*.zip")
    with ZipFile(path) as archive:
        messages = map(json.loads, archive.read("messages.json").splitlines())
        for upload in (one["payload"] for one in messages if one["type"] == "file_upload"):
            name = Path(upload["additional_params"]["fileName"])
            target = into / f"{name.stem}_{name.suffix[1:]}" / name
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(archive.read(upload["file_path"]))


if __name__ == "__main__":
    main()
