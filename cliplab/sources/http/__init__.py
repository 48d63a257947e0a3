"""Downloads over HTTP: connections, whole files, and files that were cut short."""
