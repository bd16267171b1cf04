"""Standards as data, and the rules that turn check results into verdicts."""
