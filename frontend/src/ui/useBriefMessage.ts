import { useEffect, useState } from "preact/hooks";

/** A message that goes away by itself after so many milliseconds, and what shows another; "" is none. */
export function useBriefMessage(ms: number): [message: string, show: (message: string) => void] {
  const [message, setMessage] = useState("");
  useEffect(() => {
    if (message === "") return undefined;
    const timer = setTimeout(() => setMessage(""), ms);
    return () => clearTimeout(timer);
  }, [message, ms]);
  return [message, setMessage];
}
