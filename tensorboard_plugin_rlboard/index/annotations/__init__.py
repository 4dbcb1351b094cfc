"""Brings what a training logs of its traces later, in files of their own, to the samples of those traces."""
