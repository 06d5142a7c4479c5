"""A fault campaign: LiveTrip under load, one fault after another, and what `switchover rollback` claims held against the service's log."""
