"""An index built ahead of time: on all cores of a machine, or on a Ray cluster."""
