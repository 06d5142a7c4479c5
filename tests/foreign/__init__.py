"""Other people's contracts: documents in the styles that are met, each with a small Python side, called over both wirings."""
