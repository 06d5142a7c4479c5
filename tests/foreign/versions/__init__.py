"""One contract in two versions: the newer one adds members, values, a variant, a code and an operation's refusal."""
