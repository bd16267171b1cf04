"""What bears on a claim: test results, recorded measures, documents; never whether it is so."""
