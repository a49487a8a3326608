"""What keeps a store going for years: backups, checks of its health, metrics, and how much of the archive is
kept."""
