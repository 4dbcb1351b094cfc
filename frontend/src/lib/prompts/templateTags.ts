/** Tags and roles of chat templates, which every prompt that was rendered opens and ends with. */

const TAG = [
  "<\\|im_(?:start|end)\\|>(?:system|user|assistant|developer|tool)?",
  "<\\|start_header_id\\|>\\w{1,20}<\\|end_header_id\\|>",
  "<start_of_turn>(?:user|model)?|<end_of_turn>",
  "<[|｜][^<>|｜]{1,30}[|｜]>",
  "</?(?:s|bos|eos|system|user|assistant|human|pad)>",
  "\\[/?INST\\]|<</?SYS>>",
  "(?:System|User|Human|Assistant|用户|助手)[:：]",
].join("|");
const TAGS = `[ ↵]*(?:(?:${TAG})[ ↵]*)+`;
/** A text that is cut may begin in a tag. */
const OPENING = new RegExp(`^(?:…[^<>[\\]]{0,30}[>\\]]|…)?${TAGS}`);
const ENDING = new RegExp(`${TAGS}$`);

/** The tags that a text (one line) begins with, "" for none. */
export function openingTags(line: string): string {
  return OPENING.exec(line)?.[0] ?? "";
}

/** The tags that it ends with. */
export function endingTags(line: string): string {
  // No run of tags is longer: the search begins anew at every letter.
  const near = line.slice(-200);
  return ENDING.exec(near)?.[0] ?? "";
}
