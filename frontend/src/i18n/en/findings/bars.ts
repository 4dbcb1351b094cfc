/** Words of findings in the bars and above the curves; they themselves are the server's. */
export const findingsInBars = {
  "findings.severity.error": "error",
  "findings.severity.warning": "warning",
  "findings.severity.info": "info",
  "findings.count.errors": "{n} {n|error|errors}",
  "findings.count.warnings": "{n} {n|warning|warnings}",
  "findings.count.infos": "{n} {n|info|infos}",
  "findings.counts": "What looks wrong: {counts}",
  "findings.strip": "What looks wrong in this run",
  "findings.more": "and {n} more",
  "findings.healthy": "Looks healthy: {kinds} {kinds|check|checks} on {samples} {samples|sample|samples}",
  "findings.so_far":
    "Nothing found so far: {kinds} {kinds|check|checks} on {samples} {samples|sample|samples}",
  "findings.nothing_checked": "Nothing could be checked: see what each check needs",
  "findings.open": "Show this finding with its samples",
  "findings.steps.at": "step {step}",
  "findings.steps.between": "steps {first} – {last}",
  "findings.steps.since": "since step {first}",
  "findings.steps.always": "at every step",
  "findings.list": "What looks wrong, worst first",
} as const;
