"""LiveTrip Diary from a shell."""
