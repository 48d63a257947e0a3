"""Downloads over HTTP: connections, retries, and downloads that are resumed."""
