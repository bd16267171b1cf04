"""A comparison as text, HTML, SARIF and attestation: functions of the record alone."""
