"""Alerts: watch-list hits and cameras that went stale, told over HTTP and signed webhooks."""
