"""`rlboard report`: the findings of runs with what proves them, in a file that can be sent around; `rlboard verify`: its quotes against the logs."""
