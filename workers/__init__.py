"""GPU side of Triptych: from an order on a queue to a clip in storage. No database here."""
