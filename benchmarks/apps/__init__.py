"""The same two operations, by hand in three frameworks and by Switchover."""
