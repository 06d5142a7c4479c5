"""Operations read from a document, with everything in them that cannot be honoured."""
