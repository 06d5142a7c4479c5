"""Calls as numbers: the metrics of a process, by the names that dashboards and alerts rely on."""
