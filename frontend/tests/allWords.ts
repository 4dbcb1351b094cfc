/** Every language is there in the tests, as it is in a page that has read its words. */

// A page has a navigator; a test without a page has no language either.
if (typeof navigator !== "undefined") {
  const { addSentences, addWords } = await import("../src/i18n/messages");
  addWords("zh", (await import("../src/i18n/zh")).zh);
  addSentences((await import("../src/i18n/zh/sentences")).inChinese);
}

export {};
