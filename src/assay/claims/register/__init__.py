"""The register: all records of all documents, kept in JSON Lines or SQLite, reviewed and joined."""
