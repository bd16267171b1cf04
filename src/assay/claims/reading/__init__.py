"""Documents in: bytes become lines with roles, and every character knows its byte."""
