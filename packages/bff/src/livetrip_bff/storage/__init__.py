"""Where the bytes of photos lie: on the local disk, or in a store that speaks S3."""
