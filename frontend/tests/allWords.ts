/** All words of every language are there in the tests, as it is in a page that has read its words; without a page it is English. */

// Node before version 21 has no navigator, and a later one tells the language of its machine.
if (typeof document === "undefined") {
  const spoken = { language: "en-US", languages: ["en-US"] };
  Object.defineProperty(globalThis, "navigator", { value: spoken, configurable: true, writable: true });
}

const { addSentences, addWords } = await import("../src/i18n/messages");
const { addMetricNames } = await import("../src/i18n/metricNames");
const { metricNames, zh } = await import("../src/i18n/zh");
addWords("zh", zh);
addMetricNames(metricNames);
await import("../src/i18n/lazyWords");
addSentences((await import("../src/i18n/zh/sentences")).inChinese);

export {};
