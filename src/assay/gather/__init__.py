"""One pass over every blob: workers unpack and examine it, the main process assembles."""
