"""The equivalence attestation: a comparison sealed like an evaluation, checked and made anew."""
