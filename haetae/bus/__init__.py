"""Redis Streams: topics, publisher, consumer with three endings, frame ledger, leases. Exactly-once effects inside Redis."""
