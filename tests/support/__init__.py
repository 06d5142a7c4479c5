"""What tests of several folders need: real processes, wirings, values."""
