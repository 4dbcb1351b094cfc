/** The kit: parts that know nothing of reinforcement learning. The table is asked for by itself: the first view has none. */

export { Button, type ButtonProps } from "./Button";
export { CollapsibleSection, type CollapsibleSectionProps } from "./CollapsibleSection";
export { CopyButton } from "./CopyButton";
export { Dialog, type DialogProps } from "./Dialog";
export {
  NumberField,
  type NumberFieldProps,
  Select,
  type SelectProps,
  Slider,
  type SliderProps,
  Toggle,
  type ToggleProps,
} from "./fields";
export { type LazyComponent, type LazyFallbackProps, lazy } from "./lazy";
export { Panel, type PanelProps } from "./Panel";
export { Popover, type PopoverProps } from "./Popover";
export { Empty, type EmptyProps, ErrorBox, type ErrorBoxProps, Progress, type ProgressProps } from "./states";
export { adoptStyles } from "./styles";
export { useBriefMessage } from "./useBriefMessage";
