"""A rebuild as text and as a page: functions of the record alone."""
