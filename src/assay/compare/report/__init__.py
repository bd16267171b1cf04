"""A comparison as text, HTML and SARIF: functions of the record alone."""
