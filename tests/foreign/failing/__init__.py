"""Failures of every sort: coded, several codes for one status, by status alone, by range, a default, somebody's own JSON."""
