"""The Triptych server: canvas, REST API and ledger. It never imports a model."""
