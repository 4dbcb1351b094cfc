/** What is said where a question failed or a part of the page is missing. */
export const errors = {
  "shell.error.runs": "The list of runs could not be loaded",
  "shell.error.steps": "The steps of the run could not be loaded",
  "shell.error.question": "The server could not answer",
  "shell.error.where": "Question: {question} · status {status}",
  "shell.error.unreachable": "Is TensorBoard still running? The page tries again by itself.",
  "shell.error.part": "This part of the page could not be loaded",
  "shell.error.part.advice":
    "Either TensorBoard has ended, or RL Board was upgraded while the page was open. Start TensorBoard again if it has ended, then reload the page.",
  "shell.error.reload": "Reload the page",
  "shell.error.advice": "TensorBoard's terminal may say more. The page tries again by itself.",
  "shell.error.refused":
    "This page was opened under the name {host}. If that is a name of this server, start TensorBoard with --rlboard_allowed_hosts={host}",
  "shell.error.showing_old": "Showing what was loaded before: {message}",
} as const;
