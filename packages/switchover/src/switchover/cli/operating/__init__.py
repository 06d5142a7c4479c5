"""The commands that an operator lives in: look at a rollout, move it, take it back."""
